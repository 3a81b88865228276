"""The error of a deletion that the portal refuses because other objects depend on the object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_bxbi.portal.errors import InUse, ObjectRef, PortalError

if TYPE_CHECKING:
    from collections.abc import Callable


def in_use(
    error: PortalError, find: Callable[[], list[ObjectRef]], *, certain: bool
) -> PortalError:
    """Return the error of a deletion that the portal refused, with the objects to delete first.

    Args:
        error: The portal's refusal.
        find: Lists the dependents of the object.
        certain: Whether the refusal itself says that the object has dependents.
    """
    dependents: list[ObjectRef] = []
    owner = error.method.split(".")[1]
    kind = {"source": "table", "connector": "source"}[owner]
    try:
        dependents = find()
        cure = (
            f"no {kind} of this {owner} is visible to this application: it was made by hand or by "
            f"another application. Delete it in the portal's Analytics hub, then delete the "
            f"{owner} again."
        )
    except PortalError as failed:
        cure = (
            f"delete the {kind}s of this {owner}, then the {owner} again. They could not be "
            f"listed: {failed.description or failed.observed}"
        )
    if dependents:
        cure = f"{', '.join(map(str, dependents))} must be deleted first."
    elif not certain:
        return error
    refused = InUse(
        method=error.method,
        description=error.description,
        cure=cure,
        portal=error.portal,
        code=error.code,
        status=error.status,
        object=error.object,
    )
    refused.dependents = tuple(dependents)
    return refused
