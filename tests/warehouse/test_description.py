"""The description that the service gives, and that the stack follows."""

from __future__ import annotations

import re

import pytest

from examples.warehouse.service.description import TABLES, Table

TYPES = {"int", "string", "double", "date", "datetime", "money", "timezone"}

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())


def test_the_five_tables_of_the_data_set_are_described() -> None:
    assert set(TABLES) == {"airlines", "airports", "flights", "planes", "weather"}
    assert len({table.title for table in TABLES.values()}) == len(TABLES)


@every_table
def test_the_portal_accepts_every_column(table: Table) -> None:
    assert table.columns
    for column in table.columns:
        assert re.fullmatch(r"[A-Z][A-Z0-9_]{0,31}", column.name)
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.code)
        assert column.type in TYPES
    assert len({column.name for column in table.columns}) == len(table.columns)
    assert len({column.code for column in table.columns}) == len(table.columns)


def test_rows_that_belong_to_an_airport_tell_their_month() -> None:
    """A source is restricted by both, or by none."""
    restricted = {code for code, table in TABLES.items() if table.has("origin")}
    assert restricted == {"flights", "weather"}
    assert all(TABLES[code].has("month") for code in restricted)
