"""Reads that several threads share, because each of them costs a call.

A deployment works on four resources at a time. Where each of them needs an answer that one call
can give to all, the first thread asks and the others take what it got.
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

#: Seconds without a new write after which none is expected.
_LINGER: Final = 0.2
#: Seconds that a finished write waits for slower ones.
_PATIENCE: Final = 3.0


class OncePerKey(Generic[K, V]):
    """Fetches the value of a key once, however many threads ask at the same time.

    A failure reaches everyone who waited for it and is not kept.

    Args:
        fetch: How to get the value of a key.
    """

    def __init__(self, fetch: Callable[[K], V]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._values: dict[K, Future[V]] = {}

    def get(self, key: K) -> V:
        """Give the value of a key.

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
                self.forget(key)
                future.set_exception(error)
        return future.result()

    def forget(self, key: K) -> None:
        """Fetch the key anew when it is asked for next."""
        with self._lock:
            self._values.pop(key, None)


class ReadAfterWrite(Generic[V]):
    """Reads back what was just written, one read for all threads that write at the same time.

    Args:
        fetch: How to read some ids; what is missing in its answer does not exist.
        writers: How many threads write at the most; when so many wait, nobody else can come.
    """

    def __init__(self, fetch: Callable[[Sequence[int]], Mapping[int, V]], writers: int) -> None:
        self._fetch = fetch
        self._writers = writers
        self._changed = threading.Condition()
        self._writing = 0
        self._waiting: dict[int, Future[V | None]] = {}
        self._first = 0.0
        self._last = 0.0

    def run(self, write: Callable[[], int]) -> tuple[int, Future[V | None]]:
        """Write, then read what was written.

        Args:
            write: Does the writing and returns the id of what was written.

        Returns:
            The id, and the finished read: its result is ``None`` where the portal does not list
            the id, and it raises what the read raised.

        Raises:
            Exception: Whatever ``write`` raised. Then nothing is read.
        """
        with self._changed:
            self._writing += 1
        try:
            written = write()
        finally:
            with self._changed:
                self._writing -= 1
                self._changed.notify_all()
        return written, self._read(written)

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
        """Tell how much longer it pays to wait for other writes."""
        if len(self._waiting) >= self._writers:
            return 0.0
        until = self._first + _PATIENCE if self._writing else self._last + _LINGER
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
