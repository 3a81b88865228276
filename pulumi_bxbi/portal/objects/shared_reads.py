"""Reads that several threads share, because each read costs a call.

A deployment works on several resources at a time. Where one call can answer all of them, the first
thread sends it and the others take its answer.
"""

from __future__ import annotations

import math
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from pulumi_bxbi.portal.rest.custom_timeouts import time_allowed

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

K = TypeVar("K", bound="Hashable")
V = TypeVar("V")

#: How many writes there must be for each read, on average.
_WRITES_PER_READ: Final = 4
#: How long a finished write waits for others that may share its read.
_LINGER_SECONDS: Final = 0.2
#: How much later than the one before a write may finish and still have finished together with it.
_TOGETHER_SECONDS: Final = 0.05
#: How long it waits for slower ones where calls are scarce and a read for it alone is one too many.
_LONGEST_WAIT_SECONDS: Final = 3.0


def finished(found: V) -> Future[V]:
    """Return a read that has finished.

    Args:
        found: What it found.
    """
    read: Future[V] = Future()
    read.set_result(found)
    return read


class OncePerKey(Generic[K, V]):
    """Fetches the value of a key once, however many threads ask at the same time.

    A failure is raised in all threads that waited for the value, and is not kept.

    Args:
        fetch: Returns the value of a key.
    """

    def __init__(self, fetch: Callable[[K], V]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._values: dict[K, Future[V]] = {}

    def get(self, key: K) -> V:
        """Return the value of a key, and fetch it where it is not known yet.

        Raises:
            Exception: Whatever ``fetch`` raised.
        """
        with self._lock:
            future = self._values.get(key)
            mine = future is None
            if future is None:
                future = self._values[key] = Future()
        if mine:
            try:
                future.set_result(self._fetch(key))
            except BaseException as error:  # noqa: BLE001  # passed on to everyone who waits
                with self._lock:
                    if self._values.get(key) is future:
                        del self._values[key]
                future.set_exception(error)
        return future.result()

    def value(self, key: K) -> V | None:
        """Return the value of a key if it is known; nothing is fetched."""
        with self._lock:
            future = self._values.get(key)
        return future.result() if future and _has_value(future) else None

    def values(self) -> list[V]:
        """Return all values that are known; nothing is fetched."""
        with self._lock:
            futures = list(self._values.values())
        return [future.result() for future in futures if _has_value(future)]

    def forget(self, key: K) -> None:
        """Remove the value of a key, so that it is fetched again when it is needed."""
        with self._lock:
            self._values.pop(key, None)

    def forget_where(self, affected: Callable[[K, V], bool]) -> None:
        """Remove values, so that they are fetched again, and those that are being fetched now.

        Args:
            affected: Returns whether to remove a value, from its key and the value.
        """
        with self._lock:
            self._values = {
                key: future
                for key, future in self._values.items()
                if _has_value(future) and not affected(key, future.result())
            }


def _has_value(future: Future[V]) -> bool:
    return future.done() and not future.exception()


class ReadAfterWrite(Generic[V]):
    """Reads objects back after writes, unless they were read with the call that wrote them.

    A finished write waits for a short time for others that share its read, and for longer where
    calls are scarce and there are more reads than a quarter of the writes.

    Args:
        fetch: Reads the objects with some ids; an id that is missing in its answer does not exist.
        are_calls_scarce: Returns whether the portal has so little room for calls that it is worth
            waiting to spare one.
        clock: Returns seconds since any fixed moment.
        changed: Guards the writes, and tells the threads that wait what has changed.
    """

    def __init__(
        self,
        fetch: Callable[[Sequence[int]], Mapping[int, V]],
        are_calls_scarce: Callable[[], bool],
        *,
        clock: Callable[[], float] = time.monotonic,
        changed: threading.Condition | None = None,
    ) -> None:
        self._fetch = fetch
        self._are_calls_scarce = are_calls_scarce
        self._clock = clock
        self._changed = changed or threading.Condition()
        self._at_work = 0
        self._most_at_work = 0
        self._begun = 0
        self._reads = 0
        #: How many writes under way may have to be read back by a call of its own.
        self._to_be_read = 0
        #: Whether the latest write has read what it wrote.
        self._was_read = False
        self._waiting: dict[int, Future[V | None]] = {}
        #: When each of those that wait has finished.
        self._finished: list[float] = []

    def run(self, write: Callable[[], tuple[int, V | None]]) -> tuple[int, Future[V | None]]:
        """Write an object, then read it back.

        Args:
            write: Writes the object and returns its id, and the object where it was read with the
                same call.

        Returns:
            The id, and the finished read: its result is ``None`` where the portal does not list
            the id, and it raises what the read raised.

        Raises:
            Exception: Whatever ``write`` raised. Then nothing is read.
        """
        with self._changed:
            self._at_work += 1
            self._most_at_work = max(self._most_at_work, self._at_work)
        try:
            return self._written(write)
        finally:
            with self._changed:
                self._at_work -= 1
                self._changed.notify_all()

    def _written(self, write: Callable[[], tuple[int, V | None]]) -> tuple[int, Future[V | None]]:
        with self._changed:
            self._begun += 1
            is_to_be_read = not self._was_read
            self._to_be_read += is_to_be_read
            self._changed.notify_all()
        try:
            written, read = write()
        finally:
            with self._changed:
                self._to_be_read -= is_to_be_read
                self._changed.notify_all()
        self._was_read = read is not None
        if read is not None:
            return written, finished(read)
        return written, self._read(written)

    def _read(self, written: int) -> Future[V | None]:
        longest = _LONGEST_WAIT_SECONDS if self._are_calls_scarce() else _LINGER_SECONDS
        longest = min(longest, time_allowed())
        with self._changed:
            self._finished.append(self._clock())
            mine = self._waiting.setdefault(written, Future())
            self._changed.notify_all()
            batch: dict[int, Future[V | None]] = {}
            while not mine.done():
                if self._waiting.get(written) is not mine:
                    # Another thread has taken this id into its read.
                    self._changed.wait()
                    continue
                left = self._seconds_left(longest)
                if left <= 0:
                    batch, self._waiting = self._waiting, {}
                    self._finished = []
                    self._reads += 1
                    break
                self._changed.wait(left)
        if batch:
            self._fetch_for(batch)
        return mine

    def _seconds_left(self, longest: float) -> float:
        """Return how many seconds it is worth waiting for other writes; not positive for none."""
        first, last = self._finished[0], self._finished[-1]
        # Those under way are to be read back too.
        reads = self._reads + math.ceil(self._to_be_read / _WRITES_PER_READ)
        is_one_too_many = reads * _WRITES_PER_READ > self._begun
        all_wait = len(self._finished) == self._most_at_work
        if all_wait or not (self._to_be_read or is_one_too_many):
            return 0.0
        if len(self._waiting) >= _WRITES_PER_READ:
            until = min(last + _TOGETHER_SECONDS, first + _LINGER_SECONDS)
        elif self._to_be_read and is_one_too_many:
            until = first + longest
        else:
            until = (first if self._to_be_read else last) + _LINGER_SECONDS
        return until - self._clock()

    def _fetch_for(self, batch: Mapping[int, Future[V | None]]) -> None:
        try:
            found = self._fetch(sorted(batch))
        except BaseException as error:  # noqa: BLE001  # passed on to everyone who waits
            for future in batch.values():
                future.set_exception(error)
        else:
            for written, future in batch.items():
                future.set_result(found.get(written))
        with self._changed:
            self._changed.notify_all()
