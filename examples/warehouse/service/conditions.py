"""One condition of a filter: a column compared with what a request gives.

How the portal writes filters is documented nowhere. The vendor's own connectors read two ways, and
so does this one: a sign before the name, ``filter[>=MONTH]=3``, and a group under the name,
``filter[MONTH][operator]=GTE`` with ``filter[MONTH][value]=3``. What is neither is refused, since
rows that nobody has asked for would look like an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from .form import InvalidRequest, text, texts

if TYPE_CHECKING:
    from .description import Column
    from .form import Form, Node

_SIGNS: Final = ("!=", ">=", "<=", ">", "<", "=", "%")
_COMPARISONS: Final = {
    ">": ">", "GT": ">", ">=": ">=", "GTE": ">=", "<": "<", "LT": "<", "<=": "<=", "LTE": "<=",
}  # fmt: skip
_EQUAL: Final = ("=", "EQ")
_UNEQUAL: Final = ("!=", "<>", "NEQ")
_OPERATORS: Final = (
    *_EQUAL, *_UNEQUAL, *_COMPARISONS, "LIKE", "NOT LIKE", "IN", "NOT IN", "IS NULL",
    "IS NOT NULL", "BETWEEN",
)  # fmt: skip
_LONGEST_PATTERN: Final = 1000
_ESCAPE: Final = r"ESCAPE '\'"
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of SQL and the values that are bound to it."""

    sql: str
    values: tuple[str | float, ...] = ()


def sign_of(key: str) -> tuple[str, str]:
    """Return the sign at the beginning of a key, an empty one if there is none, and the name."""
    sign = next((each for each in _SIGNS if key.startswith(each)), "")
    return sign, key.removeprefix(sign)


def condition(column: Column, key: str, sign: str, given: Node) -> Part:
    """Compare a column as a request says.

    Args:
        column: The column.
        key: What stands in the brackets, for errors: the sign and the name.
        sign: The sign alone, empty without one.
        given: A value, a list of values, or a group with ``operator``.
    """
    if isinstance(given, str):
        return _signed(column, key, sign, [given])
    if all(each.isdecimal() for each in given):
        return _signed(column, key, sign, [text(given, each) for each in given])
    if sign:
        raise InvalidRequest(f'"{key}" takes a value or a list, and no group')
    return _worded(column, key, given)


def joined(logic: str, parts: list[Part]) -> list[Part]:
    """Return the parts as one in brackets, and none where there are none."""
    if not parts:
        return []
    sql = f" {logic} ".join(part.sql for part in parts)
    return [Part(f"({sql})", tuple(value for part in parts for value in part.values))]


def _signed(column: Column, key: str, sign: str, given: list[str]) -> Part:
    if sign in {"", "="}:
        return _equality(column, given)
    if sign == "!=":
        return _not(_equality(column, given))
    if len(given) != 1:
        raise InvalidRequest(f'"{key}" takes one value; only = and != take a list')
    if sign == "%":
        return Part(f'instr(lower("{column.code}"), lower(?)) > 0', (given[0],))
    return _comparison(column, sign, given[0])


def _worded(column: Column, key: str, given: Form) -> Part:
    """Compare as a group says: ``operator``, and ``value`` or ``from`` and ``to``."""
    if "operator" not in given:
        raise InvalidRequest(f'"{key}" takes operator, and does not know {", ".join(given)}')
    operator = " ".join(text(given, "operator").upper().split())
    if operator not in _OPERATORS:
        known = ", ".join(_OPERATORS)
        raise InvalidRequest(
            f'"{key}" has the operator "{text(given, "operator")}"; known are {known}'
        )
    if operator == "BETWEEN":
        _require(key, operator, given, "from", "to")
        least, most = (_value(column, text(given, each)) for each in ("from", "to"))
        return Part(f'"{column.code}" BETWEEN ? AND ?', (least, most))
    if operator in {"IS NULL", "IS NOT NULL"}:
        _require(key, operator, {name: each for name, each in given.items() if each})
        return Part(f'"{column.code}" {operator}')
    _require(key, operator, given, "value")
    if operator in {"IN", "NOT IN"}:
        found = _equality(column, texts(given, "value"))
        return found if operator == "IN" else _not(found)
    value = text(given, "value")
    if operator in _COMPARISONS:
        return _comparison(column, _COMPARISONS[operator], value)
    if operator in {"LIKE", "NOT LIKE"}:
        return _pattern(column, operator, value)
    equal = _equality(column, [value])
    return equal if operator in _EQUAL else _not(equal)


def _require(key: str, operator: str, given: Form, *names: str) -> None:
    """Refuse a group that lacks what its operator takes, or has something else."""
    if given.keys() != {"operator", *names}:
        wanted = " and ".join(("operator", *names))
        raise InvalidRequest(f'"{key}" with {operator} takes {wanted}, not {", ".join(given)}')


def _pattern(column: Column, operator: str, given: str) -> Part:
    """Look for a text anywhere in a column.

    As in the vendor's connector, % and _ stand for any characters, unless a backslash precedes.
    """
    if len(given) > _LONGEST_PATTERN:
        raise InvalidRequest(f"{operator} takes at most {_LONGEST_PATTERN} characters")
    return Part(f'"{column.code}" {operator} ? {_ESCAPE}', (f"%{given}%",))


def _comparison(column: Column, sign: str, given: str) -> Part:
    return Part(f'"{column.code}" {sign} ?', (_value(column, given),))


def _not(part: Part) -> Part:
    return Part(f"NOT {part.sql}", part.values)


def _equality(column: Column, given: list[str]) -> Part:
    """Compare with any of some values; an empty one means that there is none."""
    values = tuple(_value(column, each) for each in given if each)
    marks = ", ".join("?" * len(values))
    parts = [Part(f'"{column.code}" IN ({marks})', values)] if values else []
    if "" in given:
        parts.append(Part(f'"{column.code}" IS NULL'))
    (found,) = joined("OR", parts)
    return found


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
