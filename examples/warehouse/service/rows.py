"""The rows of the warehouse, read while they are sent."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .query import Query

AT_ONCE: Final = 1000
"""Rows that are in memory at the same time."""


def answer(database: Path, query: Query) -> Iterator[str]:
    """Give an array of arrays as JSON, in pieces: the codes of the columns, then the rows."""
    yield f"[{json.dumps(query.codes)}"
    # The pieces may be asked for by different threads, though never at the same time.
    address = f"{database.as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, check_same_thread=False)) as connection:
        cursor = connection.execute(query.sql, query.values)
        while rows := cursor.fetchmany(AT_ONCE):
            yield f",{json.dumps(rows, ensure_ascii=False)[1:-1]}"
    yield "]"
