"""The portal's leaky bucket, as far as the calls of this user on this machine fill it.

The portal counts the calls that come from one address, whichever process sends them: a program and
its provider, the provider of each portal of a stack, two stacks that are deployed at once.

Vendor's page: "Limits" of the REST API.
"""

from __future__ import annotations

import json
import logging
import math
import os
import sys
import warnings
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol
from urllib.parse import quote

import platformdirs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    import filelock

logger = logging.getLogger(__name__)

#: A call counts as answered after this time: its process may have been killed.
_LONGEST_CALL_SECONDS: Final = 120.0
#: No process fills a bucket for longer, so what is later was written before the machine restarted.
_LONGEST_FILLED_SECONDS: Final = 60.0
#: How long another process may hold the file; each holds it for a millisecond.
_LOCK_SECONDS: Final = 2.0
_LOCK_AGAIN_SECONDS: Final = 0.002
_ONLY_OWNER_FILE: Final = 0o600
_ONLY_OWNER_FOLDER: Final = 0o700
_WRITABLE_BY_OTHERS: Final = 0o022


class InFlight(NamedTuple):
    """A call that was sent and not answered.

    Attributes:
        until: When it counts as answered, in seconds of the clock.
        process: The id of the process that has sent it.
    """

    until: float
    process: int


@dataclass(slots=True)
class Fill:
    """What a bucket holds.

    Attributes:
        level: Calls that were answered and had not drained, at the moment ``since``.
        since: That moment, in seconds of the clock.
        in_flight: The calls that were sent and not answered.
    """

    level: float = 0.0
    since: float = -math.inf
    in_flight: list[InFlight] = field(default_factory=list)

    def level_at(self, moment: float, per_second: float) -> float:
        """Return the calls that were answered and have not drained at a later moment."""
        return max(0.0, self.level - (moment - self.since) * per_second)


class Store(Protocol):
    """Where the fill of a bucket is kept."""

    def held(self) -> AbstractContextManager[Fill]:
        """Return the fill, which nobody else changes within the block; changes are kept."""


class OwnStore:
    """The fill of a bucket that this process has for itself.

    Attributes:
        fill: The fill.
    """

    def __init__(self) -> None:
        self.fill = Fill()

    @contextmanager
    def held(self) -> Iterator[Fill]:
        """Return the fill; threads take turns by a lock of their own."""
        yield self.fill


class SharedStore:
    """The fill of a bucket that all processes of this user on this machine share, in a small file.

    Where there can be no such file, or something is wrong with it, this process goes on alone:
    then the portal refuses a call now and then, which is sent once more.

    Args:
        portal: The portal's address.
    """

    def __init__(self, portal: str) -> None:
        self._portal = portal
        self._own = OwnStore()
        self._path: Path | None = None
        self._lock: filelock.BaseFileLock | None = None
        self._is_alone = False

    @contextmanager
    def held(self) -> Iterator[Fill]:
        """Return the fill as the processes have left it; threads take turns by a lock of theirs."""
        lock = self._locked()
        if lock is None or self._path is None:
            yield self._own.fill
            return
        try:
            with self._alone_if_refused():
                # It is kept here too, for as long as the file cannot be had.
                self._own.fill = _read(self._path)
            before = replace(self._own.fill, in_flight=[*self._own.fill.in_flight])
            yield self._own.fill
            if self._own.fill != before:
                with self._alone_if_refused():
                    _write(self._path, self._own.fill)
        finally:
            lock.release()

    def _locked(self) -> filelock.BaseFileLock | None:
        """Lock the file, and return its lock; ``None`` where this process is alone, or is for now.

        Another process may have been stopped while it held the lock.
        """
        if self._is_alone:
            return None
        import filelock  # noqa: PLC0415  # only what calls a portal has a use for it

        try:
            if self._lock is None:
                self._path = _private_folder() / f"{quote(self._portal, safe='')}.json"
                self._lock = filelock.FileLock(
                    f"{self._path}.lock",
                    _LOCK_SECONDS,
                    mode=_ONLY_OWNER_FILE,
                    # The limiter lets one thread in at a time. Told of each thread, locking would
                    # take twice as long.
                    thread_local=False,
                    poll_interval=_LOCK_AGAIN_SECONDS,
                )
            self._lock.acquire()
        except filelock.Timeout:
            return None
        except (OSError, NotImplementedError, RuntimeError) as error:
            self._go_on_alone(error)
            return None
        return self._lock

    @contextmanager
    def _alone_if_refused(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._go_on_alone(error)

    def _go_on_alone(self, reason: Exception) -> None:
        self._is_alone = True
        logger.debug("the portal's limits are not shared with other processes: %s", reason)


class Bucket:
    """The portal's leaky bucket, as far as our own calls fill it.

    The moment at which a call arrives at the portal is not known, only when it was sent and when it
    was answered. It counts from the time of sending and drains from the time of the answer, so our
    calls never fill the portal's bucket more than this one.

    Args:
        burst: How many calls the bucket holds.
        per_second: How many calls drain in a second.
        store: Where its fill is kept; by default in this process.
    """

    def __init__(self, burst: float, per_second: float, store: Store | None = None) -> None:
        self.burst = burst
        self.per_second = per_second
        self._store = store or OwnStore()

    def take(self, now: float) -> float:
        """Count a call that is sent now, if there is room for it.

        Args:
            now: The present moment.

        Returns:
            0 where the call is counted, otherwise the seconds until there is room for it.
        """
        with self._store.held() as fill:
            self._bring_to(fill, now)
            wait = self._wait(fill, now)
            if not wait:
                fill.in_flight.append(_call_sent(now))
            return wait

    def wait(self, now: float) -> float:
        """Return the seconds until a call may be sent; 0 for at once."""
        with self._store.held() as fill:
            self._bring_to(fill, now)
            return self._wait(fill, now)

    def share(self, now: float) -> float:
        """Return which part of the bucket is full: from 0 to 1, where there is no room for a call.

        Args:
            now: The present moment.
        """
        with self._store.held() as fill:
            self._bring_to(fill, now)
            if now < fill.since:
                return 1.0
            level = fill.level_at(now, self.per_second) + len(fill.in_flight)
        return level / self.burst if level + 1 <= self.burst else 1.0

    def answered(self, sent: float, now: float, *, counts: bool) -> None:
        """Count an answered call as draining from now on, or not at all if the limit refused it.

        Args:
            sent: When the call was taken, as :meth:`take` was told.
            now: The present moment.
            counts: Whether the portal has counted it.
        """
        with self._store.held() as fill:
            self._bring_to(fill, now)
            if _call_sent(sent) in fill.in_flight:
                fill.in_flight.remove(_call_sent(sent))
                self._drain_from(fill, now, counts=counts)

    def pause_until(self, moment: float) -> None:
        """Treat the bucket as full until a moment, at which there is room for one call."""
        with self._store.held() as fill:
            fill.level = self.burst - 1
            fill.since = max(fill.since, moment)

    def _wait(self, fill: Fill, now: float) -> float:
        begin = max(now, fill.since)
        level = fill.level_at(begin, self.per_second)
        surplus = level + len(fill.in_flight) + 1 - self.burst
        return begin - now + max(0.0, surplus / self.per_second)

    def _bring_to(self, fill: Fill, now: float) -> None:
        """Forget what was before a restart of the machine, and calls whose process is gone."""
        sent = [each.until - _LONGEST_CALL_SECONDS for each in fill.in_flight]
        latest = max(fill.since, *sent, now)
        if latest > now + _LONGEST_FILLED_SECONDS:
            fill.level, fill.since, fill.in_flight = 0.0, -math.inf, []
        gone = [each for each in fill.in_flight if each.until <= now or not _is_alive(each.process)]
        for each in sorted(gone):
            self._drain_from(fill, min(each.until, now), counts=True)
            fill.in_flight.remove(each)

    def _drain_from(self, fill: Fill, moment: float, *, counts: bool) -> None:
        begin = max(moment, fill.since)
        fill.level = fill.level_at(begin, self.per_second) + counts
        fill.since = begin


def _call_sent(moment: float) -> InFlight:
    return InFlight(moment + _LONGEST_CALL_SECONDS, os.getpid())


def _is_alive(process: int) -> bool:
    """Return whether a process exists, as far as this system tells without harm."""
    if sys.platform != "win32":
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        except (OSError, OverflowError):
            pass
    return True


def _read(path: Path) -> Fill:
    """Return the fill that a file holds; an empty one where it holds none.

    Raises:
        OSError: It cannot be read.
    """
    try:
        kept = json.loads(path.read_bytes())
        return Fill(
            float(kept["level"]),
            float(kept["since"]),
            [InFlight(float(until), int(process)) for until, process in kept["in_flight"]],
        )
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return Fill()


def _write(path: Path, fill: Fill) -> None:
    """Write the fill into a file.

    Raises:
        OSError: It cannot be written; the disk may be full.
    """
    path.write_text(json.dumps(asdict(fill)), "ascii")


def _private_folder() -> Path:
    """Return the folder for files that processes of this user share until the machine restarts.

    Raises:
        PermissionError: Others can write there, who could put a link in the place of a file.
        OSError: The system refuses it.
    """
    with warnings.catch_warnings():
        # Where the system has no such folder for users, the next best one is as good.
        warnings.simplefilter("ignore")
        folder = Path(platformdirs.user_runtime_dir())
    for each in (folder, folder / "pulumi-bxbi"):
        each.mkdir(_ONLY_OWNER_FOLDER, parents=True, exist_ok=True)
        if sys.platform != "win32":
            found = each.lstat()
            if found.st_uid != os.getuid() or found.st_mode & _WRITABLE_BY_OTHERS:
                raise PermissionError(f"{each} is not private to this user")
    return folder / "pulumi-bxbi"
