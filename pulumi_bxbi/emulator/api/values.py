"""The values of a request, converted as PHP and the documentation do."""

from __future__ import annotations

import re


class FormText(str):
    """A value of a form or query, which carries no type.

    Where an integer is required, such a text may represent one; a JSON string may not. It never
    represents a boolean: the portal accepts only values of the type boolean.
    """

    __slots__ = ()


def mapping(value: object) -> dict[str, object] | None:
    """Return a JSON object, or a JSON list by its indexes, as a mapping; otherwise ``None``.

    PHP makes an array of either.
    """
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {str(index): element for index, element in enumerate(value)}
    return None


def elements(value: object) -> list[object] | None:
    """Return a JSON list, or the values of a JSON object, as a list; otherwise ``None``."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else None


def integer(value: object) -> int | None:
    """Return an integer, or the integer that a form's text represents; otherwise `None`."""
    if isinstance(value, FormText) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
