"""Processes that have everything imported already, which takes Python most of a second."""

from __future__ import annotations

import atexit
import multiprocessing
import multiprocessing.reduction
import os
import signal
import threading
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

#: Seconds after which the engine kills a process that does not end.
_END_SECONDS: Final = 5

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    ["pulumi.dynamic", "pulumi_bxbi.dynamic", "tests.protocol.program", "tests.protocol.provider"]
)


class PreparedProcess:
    """A process that begins with a function.

    Args:
        target: The function; its first argument is where it may send something.
        folder: Where it works.
        environment: All its variables.
        arguments: The other arguments of the function.

    Attributes:
        connection: Receives what the function sends.
    """

    def __init__(
        self,
        target: Callable[..., None],
        folder: Path,
        environment: Mapping[str, str],
        *arguments: Any,
    ) -> None:
        self.connection, theirs = _context.Pipe(duplex=False)
        self._printed, stream = os.pipe()
        place = (str(folder), dict(environment), _Descriptor(stream))
        work = (target, theirs, *arguments)
        self._process = _context.Process(target=_begin, args=(place, work), daemon=True)
        self._process.start()
        os.close(stream)
        theirs.close()
        self._text = bytearray()
        self._reader = threading.Thread(target=self._collect)
        self._reader.start()

    def interrupt(self) -> None:
        """Send it what Ctrl-C does."""
        if self._process.pid and self._process.is_alive():
            os.kill(self._process.pid, signal.SIGINT)

    def end(self) -> str:
        """Wait for its end, for so long as the engine does, and return all that it printed."""
        self._process.join(_END_SECONDS)
        self._process.kill()
        self._process.join()
        self._reader.join()
        self.connection.close()
        return self._text.decode("utf-8")

    def _collect(self) -> None:
        with os.fdopen(self._printed, "rb") as stream:
            while part := stream.read1():
                self._text += part


class _Descriptor:
    """An open file that a process inherits."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __reduce__(self) -> tuple[Callable[[Any], int], tuple[Any]]:
        return _inherited, (multiprocessing.reduction.DupFd(self._descriptor),)


def _inherited(duplicate: Any) -> int:
    descriptor: int = duplicate.detach()
    return descriptor


def _begin(place: tuple[str, Mapping[str, str], int], work: tuple[Any, ...]) -> None:
    """Begin the process: what it prints to standard output and standard error is one."""
    folder, environment, stream = place
    target, *arguments = work
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for printed in (1, 2):
        os.dup2(stream, printed)
    os.close(stream)
    try:
        target(*arguments)
    finally:
        atexit._run_exitfuncs()  # noqa: SLF001  # multiprocessing leaves them out
