"""The tables of the warehouse, as ``tables.json`` describes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parents[1] / "tables.json"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in BI Builder, its code in the warehouse, and its type."""

    name: str
    code: str
    type: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its code in the warehouse, the title that people see, and its columns."""

    code: str
    title: str
    columns: tuple[Column, ...]

    def has(self, code: str) -> bool:
        """Tell whether there is a column with this code."""
        return any(column.code == code for column in self.columns)


def _described() -> dict[str, Table]:
    return {
        code: Table(
            code,
            table["title"],
            tuple(
                Column(column["name"], column["external_code"], column["type"])
                for column in table["columns"]
            ),
        )
        for code, table in json.loads(FILE.read_text("utf-8")).items()
    }


TABLES: Final = _described()
"""Every table of the warehouse, by its code."""
