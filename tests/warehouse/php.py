"""Forms as PHP writes them, which is what the portal is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Value: TypeAlias = "str | int | list[Value] | Mapping[str, Value]"


def pairs(values: Mapping[str, Value], group: str = "") -> Iterator[tuple[str, str]]:
    """Name every single value by its way through the groups, as `http_build_query` does."""
    for key, value in values.items():
        name = f"{group}[{key}]" if group else key
        if isinstance(value, list):
            yield from pairs({str(place): each for place, each in enumerate(value)}, name)
        elif isinstance(value, (str, int)):
            yield name, str(value)
        else:
            yield from pairs(value, name)
