"""Sends writes together in calls of ``batch``: the less room the portal has, the more in one call.

While the portal has plenty of room for calls, writes are sent alone and beside each other: nothing
is faster, because the portal executes the calls of a batch one after the other. But a batch counts
as one call. How many writes will follow is not known, so the room is not used up at once: the less
of it is left, the more writes go into one batch, together with the call that reads what they wrote.

Vendor's pages: "Limits", "Execute a batch of requests batch".
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pulumi_bxbi.portal.rest.query import to_query

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pulumi_bxbi.portal.errors import PortalError
    from pulumi_bxbi.portal.rest.limits import WaitBudget

#: The name, in a batch, of the call that reads what the others have written.
READ: Final = "read"
#: How many calls one ``batch`` may hold.
LONGEST_BATCH: Final = 50
#: The longest work that one batch gives the portal, which breaks off after a minute.
_LONGEST_WORK_SECONDS: Final = 20.0
#: The part of a request's time-out that the work of a batch may take, because some writes last
#: longer than the average.
_SHARE_OF_TIMEOUT: Final = 0.5
#: What a write is taken to last on average, and at most, as long as none has been measured.
_ASSUMED_SECONDS: Final = 0.5
_ASSUMED_LONGEST_SECONDS: Final = 2.5
#: The weight of the latest write in the average.
_WEIGHT: Final = 0.3
#: Which part of the room for calls may be used up before anything is done to spare a call.
PLENTY: Final = 0.2


class Pace(NamedTuple):
    """How fast calls follow each other, and how long one may take.

    Attributes:
        per_second: How many calls the portal accepts in a second.
        timeout: Seconds that one request may take.
        fill: Returns which part of the portal's room for calls is used up, from 0 to 1.
    """

    per_second: float
    timeout: float
    fill: Callable[[], float]


class ReadBack(NamedTuple):
    """How to read objects with the call that writes them.

    Attributes:
        method: The method that lists them.
        parameters: Returns its parameters for some ids.
        id: Returns the id of the object, or what stands for it in the batch, from the name of the
            write in the batch.
    """

    method: str
    parameters: Callable[[Sequence[object]], dict[str, Any]]
    id: Callable[[str], object]


class Written(NamedTuple):
    """The answer to a write.

    Attributes:
        result: Its ``result``.
        read: The ``result`` of the read in the same call; ``None`` where there was none.
    """

    result: Any
    read: Any = None


@dataclass(slots=True, eq=False)
class Write:
    """A write that may be sent together with others.

    Attributes:
        method: The REST method.
        params: Its parameters.
        about: The object in question, for errors.
        wait_budget: How long it may wait for the portal's limits.
        waits_since: When it began to wait for its turn, in seconds of the clock.
        read_back: How the object is read with the same call; ``None`` where it cannot be.
        answer: The answer; ``None`` for none.
        error: Why it failed; ``None`` where it did not.
        refusal: The last error by which the portal's limits refused it.
        has_ended: Whether it has an answer, has failed, or needs a call of its own.
    """

    method: str
    params: dict[str, Any]
    about: str
    wait_budget: WaitBudget
    read_back: ReadBack | None
    waits_since: float = 0.0
    answer: Written | None = None
    error: PortalError | None = None
    refusal: PortalError | None = None
    has_ended: bool = False

    def succeed(self, answer: Written) -> None:
        """End it with its answer."""
        self.answer, self.has_ended = answer, True

    def fail(self, error: PortalError) -> None:
        """End it with the error that it failed with."""
        self.error, self.has_ended = error, True

    def leave(self) -> None:
        """End it here: it needs a call of its own."""
        self.has_ended = True


def commands(writes: Mapping[str, Write]) -> dict[str, str]:
    """Return the commands of a batch: the writes, and the read of what all of them write.

    Args:
        writes: The writes by their names in the batch, all of the same method.
    """
    said = {name: f"{each.method}?{to_query(each.params)}" for name, each in writes.items()}
    reads = [each.read_back for each in writes.values() if each.read_back]
    if len(reads) == len(writes):
        method, parameters, _ = reads[0]
        ids = [read.id(name) for name, read in zip(writes, reads, strict=True)]
        said[READ] = f"{method}?{to_query(parameters(ids))}"
    return said


class JointWrites:
    """The writes of one method that are under way.

    May be shared by threads. The thread of one write, the first of those that wait, waits for
    others and for the limits, and sends the writes of others with its own.

    Args:
        send: Sends a write, with those that the function returns once the limits allow a call.
            Writes that have not ended afterwards are sent again.
        pace: How fast calls follow each other, and how long one may take.
        clock: Returns seconds since any fixed moment.
        changed: Guards the writes, and tells the threads that wait what has changed.
    """

    def __init__(
        self,
        send: Callable[[Write, Callable[[], Sequence[Write]]], None],
        pace: Pace,
        clock: Callable[[], float],
        *,
        changed: threading.Condition | None = None,
    ) -> None:
        self._send = send
        self._pace = pace
        self._longest_work = min(_LONGEST_WORK_SECONDS, pace.timeout * _SHARE_OF_TIMEOUT)
        self._clock = clock
        self._changed = changed or threading.Condition()
        self._waiting: list[Write] = []
        self._first: Write | None = None
        self._under_way = 0
        #: How many writes are under way when nothing holds them up, as far as it was seen.
        self._at_once = 0
        self._seconds = _ASSUMED_SECONDS
        self._was_measured = False

    def run(self, write: Write) -> None:
        """Send a write, alone or with others, until it has ended.

        Args:
            write: The write.
        """
        with self._changed:
            write.waits_since = self._clock()
            self._waiting.append(write)
            self._under_way += 1
            self._at_once = max(self._at_once, self._under_way)
            self._changed.notify_all()
        try:
            while self._becomes_first(write):
                self._send_with_others(write)
        finally:
            with self._changed:
                self._under_way -= 1
                if write in self._waiting:  # its thread was interrupted
                    self._waiting.remove(write)

    def measure(self, seconds: float) -> None:
        """Record how long the portal took for a write.

        Args:
            seconds: Seconds for one write; for a batch, its share.
        """
        with self._changed:
            weight = _WEIGHT if self._was_measured else 1.0
            self._seconds += weight * (seconds - self._seconds)
            self._was_measured = True

    def _becomes_first(self, write: Write) -> bool:
        """Wait until a write has ended, or is the first of those that wait."""
        with self._changed:
            while not write.has_ended and (self._first or write not in self._waiting):
                self._changed.wait()
            if write.has_ended:
                return False
            self._first = write
            self._count_waiting(write)
        return True

    def _send_with_others(self, first: Write) -> None:
        taken: list[Write] = []
        waited = 0.0

        def take() -> Sequence[Write]:
            nonlocal waited
            most = self._most(self._pace.fill())
            with self._changed:
                if not taken:
                    self._first = None
                    self._waiting.remove(first)
                    others = self._waiting[: most - 1]
                    del self._waiting[: len(others)]
                    for each in others:
                        self._count_waiting(each)
                    waited = first.wait_budget.waited
                    taken.extend([first, *others])
                    self._changed.notify_all()
            return taken

        try:
            self._wait_for_others(first)
            self._send(first, take)
        finally:
            with self._changed:
                if not taken:
                    self._first = None
                    self._waiting.remove(first)
                for each in taken[1:]:  # what the batch has waited, each has waited
                    each.wait_budget.waited += first.wait_budget.waited - waited
                again = [each for each in taken if not each.has_ended]
                for each in again:
                    each.waits_since = self._clock()
                self._waiting = again + self._waiting
                self._changed.notify_all()

    def _count_waiting(self, write: Write) -> None:
        write.wait_budget.waited += self._clock() - write.waits_since

    def _wait_for_others(self, first: Write) -> None:
        """Wait for others that the first write may take along, as long as a call is worth it.

        Where there is no room at all it has to wait for the limits anyway.
        """
        fill = self._pace.fill()
        seconds = min(self._worth(fill), first.wait_budget.left)
        if fill >= 1:
            return
        began = self._clock()
        with self._changed:
            while len(self._waiting) < min(self._most(fill), self._at_once):
                left = began + seconds - self._clock()
                if left <= 0 or not self._changed.wait(left):
                    # Fewer are under way than before.
                    self._at_once = self._under_way
                    break
        first.wait_budget.waited += self._clock() - began

    def _worth(self, fill: float) -> float:
        """Return how many seconds it is worth waiting to spare a call.

        Without room, a call makes the others wait until there is room for one. With room for all
        that follow it costs nothing.
        """
        used = max(0.0, fill - PLENTY) / (1 - PLENTY)
        return used**2 / self._pace.per_second

    def _most(self, fill: float) -> int:
        """Return how many writes a batch should hold, so that they take the least time altogether.

        With W writes at once and L seconds for each, one more in batches of b makes the writes last
        L / W longer on average, and spares 1 / b - 1 / (b + 1) of a call for each of them.
        """
        seconds = max(self._seconds, 1e-3)
        spared = self._worth(fill) * self._at_once / seconds
        even = math.floor((1 + math.sqrt(1 + 4 * spared)) / 2)
        longest = seconds if self._was_measured else _ASSUMED_LONGEST_SECONDS
        return max(1, min(even, int(self._longest_work / longest), LONGEST_BATCH - 1))
