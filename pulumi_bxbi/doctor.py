"""The checks of `bxbi doctor`: are settings, portal and application ready for a deployment?"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.portal import (
    AccessDenied,
    CredentialsExpired,
    NotFound,
    Portal,
    PortalError,
    PortalUnavailable,
    Webhook,
    WrongPortal,
)
from pulumi_bxbi.portal.identity import AFTER_A_NEW_REGISTRATION, Identity
from pulumi_bxbi.portal.rest.methods import asking_for, exists
from pulumi_bxbi.settings.loading import ApplicationSettings, Settings
from pulumi_bxbi.settings.names import SettingsError
from pulumi_bxbi.stack.state import require_same_portal

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_bxbi.portal import Application
    from pulumi_bxbi.portal.oauth.tokens import Tokens
    from pulumi_bxbi.stack.state import StateObject

#: Seconds that the portal may work on one call.
_PORTAL_CUTS_AT: Final = 60
#: The age from which tokens are a warning: a refresh token is valid for 180 days.
_OLD: Final = timedelta(days=150)
_TOLERATED_SKEW: Final = timedelta(seconds=60)
#: The check that a refusal fails, by the error code, where it is not that of the credentials.
_PART_OF_CODE: Final = {
    "insufficient_scope": "scope",
    "user_access_error": "permissions",
    "invalid_credentials": "permissions",
}
#: The prefix of the names of all methods that are called here.
_SECTION: Final = "biconnector."
#: The checks in order of dependency: each needs those before it.
_PARTS: Final = ("portal", "credentials", "scope", "permissions", "objects")


class Status(Enum):
    """The outcome of a check."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One check, with its result.

    Attributes:
        name: Its name.
        status: Its outcome.
        found: What was found.
        cure: What the user can do; empty where nothing is to be done.
    """

    name: str
    status: Status
    found: str
    cure: str = ""


@dataclass(slots=True)
class Examination:
    """Checks everything that a deployment needs, and changes nothing.

    Attributes:
        settings: The settings.
        state: The objects in the state of the stack.
        now: Returns the time.
        checks: The checks so far.
    """

    settings: Settings
    state: tuple[StateObject, ...] = ()
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    checks: list[Check] = field(default_factory=list)

    def run(self) -> list[Check]:
        """Run all checks, except those that depend on a failed one."""
        self._limits()
        self._tokens()
        if self.settings.misspelt:
            self.checks.append(Check("settings", Status.WARNING, f"{self.settings.misspelt}."))
        try:
            portal = self.settings.connect()
        except SettingsError as error:
            self._failed("settings", str(error))
            self._skip(*_PARTS, "API", "clock", *self._of_state())
            return self.checks
        try:
            self._ask(portal)
        finally:
            portal.close()
        return self.checks

    def _ask(self, portal: Portal) -> None:
        passed = 0
        try:
            portal.call("biconnector.connector.fields")
            passed = _PARTS.index("objects")
            portal.call("biconnector.connector.list", {"filter": {"=id": 0}})
        except PortalError as error:
            part = "objects" if passed else _part_of(error)
            if _is_of_portal(error) or portal.date:
                self._passed(portal, *_PARTS[: _PARTS.index(part)])
            else:
                self._skip("portal")
            self._refused(part, error)
            self._skip(*_PARTS[_PARTS.index(part) + 1 :], "API", *self._of_state())
        else:
            self._passed(portal, *_PARTS)
            self._form(portal)
            self._compare_state(Identity(portal))
        self._clock(portal)

    def _passed(self, portal: Portal, *parts: str) -> None:
        secure = portal.address.startswith("https://")
        certified = "with a valid certificate"
        plain = "without TLS, which is accepted on this machine only"
        texts = {
            "portal": f"{portal.address} answers, {certified if secure else plain}.",
            "credentials": f"{_kind_of(self.settings)} is accepted.",
            "scope": "The application may use the section biconnector.",
            "permissions": "The user has access to BI Builder and to Analytics Hub.",
            "objects": "The application can read its connectors.",
        }
        self.checks += [Check(part, Status.OK, texts[part]) for part in parts]

    def _refused(self, part: str, error: PortalError) -> None:
        said = ": ".join(filter(None, (error.code, error.description)))
        found = error.observed or f"The portal said: {said} (HTTP {error.status})"
        if part == "credentials" and error.observed:
            found = f"{error.method} failed: {found}"
        cure = error.cure
        if part == "objects" and isinstance(self.settings.credentials, Webhook):
            cure = (
                "this portal lets only applications work with connectors, sources and tables. "
                "Register a local application and run `bxbi login`."
            )
        self._failed(part, found, cure)

    def _form(self, portal: Portal) -> None:
        """Find the documented form of this portal's API; the provider understands all of them."""
        place = "in no documented place"
        try:
            portal.call("biconnector.connector.get", {"id": 2**31 - 1})
        except NotFound as error:
            place = "inside result" if error.in_result else "at the root"
        except PortalError as error:
            place = f"in another form ({error.code or error.status})"
        family = _family_of_tables(portal)
        found = f"Tables are {family}.*; errors are {place}."
        if family:
            self.checks.append(Check("API", Status.OK, found))
            return
        found = f"It has no methods for tables; errors are {place}."
        cure = "update the portal, or do without BiTable: connectors and sources need nothing more."
        self.checks.append(Check("API", Status.WARNING, found, cure))

    def _of_state(self) -> tuple[str, ...]:
        return ("state",) if self.state else ()

    def _compare_state(self, identity: Identity) -> None:
        """Check that the state belongs to this portal and this application."""
        if not self.state:
            return
        try:
            require_same_portal(self.state, identity)
        except WrongPortal as error:
            self._failed("state", f"{error.object} is in the state. {error.observed}", error.cure)
            return
        others = {each.identity.application for each in self.state} - {""}
        present = identity.application() if others else ""
        if present and others - {present}:
            names = ", ".join(sorted(others - {present}))
            self._failed(
                "state",
                f"It has objects of application {names}, and this application, {present}, cannot "
                "see them.",
                f"use the credentials of application {names}. {AFTER_A_NEW_REGISTRATION}",
            )
            return
        unknown = sum(not each.identity.address for each in self.state)
        number = len(self.state)
        found = f"Its {number} {'object is' if number == 1 else 'objects are'} of this portal."
        if unknown:
            found = (
                f"It does not remember the portal of {unknown} of its {number} objects: the next "
                "change or `pulumi refresh` records it."
            )
        self.checks.append(Check("state", Status.OK, found))

    def _clock(self, portal: Portal) -> None:
        try:
            told = parsedate_to_datetime(portal.date)
        except ValueError:
            self._not_checked("The portal does not send its time.", "clock")
            return
        skew = self.now() - told.astimezone(timezone.utc)
        seconds = round(abs(skew.total_seconds()))
        ahead = "ahead of" if skew > timedelta() else "behind"
        if abs(skew) <= _TOLERATED_SKEW:
            self.checks.append(Check("clock", Status.OK, "It agrees with the portal's."))
            return
        self.checks.append(
            Check(
                "clock",
                Status.WARNING,
                f"This machine's clock is {seconds} s {ahead} the portal's.",
                "synchronise it (NTP). No decision depends on it, but times in messages and logs "
                "are wrong, and TLS fails where it is far off.",
            )
        )

    def _limits(self) -> None:
        settings = self.settings
        found = (
            f"{settings.burst:g} calls at once, {settings.requests_per_second:g} a second; a call "
            f"waits at most {settings.max_wait:g} s; an answer may take {settings.timeout:g} s."
        )
        if settings.timeout > _PORTAL_CUTS_AT:
            self.checks.append(Check("limits", Status.OK, found))
            return
        self.checks.append(
            Check(
                "limits",
                Status.WARNING,
                found,
                f"set BXBI_TIMEOUT (or bxbi:timeout) above {_PORTAL_CUTS_AT}: the portal may work "
                "on a call for so long, and an unanswered creation is looked for only until then.",
            )
        )

    def _tokens(self) -> None:
        credentials = self.settings.credentials
        if not isinstance(credentials, ApplicationSettings) or not self.settings.portal:
            return
        try:
            application = credentials.on(self.settings.portal, self.settings.timeout)
            tokens = application.stored()
        except SettingsError as error:
            self._failed("tokens", str(error))
            return
        except PortalError as error:
            self._failed("tokens", error.observed, error.cure)
            return
        where = application.location
        if tokens:
            found = f"Stored {_ago(self.now() - tokens.saved)} in {where}."
        elif credentials.refresh_token:
            found = (
                f"There are none in {where} yet; the refresh token of the settings is used first."
            )
        else:
            self._failed("tokens", f"There are none in {where}.", "run `bxbi login`.")
            return
        self.checks.append(self._renewable(application, tokens, found))

    def _renewable(self, application: Application, tokens: Tokens | None, found: str) -> Check:
        """Check that a deployment could renew the tokens and keep the new ones.

        Args:
            application: The application.
            tokens: Its tokens; ``None`` where a renewal gets the first ones.
            found: Where they are, as a sentence.
        """
        try:
            application.require_storable()
        except PortalError as error:
            found = f"{found} Renewed ones could not be stored: {error.observed}"
            return Check("tokens", Status.FAILED, found, error.cure)
        if application.is_exposed:
            return Check(
                "tokens",
                Status.WARNING,
                f"{found} Other users may read it.",
                f"`chmod 600 {shlex.quote(application.location)}`, and `bxbi login` if someone "
                "may have read it.",
            )
        if tokens and self.now() - tokens.saved >= _OLD:
            return Check(
                "tokens",
                Status.WARNING,
                found,
                "a refresh token is valid for 180 days, and a deployment renews it. Deploy before "
                "that, or run `bxbi login`.",
            )
        return Check("tokens", Status.OK, found)

    def _failed(self, name: str, found: str, cure: str = "") -> None:
        self.checks.append(Check(name, Status.FAILED, found, cure))

    def _skip(self, *names: str) -> None:
        self._not_checked("It depends on a failed check.", *names)

    def _not_checked(self, why: str, *names: str) -> None:
        self.checks += [Check(name, Status.NOT_CHECKED, why) for name in names]


def report_of(checks: list[Check]) -> dict[str, Any]:
    """Return checks as JSON: ``healthy``, and ``checks`` with name, status, found and cure."""
    return {
        "healthy": is_healthy(checks),
        "checks": [
            {"name": each.name, "status": each.status.value, "found": each.found, "cure": each.cure}
            for each in checks
        ],
    }


def is_healthy(checks: list[Check]) -> bool:
    """Return whether nothing was found that prevents a deployment."""
    return all(each.status is not Status.FAILED for each in checks)


def _is_of_portal(error: PortalError) -> bool:
    """Return whether a call to the portal failed, not the OAuth server or token store before it."""
    return error.method.startswith(_SECTION)


def _part_of(error: PortalError) -> str:
    if not _is_of_portal(error):
        return "credentials"
    if isinstance(error, PortalUnavailable):
        return "portal"
    if error.code.lower() in _PART_OF_CODE:
        return _PART_OF_CODE[error.code.lower()]
    if error.in_result or error.status == 200:  # noqa: PLR2004  # HTTP's own number
        return "permissions"
    return "credentials" if isinstance(error, AccessDenied | CredentialsExpired) else "portal"


def _family_of_tables(portal: Portal) -> str:
    """Return this portal's word for tables; ``?`` where it does not say, empty for none."""
    for family in ("table", "dataset"):
        try:
            is_there = exists(portal.call(*asking_for(f"biconnector.{family}.list")))
        except PortalError:
            return "?"
        if is_there is None:
            return "?"
        if is_there:
            return family
    return ""


def _kind_of(settings: Settings) -> str:
    if isinstance(settings.credentials, ApplicationSettings):
        return f"The token of application {settings.credentials.client_id}"
    return "The webhook" if isinstance(settings.credentials, Webhook) else "The access token"


def _ago(age: timedelta) -> str:
    if age >= timedelta(days=2):
        return f"{age.days} days ago"
    if age >= timedelta(hours=2):
        return f"{age.seconds // 3600 + age.days * 24} hours ago"
    minutes = max(0, int(age.total_seconds() // 60))
    return "1 minute ago" if minutes == 1 else f"{minutes} minutes ago"
