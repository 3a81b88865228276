"""Lists of objects on a portal, which come in pages of fifty.

A list is walked by the ids of its objects and not by the numbers of its pages: what others delete
meanwhile moves no object to a page that was read before.

Vendor's pages: "Get a list of connectors", "Get a list of sources", "Get a list of tables".
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pulumi_bxbi.portal.objects.models import PortalObject

M = TypeVar("M", bound="PortalObject")

#: How many objects a page holds.
PAGE: Final = 50
#: How many pages of one list are read at the same time.
_AT_ONCE: Final = 8


def walk(
    page: Callable[[dict[str, Any]], Sequence[M]],
    condition: Mapping[str, Any],
    *,
    after: int = 0,
    end: int | None = None,
) -> Iterator[M]:
    """List the objects that meet a condition, page by page in the order of their ids.

    Args:
        page: Returns the objects of a page, by the parameters of the method.
        condition: A ``filter`` as the method takes it.
        after: Only objects with greater ids are listed.
        end: Only objects with smaller ids are listed; ``None`` for all.

    Raises:
        Exception: Whatever ``page`` raised.
    """
    last = after
    while True:
        bounds = {**({">id": last} if last else {}), **({"<id": end} if end else {})}
        found = page({"filter": {**condition, **bounds}, "order": {"id": "ASC"}})
        yield from found
        if len(found) < PAGE or found[-1].id <= last or found[-1].id + 1 == end:
            return
        last = found[-1].id


def list_all(
    page: Callable[[dict[str, Any]], Sequence[M]], newest: Callable[[], Sequence[M]]
) -> Sequence[M]:
    """List all objects, several pages at the same time where there are many.

    An object that is made or deleted meanwhile may be listed or not.

    Args:
        page: Returns the objects of a page, by the parameters of the method.
        newest: Returns the page of the newest objects.

    Raises:
        Exception: Whatever ``page`` or ``newest`` raised.
    """
    oldest = page({"order": {"id": "ASC"}})
    if len(oldest) < PAGE:
        return oldest
    latest = newest()
    found = {each.id: each for each in (*oldest, *latest)}
    first, end = oldest[-1].id + 1, min((each.id for each in latest), default=0)
    pages = math.ceil((end - first) / PAGE)
    width = math.ceil(pages / _AT_ONCE) * PAGE or PAGE

    def part(begin: int) -> Sequence[M]:
        return tuple(walk(page, {}, after=begin - 1, end=min(begin + width, end)))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        parts = [
            pool.submit(copy_context().run, part, begin) for begin in range(first, end, width)
        ]
        for each in parts:
            found.update({listed.id: listed for listed in each.result()})
    return tuple(found.values())
