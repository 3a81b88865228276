"""Time that passes only when everybody waits for it."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(eq=False)
class _Sleeper:
    wake: float
    condition: threading.Condition | None = None


class VirtualTime:
    """A clock for threads that do nothing but work, which takes no time, and sleep.

    When all of them sleep it jumps to the moment at which the first one wakes up.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.naps: list[float] = []
        self._changed = threading.Condition(threading.RLock())
        self._threads = 1
        self._asleep: list[_Sleeper] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._changed:
            self.naps.append(seconds)
            self._until_awake(_Sleeper(self.now + seconds))

    def condition(self) -> threading.Condition:
        """Return a condition on which threads wait in this time."""
        time = self

        class Condition(threading.Condition):
            def wait(self, timeout: float | None = None) -> bool:
                wake = math.inf if timeout is None else time.now + timeout
                time._until_awake(_Sleeper(wake, self))
                return time.now < wake

            def notify_all(self) -> None:
                time._wake(lambda sleeper: sleeper.condition is self)

        return Condition(self._changed)  # type: ignore[arg-type]

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

    def _until_awake(self, sleeper: _Sleeper) -> None:
        self._asleep.append(sleeper)
        self._pass()
        while sleeper in self._asleep:
            self._changed.wait()

    def _pass(self) -> None:
        if self._asleep and len(self._asleep) == self._threads:
            self.now = min(each.wake for each in self._asleep)
            self._wake(lambda sleeper: sleeper.wake <= self.now)

    def _wake(self, is_woken: Callable[[_Sleeper], bool]) -> None:
        self._asleep = [each for each in self._asleep if not is_woken(each)]
        self._changed.notify_all()
