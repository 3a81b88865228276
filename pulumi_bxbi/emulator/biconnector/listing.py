"""The parameters that the lists of connectors, sources and tables share.

Not documented, and decided here: equality is exact, `%` ignores case as the portal's database
does, and a field that is `null` is less than any value. Without `order` the newest objects come
first, an order that a careless client does not expect. Nested groups are documented for connectors
and tables only; here they work for sources as well.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api import module_errors
from pulumi_bxbi.emulator.api.platform_errors import PlatformError
from pulumi_bxbi.emulator.api.values import elements, integer, mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulumi_bxbi.emulator.api.editions import Api
    from pulumi_bxbi.emulator.api.schema import Schema

#: How many objects one page of a list holds.
PAGE: Final = 50
#: The fields that hold ids.
IDS: Final = frozenset({"id", "connectorId", "sourceId"})

Row = dict[str, object]
Side = tuple[int, str]
Comparison = Callable[[object, object], bool]


@dataclass(frozen=True, slots=True)
class Listing:
    """The peculiarities of the list of one kind of objects.

    Attributes:
        kind: The kind, as in the name of the method.
        without_effect: The fields that `filter` and `order` accept and ignore.
        broken_dates: Whether dates that `select` names are returned as `{}`.
    """

    kind: str
    without_effect: frozenset[str] = frozenset()
    broken_dates: bool = False

    def page(
        self, rows: Iterable[Row], parameters: Mapping[str, object], schema: Schema, api: Api
    ) -> list[Row]:
        """Return the page of rows that the parameters request."""
        checked = self.kind in api.checked_lists
        names = {field.title for field in schema}
        selected = _selected(parameters.get("select"), names)
        conditions = _array(parameters.get("filter"), module_errors.FILTER_TYPE)
        order = _order(parameters.get("order"), names, checked=checked)

        matches = self._group(conditions, names, checked=checked)
        found = [row for row in rows if matches(row)]
        found.sort(key=_rank("id"), reverse=True)
        for title, descending in reversed(order):
            if title not in self.without_effect:
                found.sort(key=_rank(title), reverse=descending)
        start = PAGE * (_page_number(parameters.get("page")) - 1)
        dates = {field.title for field in schema if field.type == "datetime"}
        broken = dates & selected if self.broken_dates else set()
        return [
            _projected(row, selected, broken, text_ids=api.text_ids_in_lists)
            for row in found[start : start + PAGE]
        ]

    def _group(
        self, conditions: Mapping[str, object], names: set[str], *, checked: bool
    ) -> Callable[[Row], bool]:
        """Return the test that a group of conditions describes."""
        logic = conditions.get("logic", "AND")
        if logic not in ("AND", "OR") and checked:
            raise module_errors.INVALID_FILTER_LOGIC.error()
        tests: list[Callable[[Row], bool]] = []
        for key, value in conditions.items():
            if key == "logic":
                continue
            if key.isdecimal():
                inner = _array(value, module_errors.FILTER_TYPE)
                tests.append(self._group(inner, names, checked=checked))
                continue
            prefix = next((each for each in PREFIXES if key.startswith(each)), "")
            title = key.removeprefix(prefix)
            if title not in names:
                raise module_errors.NOT_ALLOWED_IN_FILTER.error(title=title)
            if title not in self.without_effect:
                tests.append(_condition(prefix or "=", title, value))
        together = any if logic == "OR" and tests else all
        return lambda row: together(test(row) for test in tests)


def _selected(select: object, names: set[str]) -> set[str]:
    given = [] if select is None else elements(select)
    if given is None:
        raise module_errors.SELECT_TYPE.error()
    for title in given:
        if not isinstance(title, str) or title not in names | {"*"}:
            raise module_errors.NOT_ALLOWED_IN_SELECT.error(title=str(title))
    return {str(title) for title in given}


def _order(order: object, names: set[str], *, checked: bool) -> list[tuple[str, bool]]:
    given = _array(order, module_errors.ORDER_TYPE)
    for title in given:
        if title not in names:
            raise module_errors.NOT_ALLOWED_IN_ORDER.error(title=title)
    for direction in given.values():
        if checked and str(direction).upper() not in ("ASC", "DESC"):
            text = f'Invalid order "{str(direction).upper()}"'
            raise PlatformError(400, "ERROR_ARGUMENT", text)
    return [(title, str(direction).upper() == "DESC") for title, direction in given.items()]


def _page_number(page: object) -> int:
    if isinstance(page, str) and page.isdecimal():
        page = int(page)
    return max(integer(page) or 1, 1)


def _array(value: object, refusal: module_errors.Refusal) -> dict[str, object]:
    given = {} if value is None else mapping(value)
    if given is None:
        raise refusal.error()
    return given


def _condition(prefix: str, title: str, value: object) -> Callable[[Row], bool]:
    """Return the test of one condition."""
    compare = COMPARISONS[prefix]
    return lambda row: compare(row.get(title), value)


def _equal(value: object, wanted: object) -> bool:
    many = elements(wanted)
    if many is not None:
        return any(_equal(value, one) for one in many)
    if value is None or wanted is None:
        return value is wanted
    held, asked = _sides(value, wanted)
    return held == asked


def _ordered(compare: Callable[[Side, Side], bool]) -> Comparison:
    return lambda value, wanted: value is not None and compare(*_sides(value, wanted))


def _one_of(value: object, wanted: object) -> bool:
    return _equal(value, wanted if elements(wanted) is not None else [wanted])


def _like(value: object, pattern: object) -> bool:
    parts = (re.escape(part) for part in str(pattern).split("%"))
    return re.fullmatch(".*".join(parts), _text(value), re.IGNORECASE | re.DOTALL) is not None


#: The comparisons of a filter, by the prefix of the field's name.
COMPARISONS: Final[dict[str, Comparison]] = {
    "=": _equal,
    "!": lambda value, wanted: not _equal(value, wanted),
    "!=": lambda value, wanted: not _equal(value, wanted),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    "@": _one_of,
    "!@": lambda value, wanted: not _one_of(value, wanted),
    "%": lambda value, wanted: _text(wanted).casefold() in _text(value).casefold(),
    "=%": _like,
    "%=": _like,
}
#: The prefixes, longer ones first, as some begin with others.
PREFIXES: Final = sorted(COMPARISONS, key=len, reverse=True)


def _text(value: object) -> str:
    """Return the value as the database stores it; a list of parameters is one JSON text there."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def _sides(value: object, wanted: object) -> tuple[Side, Side]:
    """Return the value of a field and that of a condition in comparable form."""
    asked = _text(wanted)
    if isinstance(value, int) and re.fullmatch(r"-?[0-9]{1,18}", asked):
        return (int(value), ""), (int(asked), "")
    return (0, _text(value)), (0, asked)


def _rank(title: str) -> Callable[[Row], tuple[bool, Side]]:
    """Return the sort key of rows by a field, with `null` first."""

    def rank(row: Row) -> tuple[bool, Side]:
        value = row.get(title)
        return value is not None, (value, "") if isinstance(value, int) else (0, _text(value))

    return rank


def _projected(row: Row, selected: set[str], broken: set[str], *, text_ids: bool) -> Row:
    every = not selected or "*" in selected
    shown: Row = {}
    for title, value in row.items():
        if not every and title not in selected:
            continue
        if title in broken:
            shown[title] = {}
        else:
            shown[title] = str(value) if text_ids and title in IDS else value
    return shown
