"""The connectors, sources and tables of one application, and which objects depend on which."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from pulumi_bxbi.portal.addresses import host_of
from pulumi_bxbi.portal.errors import ObjectRef, PortalError
from pulumi_bxbi.portal.identity import Identity
from pulumi_bxbi.portal.objects.blocked_deletions import in_use
from pulumi_bxbi.portal.objects.collection import Collection
from pulumi_bxbi.portal.objects.endpoints import problems_of
from pulumi_bxbi.portal.objects.models import Connector, Source
from pulumi_bxbi.portal.objects.shared_reads import OncePerKey
from pulumi_bxbi.portal.objects.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulumi_bxbi.portal.objects.known_objects import KnownObjects
    from pulumi_bxbi.portal.rest.client import Portal
    from pulumi_bxbi.portal.rest.limits import Traffic

logger = logging.getLogger(__name__)


class Catalog:
    """The objects of one application on one portal.

    May be shared by threads. Lives as long as one deployment, because it caches objects.

    Args:
        portal: The portal.

    Attributes:
        identity: The identity of the portal and of the application.
        connectors: The connectors, which hold addresses of endpoints and declare parameters.
        sources: The sources, which hold values for these parameters.
        tables: The tables, which belong to sources.
    """

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self.identity = Identity(portal)
        self.connectors = Collection(portal, "connector", Connector)
        self.sources = Collection(portal, "source", Source)
        self.tables = Tables(portal)
        self._answering = threading.Lock()
        self._planned: dict[int, Connector | None] = {}
        self._endpoints = OncePerKey(_warn_of_endpoints)

    @property
    def address(self) -> str:
        """The portal's address."""
        return self._portal.address

    @property
    def traffic(self) -> Traffic:
        """The calls so far, and the time that they have waited for the portal's limits."""
        return self._portal.traffic

    def require_answer(self, objects: Collection[Any]) -> None:
        """Make sure, once in a run, that the portal answers and the credentials work.

        Nothing is called where the portal has answered already. Otherwise the call is the one that
        a creation of such an object would send first anyway.

        Args:
            objects: The connectors, the sources or the tables.

        Raises:
            PortalError: The portal does not answer, or the credentials do not work.
        """
        with self._answering:
            if not self._portal.has_answered:
                objects.look_for_newest()

    def forget_known(self, kind: str) -> None:
        """Forget the objects of a kind, one of which another process may have written.

        Args:
            kind: ``connector``, ``source`` or ``table``.
        """
        known: Mapping[str, KnownObjects[Any]] = {
            "connector": self.connectors.known,
            "source": self.sources.known,
            "table": self.tables.known,
        }
        known[kind].forget_all()

    def plan(self, connector_id: int, planned: Connector | None) -> None:
        """Record the parameters that a connector of this deployment will declare.

        Args:
            connector_id: The connector's id.
            planned: The connector with its parameters; ``None`` where they are not known yet.
        """
        self._planned[connector_id] = planned

    def declared(self, connector_id: int) -> Connector | None:
        """Return a connector with the parameters that it will declare after this deployment.

        Args:
            connector_id: The connector's id.

        Returns:
            The connector as planned where this deployment changes it, otherwise as it is; ``None``
            where its planned parameters are not known yet.

        Raises:
            NotFound: It does not exist, or belongs to another application.
            PortalError: It could not be read.
        """
        if connector_id in self._planned:
            return self._planned[connector_id]
        return self.connectors.known.object(connector_id)

    def ask_endpoints(self, addresses: Mapping[str, str], parameters: Iterable[str]) -> None:
        """Warn, once in a deployment, of endpoints of a connector that this machine cannot use.

        Args:
            addresses: Their addresses by the properties that name them, such as ``urlCheck``.
            parameters: The codes of the parameters that the connector declares.
        """
        self._endpoints.get((tuple(sorted(addresses.items())), tuple(parameters)))

    def delete_source(self, source_id: int, title: str) -> None:
        """Delete a source (``biconnector.source.delete``).

        Args:
            source_id: Its id.
            title: Its title, for errors.

        Raises:
            NotFound: It no longer exists, or belongs to another application.
            InUse: Tables depend on it.
            PortalError: It was not deleted; ``OutcomeUnknown`` where that is not certain.
        """
        try:
            self.sources.delete(source_id, title)
        except PortalError as error:
            if error.code.upper() != "BX_ERROR":
                raise
            # The code is generic: it means dependent tables only if the text or the list says so.
            certain = "delete all" in error.description.lower()
            raise in_use(error, lambda: self.tables_of(source_id), certain=certain) from None

    def delete_connector(self, connector_id: int, title: str) -> None:
        """Delete a connector (``biconnector.connector.delete``).

        Args:
            connector_id: Its id.
            title: Its title, for errors.

        Raises:
            NotFound: It no longer exists, or belongs to another application.
            InUse: Sources depend on it.
            PortalError: It was not deleted; ``OutcomeUnknown`` where that is not certain.
        """
        try:
            self.connectors.delete(connector_id, title)
        except PortalError as error:
            if error.code.upper() != "CONNECTOR_DELETE_RESTRICTED":
                raise
            raise in_use(error, lambda: self.sources_of(connector_id), certain=True) from None

    def tables_of(self, source_id: int) -> list[ObjectRef]:
        """List the tables that depend on a source.

        Args:
            source_id: The source's id.

        Raises:
            PortalError: They could not be read.
        """
        tables = self.tables.list({"=sourceId": source_id})
        return [ObjectRef("table", table.id, table.name) for table in tables]

    def sources_of(self, connector_id: int) -> list[ObjectRef]:
        """List the sources that depend on a connector.

        Args:
            connector_id: The connector's id.

        Raises:
            PortalError: They could not be read.
        """
        sources = self.sources.list({"=connectorId": connector_id})
        return [ObjectRef("source", source.id, source.title) for source in sources]


def _warn_of_endpoints(connector: tuple[tuple[tuple[str, str], ...], tuple[str, ...]]) -> None:
    addresses, parameters = dict(connector[0]), connector[1]
    for name, problem in problems_of(addresses, parameters).items():
        host = host_of(addresses[name])
        logger.warning(
            "%s%s %s. The portal will need it; whether it can reach it is not known from here.",
            name,
            f" at {host}" if host else "",
            problem,
        )
