"""Writes without an answer: what the portal shows of them, and what the user can do.

Nothing is made twice, and nothing is taken for done.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, TypeVar

import tenacity

from pulumi_bxbi.portal.display import named
from pulumi_bxbi.portal.errors import (
    LimitExceeded,
    NotFound,
    OutcomeUnknown,
    PortalError,
    PortalUnavailable,
)
from pulumi_bxbi.portal.rest.error_codes import IF_THE_PORTAL_IS_GONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pulumi_bxbi.portal.objects.matching import Candidates
    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.portal.rest.client import Portal

logger = logging.getLogger(__name__)

M = TypeVar("M", bound="PortalObject")
E = TypeVar("E", bound=PortalError)


#: How often a write is sent at most, as long as the portal has not executed it.
MOST_SENT: Final = 3
#: A wait that is longer is announced to the user.
_LONG_SECONDS: Final = 3


def until_done(write: Callable[[], Any], is_done: Callable[[], bool]) -> None:
    """Repeat an idempotent write until it is answered, or the portal shows its effect.

    Args:
        write: Sends it.
        is_done: Returns whether the portal shows its effect.

    Raises:
        NotFound: The object does not exist, and the effect of the write is another one.
        PortalError: It was refused; ``OutcomeUnknown`` where that is not certain.
    """
    lost = _unanswered(write, is_done)
    for _ in range(MOST_SENT - 1):
        if lost is None:
            return
        try:
            lost = _unanswered(write, is_done)
        except NotFound:
            if not is_done():
                raise
            return
    if lost:
        raise lost


def _unanswered(write: Callable[[], Any], is_done: Callable[[], bool]) -> OutcomeUnknown | None:
    """Write, and return the error if the portal neither answers nor shows the effect."""
    try:
        write()
    except OutcomeUnknown as error:
        try:
            return None if is_done() else error
        except NotFound:
            raise
        except PortalError as failed:
            raise _not_compared(error, failed) from None
    return None


def sought(
    error: OutcomeUnknown,
    kind: str,
    before: int,
    candidates: Callable[[], Candidates[M]],
    portal: Portal,
) -> M | None:
    """Return the object that an ``add`` without an answer has created; ``None`` for none.

    It is looked for until the portal cannot be working on the call any more.

    Args:
        error: The error of the ``add``.
        kind: ``connector``, ``source`` or ``table``.
        before: The highest id that was known before.
        candidates: Reads the objects that it may have created.
        portal: The portal.

    Raises:
        OutcomeUnknown: The portal could not be asked, or has several such objects.
    """
    until = error.sent + portal.timeout
    left = until - portal.clock()
    if left > _LONG_SECONDS:
        logger.info(
            "%s: its creation got no usable answer. Looking for it on the portal for up to %d s.",
            error.object,
            left,
        )
    began = 0.0

    def look() -> Candidates[M]:
        nonlocal began
        began = portal.clock()
        return candidates()

    looking = tenacity.Retrying(
        # A portal that does not answer for a while may have created the object before.
        retry=tenacity.retry_if_exception_type((PortalUnavailable, LimitExceeded))
        | tenacity.retry_if_result(lambda found: not _is_one(found)),
        wait=tenacity.wait_exponential(multiplier=0.5, max=10),
        stop=lambda _: began >= until,
        sleep=portal.sleep,
        retry_error_callback=lambda state: state.outcome and state.outcome.result(),
    )
    try:
        found: Candidates[M] = looking(look)
    except PortalError as failed:
        raise _not_found_out(error, kind, before, failed) from None
    if _is_one(found):
        return found.complete[0]
    if alike := (*found.complete, *found.partial):
        raise _not_clear(error, kind, alike)
    return None


def _is_one(candidates: Candidates[Any]) -> bool:
    return len(candidates.complete) == 1 and not candidates.partial


def never_executed(error: OutcomeUnknown, kind: str) -> PortalUnavailable:
    """Return the error for an object that was not created, and cannot be created any more.

    Args:
        error: The error of the unanswered ``add``.
        kind: ``connector``, ``source`` or ``table``.
    """
    unavailable = _again(
        PortalUnavailable,
        error,
        f"The {kind} is not on the portal",
        "nothing was created. Run the same command again when the portal answers.",
    )
    unavailable.looked_for = True
    return unavailable


def _not_found_out(
    error: OutcomeUnknown, kind: str, before: int, failed: PortalError
) -> OutcomeUnknown:
    """Return the error for an object that may have been created, and could not be looked for.

    Args:
        error: The error of the unanswered ``add``.
        kind: ``connector``, ``source`` or ``table``.
        before: The highest id that was known before.
        failed: Why the object could not be looked for.
    """
    return _again(
        OutcomeUnknown,
        error,
        f"The {kind} could not be looked for either: {failed.description or failed.observed}",
        f"look for it in the portal's Analytics hub before the next `pulumi up`, which would "
        f"create it a second time. If it is there, with an id above {before}, take it into the "
        f"state: bxbi import {kind} ID --name NAME, where NAME is the resource's name in the "
        f"program.",
    )


def _not_clear(error: OutcomeUnknown, kind: str, alike: Iterable[PortalObject]) -> OutcomeUnknown:
    """Return the error for several new objects, any of which may be the one to create.

    Args:
        error: The error of the unanswered ``add``.
        kind: ``connector``, ``source`` or ``table``.
        alike: The new objects with the same title or name.
    """
    alike = sorted(alike, key=lambda each: each.id)
    objects = ", ".join(named(kind, each.id, each.label) for each in alike)
    commands = " or ".join(f"bxbi import {kind} {each.id} --name NAME" for each in alike)
    return _again(
        OutcomeUnknown,
        error,
        f"The portal has new objects with the same name, and which of them this deployment created "
        f"is not clear: {objects}",
        f"look at them in the portal's Analytics hub. Take the right one into the state: "
        f"{commands}, where NAME is the resource's name in the program. Or delete it there, if "
        f"nobody needs it. The next `pulumi up` would create one more.",
    )


def _not_compared(error: OutcomeUnknown, failed: PortalError) -> OutcomeUnknown:
    """Return the error for a change that may have been made, and could not be checked.

    Args:
        error: The error of the unanswered write.
        failed: Why the object could not be read.
    """
    return _again(
        OutcomeUnknown,
        error,
        f"The object could not be looked at either: {failed.description or failed.observed}",
        "run `pulumi refresh` when the portal answers again, then the same command. "
        f"{IF_THE_PORTAL_IS_GONE}",
    )


def _again(kind: type[E], error: OutcomeUnknown, more: str, cure: str) -> E:
    said = error.observed or f"The portal said: {error.code}: {error.description}".rstrip(": ")
    return kind(
        method=error.method,
        observed=f"{said.rstrip('.')}. {more.rstrip('.')}.",
        cure=cure,
        portal=error.portal,
        code=error.code,
        status=error.status,
        object=error.object,
    )
