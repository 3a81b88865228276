"""The parameters of a call in a batch, which have to be written as a query.

Vendor's page: "Execute a batch of requests batch".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

#: Characters up to which a query is short enough for everything on its way.
_LONGEST: Final = 8_000
#: Keys that PHP reads as they are.
_KEY: Final = re.compile(r"[A-Za-z0-9_@=<>!%-]+")

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def to_query(params: Mapping[str, Any]) -> str:
    """Return parameters as a query with bracketed keys, ``filter[@id][0]=7``.

    Args:
        params: Texts and numbers, and mappings and lists of them, at most 1,000 in all, as PHP
            reads no more. An empty mapping or list is left out; a query cannot express ``true``,
            ``false`` or ``null``.
    """
    return urlencode([pair for key, value in params.items() for pair in _pairs(key, value)])


def fits_query(params: Mapping[str, Any]) -> bool:
    """Return whether a query says all of the parameters, and a batch passes it on as it is.

    Args:
        params: The parameters, as JSON can say them.
    """
    return _fits(params) and len(to_query(params)) <= _LONGEST


def _fits(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(value) and all(_KEY.fullmatch(key) and _fits(value[key]) for key in value)
    if isinstance(value, list):
        return bool(value) and all(map(_fits, value))
    # A batch replaces references to results in all that it sends.
    is_plain = isinstance(value, str | int) and not isinstance(value, bool)
    return is_plain and "$result" not in str(value)


def _pairs(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = {str(index): each for index, each in enumerate(value)}.items()
    else:
        yield key, str(value)
        return
    for step, each in inner:
        yield from _pairs(f"{key}[{step}]", each)
