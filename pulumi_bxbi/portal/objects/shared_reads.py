"""Reads that several threads share, because each read costs a call.

A deployment works on several resources at a time. Where one call can answer all of them, the first
thread sends it and the others take its answer.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

K = TypeVar("K", bound="Hashable")
V = TypeVar("V")

#: After this time without a new write, no other is expected.
_LINGER_SECONDS: Final = 0.2
#: How long a finished write waits for slower ones.
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
    """Reads objects back after writes, with one read for all threads that write at the same time.

    Args:
        fetch: Reads the objects with some ids; an id that is missing in its answer does not exist.
        writers: How many threads write at most; when so many wait, no other write can follow.
    """

    def __init__(self, fetch: Callable[[Sequence[int]], Mapping[int, V]], writers: int) -> None:
        self._fetch = fetch
        self._writers = writers
        self._changed = threading.Condition()
        self._writing = 0
        self._waiting: dict[int, Future[V | None]] = {}
        self._first = 0.0
        self._last = 0.0

    def run(self, write: Callable[[], tuple[int, V | None]]) -> tuple[int, Future[V | None]]:
        """Write an object, then read it back.

        Args:
            write: Writes the object and returns its id, and the object where it was read already.

        Returns:
            The id, and the finished read: its result is ``None`` where the portal does not list
            the id, and it raises what the read raised.

        Raises:
            Exception: Whatever ``write`` raised. Then nothing is read.
        """
        with self._changed:
            self._writing += 1
        try:
            written, read = write()
        finally:
            with self._changed:
                self._writing -= 1
                self._changed.notify_all()
        if read is None:
            return written, self._read(written)
        return written, finished(read)

    def _read(self, written: int) -> Future[V | None]:
        with self._changed:
            self._last = time.monotonic()
            if not self._waiting:
                self._first = self._last
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
                    break
                self._changed.wait(left)
        if batch:
            self._fetch_for(batch)
        return mine

    def _seconds_left(self) -> float:
        """Return how many seconds it is worth waiting for other writes; not positive for none."""
        if len(self._waiting) >= self._writers:
            return 0.0
        until = (
            self._first + _LONGEST_WAIT_SECONDS if self._writing else self._last + _LINGER_SECONDS
        )
        return until - time.monotonic()

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
