"""The records of the portal, in memory and, written through, in SQLite.

All reads are from memory. The file is read once, at the start, and written at every change, so
that a portal with `--state` keeps its objects after a restart; without it the file is `:memory:`.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from pulumi_bxbi.emulator.api.records import (
    Column,
    Connector,
    Grant,
    Identity,
    Parameter,
    Setting,
    Source,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

#: The version of the file's layout; a file with another version is refused.
VERSION: Final = 1

#: The statements that create the layout.
LAYOUT: Final = (
    "CREATE TABLE records (kind TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, key))",
    "CREATE TABLE counters (kind TEXT PRIMARY KEY, last INTEGER NOT NULL)",
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
)

#: The identity of a portal whose file is too old to name one.
UNNAMED: Final = Identity(
    member_id="0d6bf1c2a45e4f7d9b8a3c1e5f7092ab",
    client_id="local.5f2a91c07b3de8.46180357",
    client_secret="Vw3kTq8ZrY1mXc5BnH7sLd0GfJ2pA9uEoK6iRb4C",  # noqa: S106 - of a local portal
)

Record = TypeVar("Record", Connector, Source, Table, Grant)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All objects at one moment.

    Attributes:
        last_ids: For each kind of object, and of their parts, the last id that was given.
    """

    connectors: tuple[Connector, ...]
    sources: tuple[Source, ...]
    tables: tuple[Table, ...]
    last_ids: Mapping[str, int]

    @classmethod
    def of(
        cls, connectors: Iterable[Connector], sources: Iterable[Source], tables: Iterable[Table]
    ) -> Snapshot:
        """Return these objects; new ones get higher ids."""
        made = cls(tuple(connectors), tuple(sources), tuple(tables), {})
        used = {
            "connector": [connector.id for connector in made.connectors],
            "source": [source.id for source in made.sources],
            "table": [table.id for table in made.tables],
            "setting": [part.id for source in made.sources for part in source.settings],
            "column": [part.id for table in made.tables for part in table.fields],
            "biBuilderDataset": [table.external_id for table in made.tables],
        }
        return replace(made, last_ids={kind: max(ids, default=0) for kind, ids in used.items()})


class StateError(Exception):
    """The state file cannot be used; the message is one line for the user."""


class Shelf(Generic[Record]):
    """The records of one kind."""

    def __init__(
        self,
        database: sqlite3.Connection,
        kind: str,
        key: Callable[[Record], int | str],
        revive: Callable[[dict[str, Any]], Record],
    ) -> None:
        self._database = database
        self._kind = kind
        self._key: Callable[[Record], int | str] = key
        rows = database.execute("SELECT body FROM records WHERE kind = ? ORDER BY rowid", (kind,))
        records = [revive(json.loads(body)) for (body,) in rows]
        self._records: dict[int | str, Record] = {key(record): record for record in records}

    def __iter__(self) -> Iterator[Record]:
        """Iterate over all records, in the order in which they were created."""
        return iter(list(self._records.values()))

    def get(self, key: int | str) -> Record | None:
        """Return the record with a key; `None` for none."""
        return self._records.get(key)

    def put(self, record: Record) -> None:
        """Add the record, or replace the one with its key."""
        key = self._key(record)
        body = json.dumps(asdict(record), ensure_ascii=False)
        self._database.execute(
            "INSERT INTO records VALUES (?, ?, ?)"
            " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
            (self._kind, str(key), body),
        )
        self._records[key] = record

    def remove(self, record: Record) -> None:
        """Remove the record with this record's key."""
        key = self._key(record)
        self._database.execute(
            "DELETE FROM records WHERE kind = ? AND key = ?", (self._kind, str(key))
        )
        self._records.pop(key, None)

    def clear(self) -> None:
        """Remove all records."""
        self._database.execute("DELETE FROM records WHERE kind = ?", (self._kind,))
        self._records.clear()


class Store:
    """All records of one portal, and the counters for the ids of new ones."""

    def __init__(self, file: str) -> None:
        self._database = _open(file)
        self.connectors = Shelf[Connector](
            self._database,
            "connector",
            lambda record: record.id,
            lambda body: Connector(**_with(body, "settings", Parameter)),
        )
        self.sources = Shelf[Source](
            self._database,
            "source",
            lambda record: record.id,
            lambda body: Source(**_with(body, "settings", Setting)),
        )
        self.tables = Shelf[Table](
            self._database,
            "table",
            lambda record: record.id,
            lambda body: Table(
                **{**_with(body, "fields", Column), "failures": tuple(body["failures"])}
            ),
        )
        self.grants = Shelf[Grant](
            self._database, "grant", lambda record: record.access_token, lambda body: Grant(**body)
        )

    @property
    def changes(self) -> int:
        """A number that grows with every change."""
        return self._database.total_changes

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all changes within it to the file, or none of them if an error is raised."""
        with self._database:
            self._database.execute("BEGIN")
            yield

    def snapshot(self) -> Snapshot:
        """Return the objects as they are now."""
        last_ids = dict(self._database.execute("SELECT kind, last FROM counters"))
        return Snapshot(tuple(self.connectors), tuple(self.sources), tuple(self.tables), last_ids)

    def restore(self, objects: Snapshot) -> None:
        """Replace all objects by these, and remove all tokens."""
        for shelf in (self.connectors, self.sources, self.tables, self.grants):
            shelf.clear()
        for connector in objects.connectors:
            self.connectors.put(connector)
        for source in objects.sources:
            self.sources.put(source)
        for table in objects.tables:
            self.tables.put(table)
        self._database.execute("DELETE FROM counters")
        self._database.executemany("INSERT INTO counters VALUES (?, ?)", objects.last_ids.items())

    def next_id(self, kind: str) -> int:
        """Return an id that no object of the kind has had."""
        self._database.execute(
            "INSERT INTO counters VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET last = last + 1",
            (kind,),
        )
        row = self._database.execute("SELECT last FROM counters WHERE kind = ?", (kind,))
        return int(row.fetchone()[0])

    @property
    def identity(self) -> Identity | None:
        """The identity of the portal in this file; `None` for a new file."""
        noted = self._fact("identity")
        if noted is not None:
            return Identity(**json.loads(noted))
        return UNNAMED if self._fact("origin") is not None else None

    def identify(self, identity: Identity) -> None:
        """Store the portal's identity."""
        self._note("identity", json.dumps(asdict(identity), ensure_ascii=False))

    def move(self, origin: str) -> bool:
        """Store the portal's address, and return whether this file has held a portal before.

        The addresses of the portal's own endpoints change with it: a restarted portal often gets
        another port.
        """
        before = self._fact("origin")
        self._note("origin", origin)
        if before is None:
            return False
        for connector in self.connectors:
            self.connectors.put(at(origin, connector, instead_of=before))
        return True

    def _fact(self, name: str) -> str | None:
        found = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,))
        row = found.fetchone()
        return None if row is None else str(row[0])

    def _note(self, name: str, value: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))


def at(origin: str, connector: Connector, *, instead_of: str) -> Connector:
    """Return the connector, with `origin` for `instead_of` at the start of its addresses."""

    def moved(address: str) -> str:
        begin = f"{instead_of}/"
        return f"{origin}/{address[len(begin) :]}" if address.startswith(begin) else address

    return replace(
        connector,
        logo=moved(connector.logo),
        url_check=moved(connector.url_check),
        url_table_list=moved(connector.url_table_list),
        url_table_description=moved(connector.url_table_description),
        url_data=moved(connector.url_data),
    )


def _open(file: str) -> sqlite3.Connection:
    """Open the file for this process alone, and create its layout if it is new."""
    try:
        database = sqlite3.connect(file, timeout=0, isolation_level=None)
    except sqlite3.Error as error:
        raise StateError(f"the state file {file} cannot be opened: {error}") from None
    try:
        fits = _lay_out(database)
    except sqlite3.Error as error:
        database.close()
        raise StateError(f"the state file {file} cannot be used: {error}") from None
    if not fits:
        database.close()
        raise StateError(f"the state file {file} was not made by this version of bxbi emulate")
    return database


def _lay_out(database: sqlite3.Connection) -> bool:
    """Create the layout of a new file, and return whether a file has the layout of this version."""
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("BEGIN IMMEDIATE")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not tables:
        for statement in LAYOUT:
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {VERSION}")
    database.execute("COMMIT")
    return version == VERSION if tables else True


def _with(body: dict[str, Any], name: str, element: Callable[..., object]) -> dict[str, Any]:
    """Return a stored record, with the elements under a name converted to records."""
    return {**body, name: tuple(element(**part) for part in body[name])}
