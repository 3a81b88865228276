"""From a request for rows to a query of SQLite.

Names in the query are those of ``tables.json``, and what the request gives is bound to it as a
value: no text of a request gets into the SQL.

How the portal writes filters is documented nowhere. The signs, lists and groups here are those of
the vendor's own example of a connector; what is none of them is refused, since rows that nobody
has asked for would look like an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from .form import InvalidRequest, group, text, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .access import Scope
    from .description import Column, Table
    from .form import Form

_OPERATORS: Final = ("!=", ">=", "<=", ">", "<", "=", "%")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_LIMIT: Final = re.compile(r"[0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of SQL and the values that are bound to it."""

    sql: str
    values: tuple[str | float, ...] = ()


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
    where = _joined("AND", [*_allowed(table, scope), *_filter(names, group(form, "filter"))])
    limit = _limit(text(form, "limit"))
    codes = tuple(column.code for column in columns)
    listed = ", ".join(f'"{code}"' for code in codes)
    parts = [Part(f'SELECT {listed} FROM "{table.code}"')]  # noqa: S608  # names of tables.json
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
            given = [value] if isinstance(value, str) else texts(conditions, key)
            parts.append(_condition(names, key, given))
    return _joined(logic, parts)


def _condition(names: Mapping[str, Column], key: str, given: list[str]) -> Part:
    operator = next((each for each in _OPERATORS if key.startswith(each)), "")
    column = _named(names, key.removeprefix(operator))
    if operator in {"", "="}:
        return _equality(column, given)
    if operator == "!=":
        equal = _equality(column, given)
        return Part(f"NOT {equal.sql}", equal.values)
    if len(given) != 1:
        raise InvalidRequest(f'"{key}" takes one value; only = and != take a list')
    if operator == "%":
        return Part(f'instr(lower("{column.code}"), lower(?)) > 0', (given[0],))
    return Part(f'"{column.code}" {operator} ?', (_value(column, given[0]),))


def _equality(column: Column, given: list[str]) -> Part:
    """Compare with any of some values; an empty one means that there is none."""
    values = tuple(_value(column, each) for each in given if each)
    marks = ", ".join("?" * len(values))
    parts = [Part(f'"{column.code}" IN ({marks})', values)] if values else []
    if "" in given:
        parts.append(Part(f'"{column.code}" IS NULL'))
    (joined,) = _joined("OR", parts)
    return joined


def _joined(logic: str, parts: list[Part]) -> list[Part]:
    """Return the parts as one in brackets, and none where there are none."""
    if not parts:
        return []
    sql = f" {logic} ".join(part.sql for part in parts)
    return [Part(f"({sql})", tuple(value for part in parts for value in part.values))]


def _value(column: Column, given: str) -> str | float:
    """Turn a value into what SQLite keeps for the type of the column."""
    if column.type in {"int", "double"}:
        if not _NUMBER.fullmatch(given):
            raise InvalidRequest(f'{column.name} is compared with a number, not with "{given}"')
        return float(given)
    if column.type in {"date", "datetime"}:
        moment = _moment(column, given)
        midnight = moment.time() == datetime.min.time()
        # A day is less than any later moment of it, as a text too.
        return str(moment.date() if column.type == "date" and midnight else moment)
    return given


def _moment(column: Column, given: str) -> datetime:
    day = "%d.%m.%Y" if "." in given else "%Y-%m-%d"
    time = " %H:%M:%S" if " " in given else ""
    try:
        return datetime.strptime(given, day + time)  # noqa: DTZ007  # the warehouse is in UTC
    except ValueError:
        raise InvalidRequest(
            f'{column.name} is compared with a date, Y-m-d or Y-m-d H:i:s, not with "{given}"'
        ) from None


def _limit(given: str) -> list[Part]:
    """Limit the rows, where a number of them is given and is not 0."""
    if not _LIMIT.fullmatch(given):
        raise InvalidRequest(f'The limit has to be a number of rows, not "{given}"')
    return [Part("LIMIT ?", (int(given),))] if int(given or 0) else []
