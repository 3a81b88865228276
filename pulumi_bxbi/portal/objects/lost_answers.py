"""What the user is told of a write whose answer never came."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pulumi_bxbi.portal.display import named
from pulumi_bxbi.portal.errors import OutcomeUnknown, PortalError, PortalUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulumi_bxbi.portal.objects.models import PortalObject

E = TypeVar("E", bound=PortalError)


def never_executed(error: OutcomeUnknown, kind: str) -> PortalUnavailable:
    """Say that an object was not created: the portal does not have it, and cannot make it any more.

    Args:
        error: The unanswered ``add``.
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


def not_found_out(
    error: OutcomeUnknown, kind: str, before: int, failed: PortalError
) -> OutcomeUnknown:
    """Say that an object may have been created, and could not be looked for.

    Args:
        error: The unanswered ``add``.
        kind: ``connector``, ``source`` or ``table``.
        before: The highest id that was known before.
        failed: Why it could not be looked for.
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


def not_clear(error: OutcomeUnknown, kind: str, alike: Iterable[PortalObject]) -> OutcomeUnknown:
    """Say that several new objects could be the one that was to be created.

    Args:
        error: The unanswered ``add``.
        kind: ``connector``, ``source`` or ``table``.
        alike: The new objects with its title or name.
    """
    alike = sorted(alike, key=lambda each: each.id)
    objects = ", ".join(named(kind, each.id, each.label) for each in alike)
    commands = " or ".join(f"bxbi import {kind} {each.id} --name NAME" for each in alike)
    return _again(
        OutcomeUnknown,
        error,
        f"The portal has this that is new and called the same, but it is not clear that this "
        f"deployment made it: {objects}",
        f"look at it in the portal's Analytics hub. Take the right one into the state: {commands}, "
        f"where NAME is the resource's name in the program. Or delete it there, if nobody needs "
        f"it. The next `pulumi up` would create one more.",
    )


def not_compared(error: OutcomeUnknown, failed: PortalError) -> OutcomeUnknown:
    """Say that a change may have been made, and could not be looked at.

    Args:
        error: The unanswered write.
        failed: Why the object could not be looked at.
    """
    return _again(
        OutcomeUnknown,
        error,
        f"The object could not be looked at either: {failed.description or failed.observed}",
        "run `pulumi refresh` when the portal answers again, then the same command.",
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
