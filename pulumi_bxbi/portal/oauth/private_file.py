"""A file of one user's, which is replaced as a whole, or written in place where that is refused.

A file that is mounted by itself (into a container, a Kubernetes ``subPath``) cannot be replaced by
another one, and a folder may be one in which nothing can be made.
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

_MODE: Final = 0o600
#: Bytes that are asked of the disk before anything depends on them.
_ROOM: Final = 4096
#: Seconds between two tries to lock the file.
_BETWEEN_TRIES: Final = 0.05


class PrivateFile:
    """A file that its owner alone may read.

    Args:
        path: The file, without symbolic links.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, most: int) -> bytes:
        """Return the content, with one call of the system: it may be written in place meanwhile.

        Args:
            most: How many bytes at the most.

        Raises:
            OSError: The system refuses it, or there is no such file.
        """
        with self._path.open("rb", buffering=0) as file:
            return file.read(most)

    def write(self, content: bytes) -> None:
        """Replace the content, wholly or not at all.

        Args:
            content: What the file is to hold.

        Raises:
            OSError: The system refuses it. The file holds what it held.
        """
        try:
            self._replace(content)
        except OSError:
            if not self._path.is_file():
                raise
            self._overwrite(content)

    def try_writing(self) -> None:
        """Find out whether :meth:`write` would be refused; the file holds what it held.

        Raises:
            OSError: The system would refuse it.
        """
        refused: OSError | None = None
        try:
            self._make_beside(bytes(_ROOM)).unlink()
        except OSError as error:
            refused = error
        if self._path.exists():
            try:
                self._path.open("r+b").close()
            except OSError as error:
                if refused:
                    raise
                # Only a try shows whether another file may take its place: a copy does.
                try:
                    self._replace(self._path.read_bytes())
                except OSError:
                    raise error from None
        elif refused:
            raise refused

    @contextlib.contextmanager
    def locked(self, timeout: float) -> Iterator[None]:
        """Hold a lock that the system gives up with the process.

        The lock is a file beside this one, which stays, and the file itself where there is one: the
        folder may be one in which no lock can be made, or another one for each container.

        Args:
            timeout: Seconds to wait for another process.

        Raises:
            filelock.Timeout: Another process has held it for so long.
            NotImplementedError: This system knows no locks.
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
        """Put a new file in the place of the old one."""
        beside = self._make_beside(content)
        try:
            beside.replace(self._path)
        except OSError:
            beside.unlink()
            raise

    def _make_beside(self, content: bytes) -> Path:
        """Write a file of another name into the same folder."""
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

        A reader, or who finds the file after a crash, gets the old content or the new one, which
        may have spaces behind it.
        """
        with self._path.open("r+b", buffering=0) as file:
            before = file.read()
            with contextlib.suppress(OSError):  # it may be another user's
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
        """Open the file with a lock on it, which ends when it is closed."""
        trying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(BlockingIOError),
            wait=tenacity.wait_fixed(_BETWEEN_TRIES),
            stop=tenacity.stop_after_delay(timeout),
            reraise=True,
        )
        try:
            opened: FileIO = trying(self._open_locked)
        except BlockingIOError:
            raise filelock.Timeout(str(self._path)) from None
        return opened

    def _open_locked(self) -> FileIO:
        """Open the file with a lock on it.

        Raises:
            BlockingIOError: Another process holds it, or has replaced the file just now.
            NotImplementedError: This system knows no such locks.
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
        raise NotImplementedError  # no other file could take the place of one that is open

else:
    import fcntl

    def _lock(file: FileIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _write_from_start(file: FileIO, content: bytes) -> None:
    """Write into an open file, and have it on the disk."""
    file.seek(0)
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
    os.fsync(file.fileno())
