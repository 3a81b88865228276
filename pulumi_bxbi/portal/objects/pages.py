"""Lists of objects on a portal, which come in pages of fifty.

A list is walked by the ids of its objects and not by the numbers of its pages: what others delete
meanwhile moves no object to a page that was read before.

Vendor's pages: "Get a list of connectors", "Get a list of sources", "Get a list of tables".
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pulumi_bxbi.side_by_side import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pulumi_bxbi.portal.objects.models import PortalObject

M = TypeVar("M", bound="PortalObject")

#: How many objects a page holds.
PAGE: Final = 50
#: How many pages of one list are read at the same time.
_AT_ONCE: Final = 8
#: Into about how many parts a list is divided at most; the end of each may cost a call.
_MOST_PARTS: Final = 12


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


def list_all(page: Callable[[dict[str, Any]], Sequence[M]]) -> Sequence[M]:
    """List all objects, several pages at the same time where there are many.

    An object that is made or deleted meanwhile may be listed or not.

    Args:
        page: Returns the objects of a page, by the parameters of the method.

    Raises:
        Exception: Whatever ``page`` raised.
    """
    oldest = page({"order": {"id": "ASC"}})
    if len(oldest) < PAGE:
        return oldest
    newest = page({"order": {"id": "DESC"}})
    begins, end = _parts([each.id for each in oldest], [each.id for each in newest])

    def part(number: int) -> Sequence[M]:
        until = begins[number + 1] if number + 1 < len(begins) else end
        return tuple(walk(page, {}, after=begins[number] - 1, end=until))

    between = side_by_side(part, range(len(begins)), _AT_ONCE)
    known = itertools.chain(newest, oldest, *between)
    return tuple({each.id: each for each in known}.values())


def _parts(oldest: Sequence[int], newest: Sequence[int]) -> tuple[Sequence[int], int]:
    """Return at which ids the parts of a list begin that lie between two pages, and where they end.

    A part is as long as a page, or some pages, if its ids are as far from each other as those of
    the two pages.

    Args:
        oldest: The ids of the first page.
        newest: Those of the last page.
    """
    begin, end = max(oldest) + 1, min(newest, default=0)
    spans = [max(ids) - min(ids) + 1 for ids in (oldest, newest) if ids]
    distance = sum(spans) / (len(oldest) + len(newest))
    pages = math.ceil((end - begin) / (distance * PAGE * _MOST_PARTS))
    return range(begin, end, max(1, int(distance * PAGE * pages))), end
