"""Filters in every form that is tried, on rows in memory."""

from __future__ import annotations

from typing import Any

_SIGNS = ("!=", ">=", "<=", ">", "<", "=", "%")


def meets(conditions: dict[str, Any], cells: dict[str, Any], types: dict[str, str]) -> bool:
    """Return whether a row meets the conditions of a group."""
    found = []
    for key, given in conditions.items():
        if key == "LOGIC":
            continue
        if key.isdecimal():
            found.append(meets(given, cells, types))
            continue
        sign = next((each for each in _SIGNS if key.startswith(each)), "")
        name = key.removeprefix(sign)
        found.append(_meets_one(cells[name], types[name], sign, given))
    return any(found) if conditions.get("LOGIC") == "OR" else all(found)


def _meets_one(cell: Any, type_: str, sign: str, given: Any) -> bool:
    if cell is None:
        return False
    if isinstance(given, str):
        return _compared(_key(cell, type_), sign, _key(given, type_))
    if "operator" not in given:
        return any(_meets_one(cell, type_, sign, each) for each in given.values())
    if given["operator"] == "BETWEEN":
        least, most = (_key(given[each], type_) for each in ("from", "to"))
        return bool(least <= _key(cell, type_) <= most)
    sign = {"GTE": ">=", "LIKE": "%"}[given["operator"]]
    return _compared(_key(cell, type_), sign, _key(given["value"], type_))


def _compared(key: Any, sign: str, value: Any) -> bool:
    results = {
        "": key == value,
        "=": key == value,
        "!=": key != value,
        "%": str(value).casefold() in str(key).casefold(),
    }
    if sign in results:
        return bool(results[sign])
    return bool({">=": key >= value, "<=": key <= value, ">": key > value, "<": key < value}[sign])


def _key(cell: Any, type_: str) -> Any:
    return float(cell) if type_ in ("int", "double") else str(cell)
