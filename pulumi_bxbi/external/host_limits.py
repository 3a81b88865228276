"""Requests to several outside systems at a time, and few at a time to each host."""

from __future__ import annotations

from collections import defaultdict, deque
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from pulumi_bxbi.portal.objects.shared_reads import OncePerKey
from pulumi_bxbi.side_by_side import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
R = TypeVar("R")

#: How many requests a host gets at a time.
MOST_FOR_ONE_HOST: Final = 4


def host_in(address: str) -> str:
    """Return the name of the host in an address; the address itself where it has none.

    Args:
        address: The address.
    """
    try:
        return urlsplit(address).hostname or address
    except ValueError:
        return address


class HostLimits:
    """Lets a host have at most four requests at a time.

    May be shared by threads. Lives as long as one command.
    """

    def __init__(self) -> None:
        self._turns: OncePerKey[str, BoundedSemaphore] = OncePerKey(
            lambda _: BoundedSemaphore(MOST_FOR_ONE_HOST)
        )

    def turn(self, host: str) -> BoundedSemaphore:
        """Return what waits, at the beginning of a ``with`` block, until a host may be asked.

        Args:
            host: The name of the host.
        """
        return self._turns.get(host)

    def work(
        self, items: Sequence[T], address: Callable[[T], str], ask: Callable[[T], R]
    ) -> list[R]:
        """Ask about items in parallel, and return the answers in the order of the items.

        Args:
            items: The items.
            address: Returns the address that is asked about an item.
            ask: Asks about an item, with one request at a time.

        Raises:
            Exception: Whatever ``ask`` raised; nothing else is begun after it.
        """
        answers: dict[int, R] = {}
        problems: list[Exception] = []

        def work_through(of_host: tuple[str, deque[int]]) -> None:
            host, places = of_host
            while places and not problems:
                with self.turn(host):
                    try:
                        place = places.popleft()
                    except IndexError:
                        return  # another thread was faster
                    try:
                        answers[place] = ask(items[place])
                    except Exception as error:
                        problems.append(error)
                        raise

        by_host: defaultdict[str, deque[int]] = defaultdict(deque)
        for place, item in enumerate(items):
            by_host[host_in(address(item))].append(place)
        works = [
            (host, places)
            for host, places in by_host.items()
            for _ in range(min(MOST_FOR_ONE_HOST, len(places)))
        ]
        side_by_side(work_through, works, len(works))
        return [answers[place] for place in range(len(items))]
