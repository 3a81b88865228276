"""Processes that have everything imported already, which takes Python most of a second."""

from __future__ import annotations

import atexit
import io
import multiprocessing
import multiprocessing.connection
import multiprocessing.forkserver
import multiprocessing.reduction
import os
import pkgutil
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import coverage

import pulumi_bxbi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.process import BaseProcess

#: The variable that has coverage measure a process; without it or with nothing in it, none is.
MEASURING: Final = "COVERAGE_PROCESS_CONFIG"
#: Seconds after which a process is killed that does not end. The engine waits five, which a busy
#: machine can need for nothing but the end of Python.
_END_SECONDS: Final = 60
#: Seconds after which a process is interrupted once more.
_AGAIN_SECONDS: Final = 3

_context = multiprocessing.get_context("forkserver")
#: Held by whoever reads how processes ended, as each start of one does for all that have ended. A
#: status can be read once: of two threads that do, the second would take its process for broken.
_reading_ends = threading.Lock()
#: The modules that are imported when a program or a command needs them.
_LATE: Final = [
    each.name
    for part in ("cli", "program")
    for each in pkgutil.iter_modules(
        [str(Path(pulumi_bxbi.__file__).with_name(part))], f"pulumi_bxbi.{part}."
    )
    if not each.name.endswith("__main__")
]
# Not `pulumi_bxbi.dynamic.answers`: it takes the engine's address from the command line when it is
# imported, and a provider without one would go on after its engine is gone.
_context.set_forkserver_preload(
    [
        *_LATE,
        "coverage",
        "encodings.ascii",
        "filelock",
        "grpc._channel",
        "grpc._server",
        "grpc._utilities",
        "multiprocessing.popen_forkserver",
        "pulumi.dynamic",
        "pulumi_bxbi.deployment.operations",
        "pulumi_bxbi.deployment.session",
        "pulumi_bxbi.emulator.server",
        "pulumi_bxbi.plugin.preparation",
        "pulumi_bxbi.plugin.schema",
        "pulumi_bxbi.plugin.server",
        "pulumi_bxbi.portal.oauth.application",
        "pulumi_bxbi.portal.rest.client",
        "tests.engine.prepared",
        "tests.protocol.provider_process",
        "uvicorn.lifespan.off",
        "tests.protocol.frozen",
    ]
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
        printed = Descriptor(stream)
        place = (str(folder), dict(environment), (printed, printed))
        work = (place, target, theirs, *arguments)
        self._process = started_process(*work)
        os.close(stream)
        theirs.close()
        self._text = bytearray()
        self._reader = threading.Thread(target=self._collect)
        self._reader.start()

    def interrupt(self) -> None:
        """Send it what Ctrl-C does, unless it has ended."""
        if self._process.pid and not wait_for_end(self._process, 0):
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGINT)

    def end_interrupted(self) -> str:
        """End a server of Pulumi's, and return all that it printed.

        Such a server sleeps until a signal comes. One that comes just before it falls asleep, which
        is likely on a busy machine, does not wake it.
        """
        self.interrupt()
        wait_for_end(self._process, _AGAIN_SECONDS)
        self.interrupt()
        return self.end()

    def end(self, *, by_itself: bool = False) -> str:
        """Wait for its end, and return all that it printed.

        Args:
            by_itself: Whether it must end without being killed.
        """
        ended = wait_for_end(self._process, _END_SECONDS)
        self._process.kill()
        wait_for_end(self._process)
        self._reader.join()
        self.connection.close()
        assert ended or not by_itself, "it did not end by itself"
        return self._text.decode("utf-8")

    def _collect(self) -> None:
        with os.fdopen(self._printed, "rb") as stream:
            while part := stream.read1():
                self._text += part


class Descriptor:
    """An open file that a process inherits."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __reduce__(self) -> tuple[Callable[[Any], int], tuple[Any]]:
        return _inherited, (multiprocessing.reduction.DupFd(self._descriptor),)


def _inherited(duplicate: Any) -> int:
    descriptor: int = duplicate.detach()
    return descriptor


def started_process(
    place: tuple[str, Mapping[str, str], tuple[Any, ...]],
    target: Callable[..., None],
    *arguments: Any,
) -> BaseProcess:
    """Start a process.

    Args:
        place: The folder, the environment, and the standard streams, of which the last two are
            where standard output and standard error go, which nothing holds back.
        target: The function that the process is for.
        arguments: The arguments of the function.
    """
    # The process from which all are forked is not measured: then each of them can choose.
    measuring = os.environ.pop(MEASURING, None)
    multiprocessing.forkserver.ensure_running()
    if measuring is not None:
        os.environ[MEASURING] = measuring
    process = _context.Process(target=_in_place, args=(place, target, *arguments), daemon=True)
    with _reading_ends:
        process.start()
    return process


def wait_for_end(process: BaseProcess, seconds: float | None = None) -> bool:
    """Wait for the end of a process; return whether it has come.

    Args:
        process: The process.
        seconds: How long to wait at most; as long as it takes without this.
    """
    with _reading_ends:
        if process.exitcode is not None:
            return True
    if not multiprocessing.connection.wait([process.sentinel], seconds):
        return False
    with _reading_ends:
        process.join()
    return True


def _in_place(
    place: tuple[str, Mapping[str, str], tuple[int, ...]],
    target: Callable[..., None],
    *arguments: Any,
) -> None:
    folder, environment, streams = place
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for standard, stream in enumerate(streams, 3 - len(streams)):
        os.dup2(stream, standard)
    for stream in set(streams):
        os.close(stream)
    sys.stdout, sys.stderr = (_unbuffered(standard) for standard in (1, 2))
    if len(streams) == len(("input", "output", "error")):
        sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), "utf-8")
    if os.environ.get(MEASURING):
        coverage.process_startup()
    try:
        target(*arguments)
    finally:
        atexit._run_exitfuncs()  # noqa: SLF001  # multiprocessing leaves them out


def _unbuffered(stream: int) -> io.TextIOWrapper:
    raw: Any = io.FileIO(stream, "w", closefd=False)
    return io.TextIOWrapper(raw, "utf-8", write_through=True)
