"""Work on several things at a time."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
R = TypeVar("R")


def side_by_side(work: Callable[[T], R], items: Sequence[T], most: int) -> list[R]:
    """Return the results of some work, in the order of its items.

    The threads have the context variables of the caller. They do not outlive the program: an
    interrupt need not wait for answers.

    Args:
        work: The work on one item.
        items: The items.
        most: How many of them are worked on at a time.

    Raises:
        Exception: Whatever the work raised on the first item that it failed on; no other item is
            begun after it.
    """
    results: list[Future[R]] = [Future() for _ in items]
    waiting = deque(zip(results, items, strict=True))

    def run() -> None:
        while True:
            try:
                result, item = waiting.popleft()
            except IndexError:
                return
            try:
                result.set_result(work(item))
            except BaseException as error:  # noqa: BLE001  # passed on to who waits
                waiting.clear()
                result.set_exception(error)

    for _ in range(min(most, len(items))):
        Thread(target=copy_context().run, args=(run,), daemon=True).start()
    return [each.result() for each in results]
