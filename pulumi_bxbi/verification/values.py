"""Whether the cells of a column can be read as its type."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.verification import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_bxbi.verification.findings import Rule

_INT: Final = re.compile(r"[+-]?[0-9]+(\.0*)?")
_DOUBLE: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})")
#: Both documented forms of a moment: ``Y-m-d H:i:s``, and the one of ISO 8601.
_MOMENT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}:[0-9]{2})(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
#: Forms near to that which the documentation does not have.
_NEAR_MOMENT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})([ T]([0-9]{2}:[0-9]{2})(:[0-9]{2}([.,][0-9]+)?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_NOT_MONEY: Final = re.compile(r"[^0-9.,-]")
_MONEY: Final = re.compile(r"-?[0-9]+[.,]?[0-9]*")
_LOST_CHARACTER: Final = "\ufffd"


def fault_of(type_: str, cell: Any) -> Rule | None:
    """Return the rule that a cell does not keep; ``None`` where it keeps each one.

    Args:
        type_: A type of BI Builder.
        cell: The cell, as JSON has it.
    """
    if cell is None:
        return None
    if isinstance(cell, list | dict):
        return rules.VALUE_NESTED
    if isinstance(cell, bool):
        return rules.VALUE_BOOLEAN
    if isinstance(cell, str):
        if fault := _fault_of_text(cell):
            return fault
        if not cell and type_ != "string":
            return rules.VALUE_EMPTY
    return _FAULTS[type_](cell)


def moment_of(text: str) -> datetime | None:
    """Return the moment that a text is in a documented form, without its offset.

    Args:
        text: The text; ``None`` is returned where it is none.
    """
    found = _MOMENT.fullmatch(text)
    return _moment(found[1], found[2]) if found else None


def has_offset(text: str) -> bool:
    """Return whether a text is a moment that has an offset.

    Args:
        text: The text.
    """
    found = _MOMENT.fullmatch(text)
    return bool(found and found[3])


def day_of(text: str) -> date | None:
    """Return the day that a text is in the documented form.

    Args:
        text: The text; ``None`` is returned where it is none.
    """
    found = _DAY.fullmatch(text)
    moment = _moment(found[1]) if found else None
    return moment.date() if moment else None


def _fault_of_text(text: str) -> Rule | None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return rules.UNICODE
    return rules.VALUE_LOST_CHARACTERS if _LOST_CHARACTER in text else None


def _of_string(_cell: float | str) -> None:
    """Every number and every text is a string."""


def _of_int(cell: float | str) -> Rule | None:
    is_whole = _INT.fullmatch(cell) if isinstance(cell, str) else cell % 1 == 0
    return None if is_whole else rules.VALUE_INT


def _of_double(cell: float | str) -> Rule | None:
    is_number = not isinstance(cell, str) or _DOUBLE.fullmatch(cell)
    return None if is_number and _is_finite(cell) else rules.VALUE_DOUBLE


def _is_finite(number: float | str) -> bool:
    """Return whether a double can hold a number, which may be a whole one of any size."""
    try:
        return math.isfinite(float(number))
    except OverflowError:
        return False


def _of_date(cell: float | str) -> Rule | None:
    text = str(cell)
    if day_of(text):
        return None
    return rules.VALUE_DATE_TIME if _is_near_moment(text) else rules.VALUE_DATE


def _of_datetime(cell: float | str) -> Rule | None:
    text = str(cell)
    if moment_of(text):
        return None
    return rules.VALUE_DATETIME_FORM if _is_near_moment(text) else rules.VALUE_DATETIME


def _of_timezone(cell: float | str) -> Rule | None:
    return None if moment_of(str(cell)) else rules.VALUE_TIMEZONE


def _of_money(cell: float | str) -> Rule | None:
    if not isinstance(cell, str):
        return None
    left = _NOT_MONEY.sub("", cell)
    if _MONEY.fullmatch(left):
        return None
    is_number = _MONEY.fullmatch(re.sub("[.,]", "", left))
    return rules.VALUE_MONEY_SEPARATORS if is_number else rules.VALUE_MONEY


_FAULTS: Final[Mapping[str, Callable[[float | str], Rule | None]]] = {
    "string": _of_string,
    "int": _of_int,
    "double": _of_double,
    "date": _of_date,
    "datetime": _of_datetime,
    "timezone": _of_timezone,
    "money": _of_money,
}


def _is_near_moment(text: str) -> bool:
    found = _NEAR_MOMENT.fullmatch(text)
    return bool(found and _moment(found[1], f"{found[3] or '00:00'}:00"))


def _moment(day: str, time: str = "00:00:00") -> datetime | None:
    """Return a moment; ``None`` where the calendar or the clock does not have it."""
    try:
        return datetime.strptime(f"{day} {time}", "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  # without its offset
    except ValueError:
        return None
