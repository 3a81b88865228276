"""Catalogs of portals whose methods are known already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.portal import Catalog

if TYPE_CHECKING:
    from pulumi_bxbi.portal import Portal
    from tests.http_server import Server


#: The application that calls.
APPLICATION: Final = "local.1"


def told(*, tables: bool, **results: Any) -> dict[str, Any]:
    """Return the answer to a first read: whether there is `table.*`, and what was read."""
    asked = {"isExisting": tables, "isAvailable": tables}
    return {"result": {"result": {"asked": asked, **results}, "result_error": []}}


def catalog_of(portal: Portal, server: Server) -> Catalog:
    """Return the objects of a portal that has told that it knows `table.*`, and who is calling."""
    catalog = Catalog(portal)
    server.answers(told(tables=True, read=[]))
    assert list(catalog.tables.list({})) == []
    server.answers({"result": {"CODE": APPLICATION}})
    assert catalog.identity.application() == APPLICATION
    server.requests.clear()
    return catalog
