"""Work with several outside systems at a time, and little at a time for each host."""

from __future__ import annotations

from collections import defaultdict, deque
from threading import BoundedSemaphore, Thread
from typing import TYPE_CHECKING, Final, TypeVar

from pulumi_bxbi.portal.addresses import host_of
from pulumi_bxbi.portal.objects.shared_reads import OncePerKey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
R = TypeVar("R")

#: How many requests a host gets at a time.
MOST_FOR_ONE_HOST: Final = 4


class HostLimits:
    """Lets a host have at most four requests at a time.

    May be shared by threads. Lives as long as one command.
    """

    def __init__(self) -> None:
        self._turns: OncePerKey[str, BoundedSemaphore] = OncePerKey(
            lambda _: BoundedSemaphore(MOST_FOR_ONE_HOST)
        )

    def work(
        self, items: Sequence[T], address: Callable[[T], str], ask: Callable[[T], R]
    ) -> list[R]:
        """Ask about items in parallel, and return the answers in the order of the items.

        Args:
            items: The items.
            address: Returns the address that is asked about an item.
            ask: Asks about an item, with one request at a time.

        Raises:
            Exception: The first that ``ask`` raised; nothing else is asked after it.
        """
        answers: dict[int, R] = {}
        problems: list[Exception] = []

        def work_through(places: deque[int], host: str) -> None:
            while places and not problems:
                with self._turns.get(host):
                    try:
                        place = places.popleft()
                    except IndexError:
                        return  # another thread was faster
                    try:
                        answers[place] = ask(items[place])
                    except Exception as error:  # noqa: BLE001  # raised below
                        problems.append(error)

        by_host: defaultdict[str, deque[int]] = defaultdict(deque)
        for place, item in enumerate(items):
            by_host[host_of(address(item))].append(place)
        # They do not outlive the program: whoever interrupts it need not wait for answers.
        threads = [
            Thread(target=work_through, args=(places, host), daemon=True)
            for host, places in by_host.items()
            for _ in range(min(MOST_FOR_ONE_HOST, len(places)))
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        if problems:
            raise problems[0]
        return [answers[place] for place in range(len(items))]
