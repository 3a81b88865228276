"""The connectors, sources and tables of one application, and what hangs on what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_bxbi.portal.collection import Collection
from pulumi_bxbi.portal.errors import Dependent, InUse, PortalError
from pulumi_bxbi.portal.objects import Connector, Source
from pulumi_bxbi.portal.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_bxbi.portal.client import Portal


class Catalog:
    """The objects of one application on one portal.

    May be shared by threads; lives as long as one deployment, because of what it remembers.

    Args:
        portal: The portal.
        writers: How many threads create and update at the same time.

    Attributes:
        address: The portal's address.
        connectors: Where the endpoints are, and which parameters they need.
        sources: Sets of values for these parameters.
        tables: What the sources give.
    """

    def __init__(self, portal: Portal, *, writers: int) -> None:
        self.address = portal.address
        self.connectors = Collection(portal, "connector", Connector, writers)
        self.sources = Collection(portal, "source", Source, writers)
        self.tables = Tables(portal, writers)

    def delete_source(self, source_id: int, title: str) -> None:
        """Delete a source (``biconnector.source.delete``).

        Raises:
            NotFound: It is gone already, or another application's.
            InUse: Tables hang on it.
            PortalError: It was not deleted; ``OutcomeUnknown`` where that is not sure.
        """
        try:
            self.sources.delete(source_id, title)
        except PortalError as error:
            if error.code.upper() != "BX_ERROR":
                raise
            # The code is generic: it stands for tables in the way if the text or the list says so.
            certain = "delete all" in error.description.lower()
            raise _in_use(error, lambda: self.tables_of(source_id), certain=certain) from None

    def delete_connector(self, connector_id: int, title: str) -> None:
        """Delete a connector (``biconnector.connector.delete``).

        Raises:
            NotFound: It is gone already, or another application's.
            InUse: Sources hang on it.
            PortalError: It was not deleted; ``OutcomeUnknown`` where that is not sure.
        """
        try:
            self.connectors.delete(connector_id, title)
        except PortalError as error:
            if error.code.upper() != "CONNECTOR_DELETE_RESTRICTED":
                raise
            raise _in_use(error, lambda: self.sources_of(connector_id), certain=True) from None

    def tables_of(self, source_id: int) -> list[Dependent]:
        """Name the tables that hang on a source.

        Raises:
            PortalError: The portal did not say.
        """
        tables = self.tables.list({"=sourceId": source_id})
        return [Dependent("table", table.id, table.name) for table in tables]

    def sources_of(self, connector_id: int) -> list[Dependent]:
        """Name the sources that hang on a connector.

        Raises:
            PortalError: The portal did not say.
        """
        sources = self.sources.list({"=connectorId": connector_id})
        return [Dependent("source", source.id, source.title) for source in sources]


def _in_use(
    error: PortalError, find: Callable[[], list[Dependent]], *, certain: bool
) -> PortalError:
    """Turn a refused deletion into one that names what is in the way."""
    dependents: list[Dependent] = []
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
            f"delete the {kind}s of this {owner}, then the {owner} again. Which ones they are "
            f"could not be asked: {failed.description or failed.observed}"
        )
    if dependents:
        cure = f"{', '.join(map(str, dependents))} must be deleted first."
    elif not certain:
        return error
    return InUse(
        method=error.method,
        description=error.description,
        cure=cure,
        dependents=dependents,
        portal=error.portal,
        code=error.code,
        status=error.status,
        object=error.object,
    )
