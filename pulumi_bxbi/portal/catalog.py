"""The operations on connectors, sources and tables, with their types.

Reads that many resources need are shared, so that their number does not grow with the stack.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ValidationError

from pulumi_bxbi.portal.errors import (
    Dependent,
    InUse,
    OutcomeUnknown,
    PortalError,
    PortalUnavailable,
)
from pulumi_bxbi.portal.objects import Connector, Source, Table
from pulumi_bxbi.portal.sharing import OncePerKey, ReadAfterWrite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from pulumi_bxbi.portal.client import Portal

logger = logging.getLogger(__name__)

M = TypeVar("M", Connector, Source, Table)
T = TypeVar("T")

_PAGE: Final = 50


class Catalog:
    """The objects of one application on one portal.

    May be shared by threads; lives as long as one deployment, because of what it remembers.

    Args:
        portal: The portal.
        writers: How many threads create and update at the same time.
    """

    def __init__(self, portal: Portal, *, writers: int) -> None:
        self._portal = portal
        self._connectors = OncePerKey(self._fetch_connector)
        self._written_sources = ReadAfterWrite(self._sources_by_id, writers)
        self._all_sources: OncePerKey[None, dict[int, Source]] = OncePerKey(
            lambda _: self._every_source()
        )
        self._touched: set[int] = set()
        self._source_reads = 0
        self._lock = threading.Lock()
        self._table_family = "table"

    @property
    def address(self) -> str:
        """The portal's address."""
        return self._portal.address

    # Connectors

    def connector(self, connector_id: int) -> Connector:
        """Give a connector; asked once in a deployment (``biconnector.connector.get``).

        Raises:
            NotFound: There is none, or it is another application's.
            PortalError: The portal did not say.
        """
        return self._connectors.get(connector_id)

    def _fetch_connector(self, connector_id: int) -> Connector:
        method = "biconnector.connector.get"
        about = f"connector {connector_id}"
        result = self._portal.call(method, {"id": connector_id}, about=about)
        return self._item(Connector, method, about, result)

    # Sources

    def create_source(self, fields: Mapping[str, Any]) -> tuple[int, Future[Source | None]]:
        """Create a source and read it back (``biconnector.source.add``, ``….list``).

        Args:
            fields: As the method takes them: ``title``, ``connectorId``, ``settings``, ….

        Returns:
            Its id, and the finished read, which may have failed.

        Raises:
            PortalError: It was not created; ``OutcomeUnknown`` where that is not sure.
        """

        def add() -> int:
            about = f'source "{fields["title"]}"'
            result = self._portal.call("biconnector.source.add", {"fields": fields}, about=about)
            return self._added("biconnector.source.add", about, result)

        return self._written_sources.run(add)

    def update_source(
        self, source_id: int, fields: Mapping[str, Any]
    ) -> tuple[int, Future[Source | None]]:
        """Change a source and read it back (``biconnector.source.update``, ``….list``).

        Args:
            source_id: Which one.
            fields: What changes, and always ``title``.

        Returns:
            Its id, and the finished read, which may have failed.

        Raises:
            PortalError: It was not changed; ``OutcomeUnknown`` where that is not sure.
        """

        def update() -> int:
            self._portal.call(
                "biconnector.source.update",
                {"id": source_id, "fields": fields},
                about=f'source {source_id} "{fields["title"]}"',
            )
            return source_id

        self._touched.add(source_id)
        return self._written_sources.run(update)

    def source(self, source_id: int) -> Source:
        """Give a source as it is now (``biconnector.source.get``).

        Raises:
            NotFound: There is none, or it is another application's.
            PortalError: The portal did not say.
        """
        method = "biconnector.source.get"
        about = f"source {source_id}"
        result = self._portal.call(method, {"id": source_id}, about=about)
        return self._item(Source, method, about, result)

    def source_among_others(self, source_id: int) -> Source:
        """Give a source, with as few calls as many such reads allow.

        The first is a ``source.get``. When a second is wanted, all sources are listed once. A
        source that the list lacks, or that was written since, is asked for by itself.

        Raises:
            NotFound: There is none, or it is another application's.
            PortalError: The portal did not say.
        """
        with self._lock:
            self._source_reads += 1
            first = self._source_reads == 1
        if not first and source_id not in self._touched:
            listed = self._all_sources.get(None).get(source_id)
            if listed is not None:
                return listed
        return self.source(source_id)

    def delete_source(self, source_id: int, title: str = "") -> None:
        """Delete a source (``biconnector.source.delete``).

        Args:
            source_id: Which one.
            title: Its name, for the error's text.

        Raises:
            NotFound: It is gone already, or another application's.
            InUse: Tables hang on it.
            PortalError: It was not deleted; ``OutcomeUnknown`` where that is not sure.
        """
        about = f'source {source_id} "{title}"' if title else f"source {source_id}"
        self._touched.add(source_id)
        try:
            self._portal.call("biconnector.source.delete", {"id": source_id}, about=about)
        except PortalError as error:
            if error.code.upper() != "BX_ERROR":
                raise
            raise self._source_in_use(error, source_id) from None

    def _source_in_use(self, error: PortalError, source_id: int) -> PortalError:
        """Find out whether the portal's generic code stands for tables in the way."""
        try:
            tables = self.tables_of(source_id)
            unseen = (
                "no table of this source is visible to this application: it was made by hand or "
                "by another application. Delete it in the portal's Analytics hub, then delete the "
                "source again."
            )
        except PortalError as failed:
            tables = []
            unseen = (
                f"delete the tables of this source, then the source again. Which ones they are "
                f"could not be asked: {failed.description or failed.observed}"
            )
        if not tables and "delete all" not in error.description.lower():
            return error
        dependents = [Dependent("table", table.id, table.name) for table in tables]
        return InUse(
            method=error.method,
            description=error.description,
            cure=f"{_names(dependents)} must be deleted first." if dependents else unseen,
            dependents=dependents,
            portal=error.portal,
            code=error.code,
            status=error.status,
            object=error.object,
        )

    def _sources_by_id(self, ids: Sequence[int]) -> dict[int, Source]:
        return {
            source.id: source
            for source in self._walk(Source, "biconnector.source.list", {"@id": list(ids)})
        }

    def _every_source(self) -> dict[int, Source]:
        return {source.id: source for source in self._walk(Source, "biconnector.source.list", {})}

    # Tables

    def tables_of(self, source_id: int) -> list[Table]:
        """List the tables of a source (``biconnector.table.list``).

        A portal that does not know the tables' methods yet is asked for datasets, their former
        name (``biconnector.dataset.list``).

        Raises:
            PortalError: The portal did not say.
        """
        return self._in_table_family(
            lambda family: list(
                self._walk(Table, f"biconnector.{family}.list", {"=sourceId": source_id})
            )
        )

    def delete_table(self, table: Dependent) -> None:
        """Delete a table (``biconnector.table.delete``, formerly ``….dataset.delete``).

        Raises:
            NotFound: It is gone already.
            PortalError: It was not deleted; ``OutcomeUnknown`` where that is not sure.
        """
        self._in_table_family(
            lambda family: self._portal.call(
                f"biconnector.{family}.delete", {"id": table.id}, about=str(table)
            )
        )

    def _in_table_family(self, call: Callable[[str], T]) -> T:
        """Call a method of the tables, under its former name where the portal knows no other."""
        try:
            return call(self._table_family)
        except PortalError as error:
            if self._table_family != "table" or error.code.upper() != "ERROR_METHOD_NOT_FOUND":
                raise
        self._table_family = "dataset"
        return call(self._table_family)

    # What all objects have in common

    def _walk(self, model: type[M], method: str, condition: Mapping[str, Any]) -> Iterator[M]:
        """List everything that meets a condition, page by page in the order of the ids."""
        last = 0
        while True:
            after = {">id": last} if last else {}
            result = self._portal.call(
                method, {"filter": {**condition, **after}, "order": {"id": "ASC"}}
            )
            if not isinstance(result, list):
                raise self._unexpected(method, "", "is not a list")
            page = [self._parsed(model, method, "", item) for item in result]
            yield from page
            if len(page) < _PAGE or page[-1].id <= last:
                return
            last = page[-1].id

    def _item(self, model: type[M], method: str, about: str, result: Any) -> M:
        if not isinstance(result, dict) or "item" not in result:
            raise self._unexpected(method, about, "has no item")
        return self._parsed(model, method, about, result["item"])

    def _parsed(self, model: type[M], method: str, about: str, item: Any) -> M:
        try:
            return model.model_validate(item)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            place = ".".join(str(step) for step in first["loc"]) or "it"
            raise self._unexpected(method, about, f"says of {place}: {first['msg']}") from None

    def _added(self, method: str, about: str, result: Any) -> int:
        """Take the new id out of both documented forms, ``{"id": 7}`` and ``7``."""
        found = result.get("id") if isinstance(result, dict) else result
        if isinstance(found, bool) or not str(found).isdecimal():
            raise OutcomeUnknown(
                method=method,
                observed="The portal answered without the id of the new object.",
                cure="look for the object in the portal's Analytics hub. If it is there, delete it "
                "and run the same command again.",
                portal=self.address,
                object=about,
            )
        return int(str(found))

    def _unexpected(self, method: str, about: str, problem: str) -> PortalError:
        return PortalUnavailable(
            method=method,
            observed=f"The portal's answer {problem}, which the documentation does not know.",
            cure="report it to the maintainers of pulumi-bxbi with this message.",
            portal=self.address,
            object=about,
        )


def _names(dependents: Sequence[Dependent]) -> str:
    return ", ".join(map(str, dependents))
