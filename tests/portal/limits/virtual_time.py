"""Time that passes only when everybody waits for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class VirtualTime:
    """A clock for threads that do nothing but work, which takes no time, and sleep.

    When all of them sleep it jumps to the moment at which the first one wakes up.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.naps: list[float] = []
        self._changed = threading.Condition()
        self._threads = 1
        self._asleep: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._changed:
            self.naps.append(seconds)
            wake = self.now + seconds
            self._asleep.append(wake)
            self._pass()
            while self.now < wake:
                self._changed.wait()

    def in_threads(self, *works: Callable[[], Any]) -> None:
        """Do several things at the same time, and wait until all are done."""
        with self._changed:
            self._threads = len(works)
        threads = [threading.Thread(target=self._until_done, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._threads = 1

    def _until_done(self, work: Callable[[], Any]) -> None:
        try:
            work()
        finally:
            with self._changed:
                self._threads -= 1
                self._pass()

    def _pass(self) -> None:
        if self._asleep and len(self._asleep) == self._threads:
            self.now = min(self._asleep)
            self._asleep = [wake for wake in self._asleep if wake > self.now]
            self._changed.notify_all()
