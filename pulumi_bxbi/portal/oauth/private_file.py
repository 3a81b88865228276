"""A private file, which is replaced as a whole, or written in place where that is refused.

A file that is mounted by itself (into a container, a Kubernetes ``subPath``) cannot be replaced by
another file, and its folder may be one in which no file can be created.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import filelock
import tenacity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO

#: Only the owner may read and write the file.
_MODE: Final = 0o600
#: How much is written for a trial, to see whether the disk has room.
_ROOM_BYTES: Final = 4096
#: The time between two attempts to lock the file.
_RETRY_SECONDS: Final = 0.05


class PrivateFile:
    """A file that only its owner may read.

    Args:
        path: The file, without symbolic links.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, most: int) -> bytes:
        """Read the content, with one system call, as it may be written in place meanwhile.

        Args:
            most: The largest number of bytes to read.

        Raises:
            OSError: The system refuses it, or there is no such file.
        """
        with self._path.open("rb", buffering=0) as file:
            return file.read(most)

    def write(self, content: bytes) -> None:
        """Replace the content, completely or not at all.

        Args:
            content: The new content.

        Raises:
            OSError: The system refuses it. The content is unchanged.
        """
        try:
            self._replace(content)
        except OSError:
            if not self._path.is_file():
                raise
            self._overwrite(content)

    def try_writing(self) -> None:
        """Try whether :meth:`write` would be refused, without changing the content.

        Raises:
            OSError: The system would refuse it.
        """
        refused: OSError | None = None
        try:
            self._make_beside(bytes(_ROOM_BYTES)).unlink()
        except OSError as error:
            refused = error
        if self._path.exists():
            try:
                self._path.open("r+b").close()
            except OSError as error:
                if refused:
                    raise
                # Only an attempt shows whether another file may take its place: a copy does.
                try:
                    self._replace(self._path.read_bytes())
                except OSError:
                    raise error from None
        elif refused:
            raise refused

    @contextlib.contextmanager
    def locked(self, timeout: float) -> Iterator[None]:
        """Hold a lock that the system releases when the process ends.

        Both a file beside this one, which is not removed, and the file itself, where it exists, are
        locked: the folder may be one in which no lock file can be created, or a different folder in
        each container.

        Args:
            timeout: Seconds to wait for another process.

        Raises:
            filelock.Timeout: Another process has held the lock for so long.
            NotImplementedError: This system does not support locks.
            OSError: The system refuses it.
        """
        with contextlib.ExitStack() as held:
            refused: OSError | NotImplementedError | None = None
            try:
                held.enter_context(filelock.FileLock(f"{self._path}.lock", timeout, mode=_MODE))
            except filelock.Timeout:
                raise
            except (OSError, NotImplementedError) as error:
                refused = error
            try:
                held.enter_context(self._locked_itself(timeout))
            except filelock.Timeout:
                raise
            except (OSError, NotImplementedError):
                if refused:
                    raise refused from None
            yield

    def _replace(self, content: bytes) -> None:
        """Replace the file by a new one."""
        beside = self._make_beside(content)
        try:
            beside.replace(self._path)
        except OSError:
            beside.unlink()
            raise

    def _make_beside(self, content: bytes) -> Path:
        """Write a file of another name into the same folder, and return its path."""
        handle, name = tempfile.mkstemp(".tmp", ".tokens-", self._path.parent)
        try:
            with open(handle, "wb", buffering=0) as file:  # noqa: PTH123  # a handle, no path
                _write_from_start(file, content)
        except OSError:
            Path(name).unlink()
            raise
        return Path(name)

    def _overwrite(self, content: bytes) -> None:
        """Write into the file itself.

        A reader, even after a crash, gets the old content or the new content, which may have spaces
        after it.
        """
        with self._path.open("r+b", buffering=0) as file:
            before = file.read()
            with contextlib.suppress(OSError):  # it may belong to another user
                self._path.chmod(_MODE)
            try:
                _write_from_start(file, content.ljust(len(before)))
                file.truncate(len(content))
            except OSError:
                with contextlib.suppress(OSError):
                    _write_from_start(file, before)
                    file.truncate(len(before))
                raise

    def _locked_itself(self, timeout: float) -> FileIO:
        """Open and lock the file, waiting for other processes; closing it releases the lock."""
        trying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(BlockingIOError),
            wait=tenacity.wait_fixed(_RETRY_SECONDS),
            stop=tenacity.stop_after_delay(timeout),
            reraise=True,
        )
        try:
            opened: FileIO = trying(self._open_locked)
        except BlockingIOError:
            raise filelock.Timeout(str(self._path)) from None
        return opened

    def _open_locked(self) -> FileIO:
        """Open and lock the file, without waiting.

        Raises:
            BlockingIOError: Another process holds the lock, or has just replaced the file.
            NotImplementedError: This system does not support such locks.
        """
        with contextlib.ExitStack() as closing:
            file = closing.enter_context(self._path.open("r+b", buffering=0))
            _lock(file)
            if not os.path.samestat(os.fstat(file.fileno()), self._path.stat()):
                raise BlockingIOError
            closing.pop_all()
        return file


if sys.platform == "win32":

    def _lock(_: FileIO) -> None:
        raise NotImplementedError  # an open file could not be replaced on Windows

else:
    import fcntl

    def _lock(file: FileIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _write_from_start(file: FileIO, content: bytes) -> None:
    """Write into an open file, and flush it to the disk."""
    file.seek(0)
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
    os.fsync(file.fileno())
