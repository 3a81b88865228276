"""States as an engine hands them to a lifecycle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_bxbi.resources.memory import Memory
from pulumi_bxbi.resources.values import State
from tests.catalogs import APPLICATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.portal import Catalog


def remembered(
    object_id: str, outputs: Mapping[str, Any], catalog: Catalog | None, **memory: Any
) -> State:
    """Give the state of an object that was made on the portal of a catalog."""
    address = catalog.identity.present().address if catalog else "https://acme.bitrix24.com"
    return State(
        object_id, dict(outputs), Memory(portal=address, application=APPLICATION, **memory)
    )
