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

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

K = TypeVar("K", bound="Hashable")
V = TypeVar("V")

#: How many writes there must be for each read, on average.
_WRITES_PER_READ: Final = 4
#: How long a finished write waits for others that may share its read.
_LINGER_SECONDS: Final = 0.2
#: How long it waits for slower ones where a read for it alone is one too many, and other writes may
#: need its thread.
_LONGEST_WAIT_SECONDS: Final = 1.0
#: How long it waits then where no write needs its thread, or no write can take its read along.
_LONGEST_FREE_WAIT_SECONDS: Final = 3.0
#: How long finished writes wait altogether before later ones take their reads along.
_WAITED_ENOUGH_SECONDS: Final = 0.5
#: After how many writes in a row without the reads that they were to take along only some are still
#: told to, and each how many.
_MOST_MISSES: Final = 3
_TRIED_AGAIN: Final = 8


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
    """Reads objects back after writes, with about one read more than a quarter of the writes.

    A finished write waits for a short time for others that share its read. Where waiting would
    cost time, because the writes do not end together, or would be in vain, because there are few
    threads, later writes take their reads along, in the same call.

    Args:
        fetch: Reads the objects with some ids; an id that is missing in its answer does not exist.
        clock: Returns seconds since any fixed moment.
        changed: Guards the writes, and tells the threads that wait what has changed.
    """

    def __init__(
        self,
        fetch: Callable[[Sequence[int]], Mapping[int, V]],
        *,
        clock: Callable[[], float] = time.monotonic,
        changed: threading.Condition | None = None,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._changed = changed or threading.Condition()
        self._at_work = 0
        self._most_at_work = 0
        self._begun = 0
        self._reads = 0
        #: How many writes under way may have to be read back by a call of its own.
        self._to_be_read = 0
        self._waiting: dict[int, Future[V | None]] = {}
        #: When each of those that wait has finished.
        self._finished: list[float] = []
        self._waited = 0.0
        self._misses = 0
        self._has_taken_along = False

    def run(self, write: Callable[[bool], tuple[int, V | None]]) -> tuple[int, Future[V | None]]:
        """Write an object, then read it back.

        Args:
            write: Writes the object and returns its id, and the object where it was read with the
                same call. It is told whether to do so.

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

    def _written(
        self, write: Callable[[bool], tuple[int, V | None]]
    ) -> tuple[int, Future[V | None]]:
        with self._changed:
            self._begun += 1
            takes_along = self._may_take_along() and (
                self._seconds_waited() >= _WAITED_ENOUGH_SECONDS or self._are_too_many(self._reads)
            )
            is_to_be_read = not (takes_along and self._has_taken_along)
            self._to_be_read += is_to_be_read
            self._changed.notify_all()
        try:
            written, read = write(takes_along)
        finally:
            with self._changed:
                self._to_be_read -= is_to_be_read
                self._changed.notify_all()
        if takes_along:
            with self._changed:
                self._has_taken_along = read is not None
                self._misses = 0 if self._has_taken_along else self._misses + 1
        if read is not None:
            return written, finished(read)
        return written, self._read(written)

    def _read(self, written: int) -> Future[V | None]:
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
                left = self._seconds_left()
                if left <= 0:
                    batch, self._waiting = self._waiting, {}
                    self._waited, self._finished = self._seconds_waited(), []
                    self._reads += 1
                    break
                self._changed.wait(left)
        if batch:
            self._fetch_for(batch)
        return mine

    def _seconds_left(self) -> float:
        """Return how many seconds it is worth waiting for other writes; not positive for none."""
        first, last = self._finished[0], self._finished[-1]
        # Those under way are to be read back too.
        reads = self._reads + math.ceil(self._to_be_read / _WRITES_PER_READ)
        is_one_too_many = self._are_too_many(reads)
        all_wait = len(self._finished) == self._most_at_work
        if len(self._waiting) >= _WRITES_PER_READ or all_wait:
            return 0.0
        if not (self._to_be_read or is_one_too_many):
            return 0.0
        if self._to_be_read and is_one_too_many:
            # A thread that has nothing to do shows that no write waits for one.
            is_costly = self._misses < _MOST_MISSES and self._at_work == self._most_at_work
            until = first + (_LONGEST_WAIT_SECONDS if is_costly else _LONGEST_FREE_WAIT_SECONDS)
        else:
            until = (first if self._to_be_read else last) + _LINGER_SECONDS
        return until - self._clock()

    def _may_take_along(self) -> bool:
        return self._misses < _MOST_MISSES or self._begun % _TRIED_AGAIN == 0

    def _are_too_many(self, reads: int) -> bool:
        return reads * _WRITES_PER_READ > self._begun

    def _seconds_waited(self) -> float:
        """Return how long finished writes have waited for others, altogether."""
        now = self._clock()
        return self._waited + sum(now - each for each in self._finished)

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
