"""The values of a request: what stands for what, as PHP and the documentation have it."""

from __future__ import annotations

import re


class FormText(str):
    """A value out of a form or query, which can say nothing of its type.

    Where an integer is asked for, such a text may stand for one; a JSON string may not. It never
    stands for a boolean: the portal compares those with their type.
    """

    __slots__ = ()


def mapping(value: object) -> dict[str, object] | None:
    """Return a PHP array as a mapping: an object, or a list under its indexes."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {str(index): element for index, element in enumerate(value)}
    return None


def elements(value: object) -> list[object] | None:
    """Return a PHP array as a list: a list, or the values of an object."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else None


def integer(value: object) -> int | None:
    """Return the integer that the value is, or that a form's text stands for."""
    if isinstance(value, FormText) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
