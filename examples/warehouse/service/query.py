"""From a request for rows to a query of SQLite.

Names in the query are those of ``description.py``, and what the request gives is bound to it as a
value: no text of a request gets into the SQL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .conditions import Part, condition, joined, sign_of
from .form import InvalidRequest, group, text, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .access import Scope
    from .description import Column, Table
    from .form import Form

_LIMIT: Final = re.compile(r"[0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class Query:
    """A complete query, and the codes of the columns that it returns."""

    codes: tuple[str, ...]
    sql: str
    values: tuple[str | float, ...]


def build(table: Table, form: Form, scope: Scope) -> Query:
    """Return the query that answers a request for the rows of a table."""
    names = _names(table, group(form, "mapFields"))
    selected = tuple(dict.fromkeys(_named(names, each) for each in texts(form, "select")))
    columns = selected or table.columns
    where = joined("AND", [*_allowed(table, scope), *_filter(names, group(form, "filter"))])
    limit = _limit(text(form, "limit"))
    codes = tuple(column.code for column in columns)
    listed = ", ".join(f'"{code}"' for code in codes)
    parts = [Part(f'SELECT {listed} FROM "{table.code}"')]  # noqa: S608  # names of description.py
    parts += [Part(f"WHERE {part.sql}", part.values) for part in where]
    parts += [Part("ORDER BY rowid"), *limit]
    sql = " ".join(part.sql for part in parts)
    return Query(codes, sql, tuple(value for part in parts for value in part.values))


def _names(table: Table, mapping: Form) -> dict[str, Column]:
    """Return the columns by all their names: the code, the described one, and the portal's own."""
    codes = {column.code: column for column in table.columns}
    described = {column.name: column for column in table.columns}
    mapped = {text(mapping, code): _named(codes, code) for code in mapping}
    return codes | described | mapped


def _named(names: Mapping[str, Column], name: str) -> Column:
    try:
        return names[name]
    except KeyError:
        raise InvalidRequest(f'There is no column "{name}"') from None


def _allowed(table: Table, scope: Scope) -> list[Part]:
    if not table.has("origin"):
        return []
    return [Part('"origin" = ? AND "month" <= ?', (scope.airport, scope.until_month))]


def _filter(names: Mapping[str, Column], conditions: Form) -> list[Part]:
    """Return the conditions of a group as at most one part."""
    logic = text(conditions, "LOGIC") or "AND"
    if logic not in {"AND", "OR"}:
        raise InvalidRequest(f'LOGIC has to be AND or OR, not "{logic}"')
    parts: list[Part] = []
    for key, value in conditions.items():
        if key == "LOGIC":
            continue
        if key.isdecimal() and isinstance(value, dict):
            parts += _filter(names, value)
        else:
            operator, name = sign_of(key)
            parts.append(condition(_named(names, name), key, operator, value))
    return joined(logic, parts)


def _limit(given: str) -> list[Part]:
    """Limit the rows, where a number of them is given and is not 0."""
    if not _LIMIT.fullmatch(given):
        raise InvalidRequest(f'The limit has to be a number of rows, not "{given}"')
    return [Part("LIMIT ?", (int(given),))] if int(given or 0) else []
