"""The parameters of a call in a batch, which have to be written as a query.

Vendor's page: "Execute a batch of requests batch".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

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
