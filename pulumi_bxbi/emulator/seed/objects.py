"""The connectors, sources and tables of a portal at its start.

They must pass the checks of the methods that would add them, in the newest edition, so a seed
cannot contain objects that the portal would refuse.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import count
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api import columns, connector_parameters, schema, table_name
from pulumi_bxbi.emulator.api.editions import CURRENT
from pulumi_bxbi.emulator.api.module_errors import ModuleError
from pulumi_bxbi.emulator.api.records import Connector, Source, Table
from pulumi_bxbi.emulator.seed.conditions import application_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulumi_bxbi.emulator.api.records import Column, Parameter
    from pulumi_bxbi.emulator.seed.conditions import Conditions
    from pulumi_bxbi.emulator.seed.node import Node

#: The keys of a seed that this module reads.
OBJECTS: Final = ("connectors", "sources", "tables")

#: The keys that all objects have besides their fields.
COMMON: Final = {"id", "application", "dateCreate"}
#: The operations on a table that a seed can make fail.
FAILURES: Final = frozenset({"update", "synchronisation", "deletion"})
#: The application of objects that were created in the user interface.
NOBODY: Final = ""


@dataclass(frozen=True, slots=True)
class Objects:
    """The records of a seed, in their order."""

    connectors: tuple[Connector, ...]
    sources: tuple[Source, ...]
    tables: tuple[Table, ...]

    @classmethod
    def read(cls, node: Node, conditions: Conditions) -> Objects:
        """Read the objects of a seed."""
        reader = _Reader(conditions, datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S"))
        return cls(
            tuple(reader.connector(item) for item in node.items("connectors")),
            tuple(reader.source(item) for item in node.items("sources")),
            tuple(reader.table(item) for item in node.items("tables")),
        )


class _Reader:
    """Reads objects in their order, and remembers them for references of later ones."""

    def __init__(self, conditions: Conditions, now: str) -> None:
        self._conditions = conditions
        self._now = now
        self._connectors: dict[int, Connector] = {}
        self._sources: dict[int, Source] = {}
        self._tables: dict[int, Table] = {}
        self._names: set[str] = set()
        self._setting_ids = count(1)
        self._column_ids = count(1)

    def connector(self, node: Node) -> Connector:
        given = _accepted(node, schema.CONNECTOR, COMMON)
        settings = tuple(_declaration(item) for item in node.items("settings"))
        values = schema.attributes({**given, "settings": settings}, schema.CONNECTOR)
        connector = Connector(
            id=_new(node, self._connectors),
            client_id=self._owner(node, self._conditions.first_application.client_id),
            date_create=node.text("dateCreate", self._now),
            **values,
        )
        self._connectors[connector.id] = connector
        return connector

    def source(self, node: Node) -> Source:
        given = _accepted(node, schema.SOURCE, COMMON | {"connectorVanished"})
        connector = self._connectors.get(node.identity("connectorId"))
        vanished = node.flag("connectorVanished")
        if connector is None and not vanished:
            raise node.at("connectorId").wrong("is not one of the connectors")
        declared: tuple[Parameter, ...] = connector.settings if connector else ()
        settings = node.at("settings")
        with _placed(settings):
            texts = connector_parameters.values(settings.value)
        known = {parameter.code for parameter in declared}
        for code in texts:
            if connector and code not in known:
                raise settings.at(code).wrong("is not declared by the connector")
        owner = connector.client_id if connector else None
        date = node.text("dateCreate", self._now)
        values = schema.attributes(
            {
                **given,
                "settings": connector_parameters.saved(
                    declared, texts, (), lambda: next(self._setting_ids)
                ),
            },
            schema.SOURCE,
        )
        source = Source(
            id=_new(node, self._sources),
            client_id=self._owner(node, owner or self._conditions.first_application.client_id),
            date_create=date,
            date_update=date,
            created_by_id=self._conditions.first_user.id,
            updated_by_id=self._conditions.first_user.id,
            **values,
        )
        self._sources[source.id] = source
        return source

    def table(self, node: Node) -> Table:
        given = _accepted(node, schema.TABLE, COMMON | {"externalId", "failures"})
        source = self._sources.get(node.identity("sourceId"))
        if source is None:
            raise node.at("sourceId").wrong("is not one of the sources")
        name = node.text("name")
        with _placed(node.at("name")):
            table_name.check(name)
        if name in self._names:
            raise node.at("name").wrong("is the name of another table")
        self._names.add(name)
        values = schema.attributes({**given, "fields": self._columns(node)}, schema.TABLE)
        made = Table(
            id=_new(node, self._tables),
            client_id=self._owner(node, source.client_id),
            date_create=node.text("dateCreate", self._now),
            created_by_id=self._conditions.first_user.id,
            external_id=node.identity("externalId") if node.has("externalId") else 0,
            failures=tuple(sorted(node.choices("failures", FAILURES))),
            **values,
        )
        self._tables[made.id] = made
        return made

    def _columns(self, node: Node) -> tuple[Column, ...]:
        with _placed(node.at("fields")):
            new = columns.first(node.at("fields").value, CURRENT)
        items = node.items("fields")
        for item in items:
            item.keys({"name", "externalCode", "type", "visible"})
        return tuple(
            column.numbered(next(self._column_ids), visible=item.flag("visible", default=True))
            for column, item in zip(new, items, strict=True)
        )

    def _owner(self, node: Node, usual: str) -> str:
        if node.has("application") and node.at("application").value is None:
            return NOBODY
        return application_of(node, self._conditions.applications, usual)


@contextmanager
def _placed(node: Node) -> Iterator[None]:
    """Raise an error of a method as an error at its place in the seed."""
    try:
        yield
    except ModuleError as error:
        raise node.wrong(error.text) from None


def _accepted(node: Node, fields: schema.Schema, more: set[str]) -> dict[str, object]:
    writable = {field.title for field in fields if not field.read_only}
    given = node.keys(writable | more)
    with _placed(node):
        return schema.accepted_for_add(
            {key: value for key, value in given.items() if key not in more}, fields
        )


def _declaration(node: Node) -> Parameter:
    node.keys({"code", "name", "type"})
    with _placed(node):
        return connector_parameters.declaration(node.value)


def _new(node: Node, others: Mapping[int, object]) -> int:
    identity = node.identity("id")
    if identity in others:
        raise node.at("id").wrong("is the id of another one")
    return identity
