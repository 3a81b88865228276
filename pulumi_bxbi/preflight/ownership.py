"""What belongs to what: a source to a connector, a table to a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic.alias_generators import to_snake

from pulumi_bxbi.stack.urns import TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.resources.values import Owner

#: By the kind of an object, the one that it belongs to.
OWNERS: Final[Mapping[str, Owner]] = {
    each.lifecycle.kind: each.lifecycle.owner for each in TYPES if each.lifecycle.owner
}
#: By the kind of an object, the kind of those that belong to it, and their property that names it.
DEPENDENTS: Final[Mapping[str, tuple[str, str]]] = {
    owner.kind: (kind, owner.reference) for kind, owner in OWNERS.items()
}


def owner_id(found: PortalObject, kind: str) -> object:
    """Return the id of the object that one of the portal belongs to.

    Args:
        found: The object.
        kind: Its kind, ``source`` or ``table``.
    """
    return getattr(found, to_snake(OWNERS[kind].reference))
