"""The portal and the application of a run, and whether a state belongs to them.

The id of an object means something only together with its portal and the application that sees it:
another portal has other objects under the same ids, and to another application the objects look
as if they were gone.

Vendor's pages: "Local applications", "app.info", "Redirects when a portal is renamed".
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.portal.addresses import is_same_host
from pulumi_bxbi.portal.errors import (
    CredentialsExpired,
    LimitExceeded,
    PortalError,
    PortalUnavailable,
    WrongApplication,
    WrongPortal,
)
from pulumi_bxbi.portal.rest.error_codes import OUT_OF_THE_STATE

if TYPE_CHECKING:
    from pulumi_bxbi.portal.errors import NotFound
    from pulumi_bxbi.portal.rest.client import Portal

logger = logging.getLogger(__name__)

#: The prefix of the ``client_id`` of applications that exist on one portal only.
_LOCAL: Final = "local."
#: What to do about the objects of an application that was registered anew.
AFTER_A_NEW_REGISTRATION: Final = (
    "If that application was deleted or registered anew, its objects have to be made anew: delete "
    "the old ones in the portal's Analytics hub (until then their tables' names stay taken), "
    "take each out of the state (`pulumi state delete URN`), and run `pulumi up`."
)


@dataclass(frozen=True, slots=True)
class PortalIdentity:
    """The portal and the application to which the ids of objects belong.

    Attributes:
        address: The portal's address, as it last answered; empty where it is not known.
        member_id: The portal's permanent id, which no rename changes; empty where it is not known.
        application: The application's ``client_id``; empty where it is not known.
    """

    address: str = ""
    member_id: str = ""
    application: str = ""


class Identity:
    """The portal and the application of this run, to compare with those that a state remembers.

    May be shared by threads; lives as long as one deployment, because of what it remembers.

    Args:
        portal: The portal.
    """

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._lock = threading.RLock()
        self._asked = False
        self._application = ""
        self._no_answer: PortalError | None = None
        self._wrong_portal: WrongPortal | None = None
        self._renamed: set[str] = set()

    def present(self) -> PortalIdentity:
        """Return the portal and the application, as far as they are known without a call."""
        holder = self._portal.holder()
        return PortalIdentity(
            self._portal.address, holder.member_id, holder.client_id or self._application
        )

    def application(self) -> str:
        """Return the ``client_id`` of the calling application; empty where it is not known.

        Where the credentials do not name it, the portal is asked, once in a run.
        """
        if not self.present().application:
            self._ask()
        return self.present().application

    def to_remember(self, remembered: PortalIdentity) -> PortalIdentity:
        """Return the identity that a state is to remember of an object that this run has seen.

        Where neither the state nor the settings name the application, the portal is asked, once in
        a run. Where the portal does not name it either, it stays empty.

        Args:
            remembered: The identity that the state remembers so far.
        """
        present = self.present()
        application = present.application or remembered.application or self.application()
        return PortalIdentity(
            self._portal.address, present.member_id or remembered.member_id, application
        )

    def require_same_portal(self, remembered: PortalIdentity, name: str) -> None:
        """Refuse an object that, according to the state, belongs to another portal.

        Nothing is called where the address is the remembered one. Where the state remembers none,
        the object is not refused.

        Args:
            remembered: The identity that the state remembers.
            name: The object, for people: ``source 42 "CRM"``.

        Raises:
            WrongPortal: It belongs to another portal, or it is not known to belong to this one.
        """
        if not remembered.address:
            return
        with self._lock:
            reason = self._other_portal(remembered)
            if reason is None:
                self._tell_of_the_new_address(remembered)
                return
            observed = (
                f"The state remembers it on {remembered.address}, and {self._portal.setting} leads "
                f"to {self._portal.address}{reason}. An id means nothing on another portal, so "
                "nothing was read, changed or deleted there."
            )
            cannot_have_moved = self._has_other_member_id(remembered)
            raise self._wrong(
                name, remembered.address, observed, cannot_have_moved=cannot_have_moved
            )

    def require_same_object(
        self, known: tuple[str, ...], found: tuple[str, ...], remembered: PortalIdentity, name: str
    ) -> None:
        """Refuse an object that was not created when, or by whom, the state says.

        This is checked where the state does not remember the portal, or remembers another
        application. A user who knows better sets ``movedFrom`` to the address of this very portal.

        Args:
            known: The creation according to the state: when, and by which user.
            found: The creation of the object with the same id, according to the portal.
            remembered: The identity that the state remembers.
            name: The object, for people.

        Raises:
            WrongPortal: It is not the same object, or that is not certain.
        """
        has_moved_here = is_same_host(self._portal.moved_from, self._portal.address)
        if has_moved_here and not remembered.address:
            return  # the user has said so, as the error advises
        if known == found and known[0]:
            return
        was, now = (" by user ".join(filter(None, each)) or "?" for each in (known, found))
        observed = (
            f"The state has an object that was made at {was}, and on {self._portal.address} the "
            f"object with its id was made at {now}: it is another one, on another portal or of "
            "another application. Nothing was changed or deleted there."
        )
        with self._lock:
            raise self._wrong(name, remembered.address, observed)

    def require_right_portal(self) -> None:
        """Refuse to create anything once this run has met an object of another portal.

        Raises:
            WrongPortal: It has met one.
        """
        with self._lock:
            if self._wrong_portal:
                raise self._wrong_portal

    def require_application(self) -> None:
        """Make sure that a state can remember which application makes an object.

        Without it nobody could tell later whether an object is gone or only hidden from another
        application. A webhook, and an application that may not ask, cannot learn who they are, and
        may go on.

        Raises:
            PortalError: The portal did not answer.
        """
        if not self.application():
            self._require_answer()

    def is_other_application(self, remembered: PortalIdentity) -> bool:
        """Return whether the application is known to be another one; nothing is called."""
        present = self.present().application
        return bool(remembered.application and present and present != remembered.application)

    def judge_missing(self, missing: NotFound, remembered: PortalIdentity, name: str) -> bool:
        """Return whether an object that was not found is known to be gone.

        Args:
            missing: The portal's answer.
            remembered: The identity that the state remembers.
            name: The object, for people.

        Returns:
            Whether it is known to be gone. If not, the user has been warned.

        Raises:
            WrongApplication: This application is not the one that made it.
            WrongPortal: This run has met an object of another portal.
            PortalError: The portal did not answer.
        """
        self.require_right_portal()
        present = self.application() if remembered.application else ""
        if not present:
            self._require_answer()
        if not remembered.application or not present:
            why = "the state does not remember which application made it"
            if remembered.application:
                why = f"the state names {remembered.application}, and the credentials name none"
            logger.warning(
                "%s was not found by this application, so it counts as deleted. If another "
                "application made it, it is still on the portal, and a new `pulumi up` makes it a "
                "second time: %s.",
                name,
                why,
            )
            return False
        if present == remembered.application:
            return True
        raise WrongApplication(
            method=missing.method,
            observed=(
                f"Application {present} does not see it, and the state remembers that application "
                f"{remembered.application} made it. It is probably still there: objects belong to "
                "the application that made them, and others cannot see them. It stays in the state."
            ),
            cure=f"use the credentials of application {remembered.application}. "
            f"{AFTER_A_NEW_REGISTRATION}",
            portal=self._portal.address,
            code=missing.code,
            status=missing.status,
            object=name,
        )

    def explain_missing(self, missing: NotFound, remembered: PortalIdentity) -> None:
        """Say in the error of a missing object that another application made it, if one did."""
        present = self.application() if remembered.application else ""
        if present and present != remembered.application:
            missing.cure = (
                f"the state remembers that application {remembered.application} made it, and this "
                f"is application {present}, which cannot see it. Use the "
                f"credentials of application {remembered.application}. {AFTER_A_NEW_REGISTRATION}"
            )

    def _require_answer(self) -> None:
        """Raise if the portal would have told the application another time."""
        if isinstance(self._no_answer, CredentialsExpired | LimitExceeded | PortalUnavailable):
            raise self._no_answer

    def _other_portal(self, remembered: PortalIdentity) -> str | None:
        """Return why this is not known to be the remembered portal; ``None`` where it is."""
        if self._has_other_member_id(remembered):
            return ", whose permanent id (member_id) is another one"
        if self._is_same_portal(remembered):
            return None
        # A call follows the redirect of a renamed portal, and returns the application.
        self._ask()
        if self._has_other_member_id(remembered):
            return ", whose permanent id (member_id) is another one"
        if self._is_same_portal(remembered):
            return None
        if self._no_answer:
            said = self._no_answer.said.rstrip(".")
            return f", which did not say whether it is the same portal ({said})"
        return ""

    def _has_other_member_id(self, remembered: PortalIdentity) -> bool:
        present = self.present().member_id
        return bool(present and remembered.member_id and present != remembered.member_id)

    def _is_same_portal(self, remembered: PortalIdentity) -> bool:
        present = self.present()
        addresses = (*self._portal.addresses, self._portal.moved_from)
        return (
            any(is_same_host(each, remembered.address) for each in addresses if each)
            or bool(present.member_id and present.member_id == remembered.member_id)
            or (
                present.application == remembered.application
                and remembered.application.startswith(_LOCAL)
            )
        )

    def _tell_of_the_new_address(self, remembered: PortalIdentity) -> None:
        present = self._portal.address
        if is_same_host(remembered.address, present) or remembered.address in self._renamed:
            return
        self._renamed.add(remembered.address)
        logger.info(
            "the portal %s of this state is now %s: the state takes over the new address of each "
            "object with its next change or refresh",
            remembered.address,
            present,
        )

    def _ask(self) -> None:
        """Ask the portal for the application, once in a run; this also follows a renamed portal."""
        with self._lock:
            if self._asked:
                return
            self._asked = True
            try:
                self._application = self._portal.ask_application()
            except PortalError as error:
                self._no_answer = error

    def _wrong(
        self, name: str, remembered: str, observed: str, *, cannot_have_moved: bool = False
    ) -> WrongPortal:
        """Record that this run has met an object of another portal, and return the error.

        Only the first of these errors says what to do.
        """
        ways_out = self._ways_out(remembered, cannot_have_moved=cannot_have_moved)
        cure = "one of these.\n" + "\n".join(f"- {each}" for each in ways_out)
        if self._wrong_portal and self._wrong_portal.object != name:
            cure = f"see the error of {self._wrong_portal.object}."
        error = WrongPortal(
            method="comparing the portal",
            observed=observed,
            cure=cure,
            portal=self._portal.address,
            object=name,
        )
        self._wrong_portal = self._wrong_portal or error
        return error

    def _ways_out(self, remembered: str, *, cannot_have_moved: bool) -> list[str]:
        here, setting = self._portal.address, self._portal.setting
        portal = remembered or "another portal"
        moved_from = remembered or here
        is_same = (
            f"{here} is the same portal under a new address"
            if remembered
            else f"{here} is its portal all the same (whose time zone was changed, for instance)"
        )
        ways_out = [f"If this stack belongs to {portal}, correct or unset {setting}."]
        if not cannot_have_moved:
            ways_out.append(
                f"If {is_same}, say so: BXBI_MOVED_FROM={moved_from}, or `pulumi config set "
                f"bxbi:movedFrom {moved_from}`."
            )
        ways_out.append(
            f"If {here} is to have these objects as well, give it a stack of its own (`pulumi "
            "stack init`)."
        )
        ways_out.append(
            f"If {remembered or 'the other portal'} no longer exists, {OUT_OF_THE_STATE}"
        )
        return ways_out
