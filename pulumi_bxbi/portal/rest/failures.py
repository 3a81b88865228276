"""The errors of calls: their class and their text, for a refusal or a lost answer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from pulumi_bxbi.portal.errors import LimitExceeded, OutcomeUnknown, PortalError, PortalUnavailable
from pulumi_bxbi.portal.rest.custom_timeouts import time_allowed
from pulumi_bxbi.portal.rest.error_codes import (
    IF_THE_PORTAL_IS_GONE,
    PLATFORM,
    UNKNOWN_CODE,
    remedy,
)
from pulumi_bxbi.portal.rest.limits import OPERATING_LIMIT, RATE_LIMIT, local_time
from pulumi_bxbi.portal.rest.methods import is_deletion, is_write

if TYPE_CHECKING:
    from pulumi_bxbi.portal.rest.envelope import Refusal
    from pulumi_bxbi.portal.rest.limits import WaitBudget, WaitTooLong

#: The lowest HTTP status that is a failure of the server.
_SERVER_ERROR: Final = 500


class Subject(NamedTuple):
    """The call that failed.

    Attributes:
        method: The REST method.
        about: The object in question, for people; empty where there is none.
        portal: The portal's address.
    """

    method: str
    about: str
    portal: str


def refused(subject: Subject, refusal: Refusal) -> PortalError:
    """Return the error of a call that the portal answered with an error.

    Args:
        subject: The call.
        refusal: What the portal said.
    """
    meaning = remedy(subject.method, refusal)
    if meaning.error is PortalUnavailable or (
        meaning is UNKNOWN_CODE and refusal.status >= _SERVER_ERROR
    ):
        error = unanswered(subject, "", meaning.cure, refusal.status)
        error.code, error.description = refusal.code, refusal.description
        return error
    error = meaning.error(
        method=subject.method,
        description=refusal.description,
        cure=meaning.cure,
        portal=subject.portal,
        code=refusal.code,
        status=refusal.status,
        object=subject.about,
    )
    error.in_result = refusal.in_result
    return error


def unanswered(subject: Subject, observed: str, cure: str, status: int = 0) -> PortalError:
    """Return the error of a call that was sent and not answered.

    Args:
        subject: The call.
        observed: What was seen instead of an answer, as a sentence.
        cure: What to do.
        status: The HTTP status; 0 where there was none.
    """
    kind: type[PortalError] = PortalUnavailable
    if is_write(subject.method):
        kind = OutcomeUnknown
        cure = (
            "the portal may have executed the call all the same. Look at the object on the "
            f"portal (Analytics hub) and run `pulumi refresh` before anything else; then {cure}"
        )
    return _observed(kind, subject, observed, cure, status)


def not_sent(subject: Subject, observed: str, cure: str) -> PortalError:
    """Return the error of a call that could not be sent.

    Args:
        subject: The call.
        observed: Why, as a sentence.
        cure: What to do.
    """
    if is_deletion(subject.method):  # where a stack ends whose portal is gone
        cure = f"{cure} {IF_THE_PORTAL_IS_GONE}"
    return _observed(PortalUnavailable, subject, observed, cure)


def too_long(
    subject: Subject, wait: WaitTooLong, refusal: PortalError | None, budget: WaitBudget
) -> PortalError:
    """Return the error of a call that may not wait any longer for the portal's limits.

    Args:
        subject: The call.
        wait: How long it would have to wait, and for which limit.
        refusal: The last error by which the limits refused it; ``None`` where they did not.
        budget: The time that it may wait altogether.
    """
    setting = "BXBI_MAX_WAIT" if budget.allowed < time_allowed() else "the option customTimeouts"
    longer = f"allow longer waits with {setting} (seconds, now {budget.allowed:g})."
    cure = PLATFORM[RATE_LIMIT.lower()].cure.replace("BXBI_MAX_WAIT", setting)
    if wait.method:
        cure = (
            f"run the same command again at {local_time(wait.seconds)}, in {wait.seconds:.0f} "
            f"s: until then the portal blocks {wait.method}. Or {longer}"
        )
    observed = (
        f"It was not sent: it would have to wait {math.ceil(wait.seconds)} s more for the "
        "portal's limits."
    )
    if refusal and (refusal.code.upper() == OPERATING_LIMIT) != bool(wait.method):
        refusal = None  # it concerned the other limit
    return LimitExceeded(
        method=refusal.method if refusal else subject.method,
        description=refusal.description if refusal else "",
        observed="" if refusal else observed,
        cure=cure,
        portal=subject.portal,
        code=refusal.code if refusal else "",
        status=refusal.status if refusal else 0,
        object=subject.about,
    )


def same(error: PortalError, about: str) -> PortalError:
    """Return the error of a call for another object that was sent with it.

    Args:
        error: The error.
        about: The other object, for people.
    """
    other = type(error)(
        method=error.method,
        cure=error.cure,
        description=error.description,
        observed=error.observed,
        portal=error.portal,
        code=error.code,
        status=error.status,
        object=about,
    )
    other.in_result = error.in_result
    if isinstance(error, OutcomeUnknown) and isinstance(other, OutcomeUnknown):
        other.sent = error.sent
    return other


def misdirected(subject: Subject, observed: str, cure: str) -> PortalError:
    """Return the error of a call whose redirect must not be followed.

    Args:
        subject: The call.
        observed: Where the redirect leads, as a sentence.
        cure: What to do.
    """
    return _observed(PortalError, subject, observed, cure)


def _observed(
    kind: type[PortalError], subject: Subject, observed: str, cure: str, status: int = 0
) -> PortalError:
    """Return the error of a call to which the portal itself has said nothing."""
    return kind(
        method=subject.method,
        observed=observed,
        cure=cure,
        portal=subject.portal,
        status=status,
        object=subject.about,
    )
