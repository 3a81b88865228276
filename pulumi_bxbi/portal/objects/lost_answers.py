"""The errors of a write without an answer: what may have happened, and what the user can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pulumi_bxbi.portal.display import named
from pulumi_bxbi.portal.errors import OutcomeUnknown, PortalError, PortalUnavailable
from pulumi_bxbi.portal.rest.error_codes import IF_THE_PORTAL_IS_GONE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulumi_bxbi.portal.objects.models import PortalObject

E = TypeVar("E", bound=PortalError)


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


def not_found_out(
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


def not_clear(error: OutcomeUnknown, kind: str, alike: Iterable[PortalObject]) -> OutcomeUnknown:
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


def not_compared(error: OutcomeUnknown, failed: PortalError) -> OutcomeUnknown:
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
