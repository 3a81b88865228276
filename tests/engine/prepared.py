"""Providers and commands that begin in a fiftieth of the time: see `prepared_python.py`."""

from __future__ import annotations

import atexit
import os
import runpy
import socket
import sys
import threading
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from platform import python_version
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.cli import main
from pulumi_bxbi.plugin.command import main as serve_plugin
from tests.engine import prepared_python
from tests.protocol.processes import Descriptor, started_process, wait_for_end
from tests.protocol.provider_process import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.process import BaseProcess


def bxbi(*arguments: str) -> None:
    """Be the command `bxbi`."""
    sys.argv = ["bxbi", *arguments]
    main()


def plugin(*arguments: str) -> None:
    """Be the command `pulumi-resource-bxbi`."""
    sys.argv = ["pulumi-resource-bxbi", *arguments]
    serve_plugin()


def program(*arguments: str) -> None:
    """Be ``python pulumi-language-python-exec ...``, which runs a program."""
    sys.argv = [*arguments]
    runpy.run_path(arguments[0], run_name="__main__")


#: The names of a Python that asks for prepared processes, and of one that does not.
_QUICK: Final = "prepared-python"
UNPREPARED: Final = "unprepared-python"
#: The name of `prepared_python.py` where Pulumi asks for a Python.
_PROCESS: Final = "prepared-process"
#: A script in the place of Python. Before each program Pulumi asks for the version, which is
#: written here, and for the packages, for which `pip` is asked the first time only.
_PYTHON: Final = """#!/bin/sh
case "$*" in
--version)
    echo "Python {version}"
    exit ;;
"-m pip list "*)
    answer="$0 $*"
    if ! [ -e "$answer" ]; then
        '{python}' "$@" > "$answer.$$" || exit
        mv "$answer.$$" "$answer"
    fi
    exec cat "$answer" ;;
esac
exec '{other}' "$@"
"""
#: The variables that lead here.
PREPARED: Final = ("PATH", "PULUMI_PYTHON_CMD")
_TARGETS: Final[dict[str, Callable[..., None]]] = {
    "bxbi": bxbi,
    "provider": serve,
    "pulumi-resource-bxbi": plugin,
    "program": program,
}


def command_of_bxbi() -> str:
    """Return a command ``bxbi`` for this process and those that it starts."""
    return str(_commands() / "bxbi")


def command_of_plugin() -> str:
    """Return a command ``pulumi-resource-bxbi``, likewise."""
    return str(_commands() / "pulumi-resource-bxbi")


@cache
def _commands() -> Path:
    running = ExitStack()
    atexit.register(running.close)
    folder = Path(running.enter_context(TemporaryDirectory()))
    running.enter_context(prepared_processes(folder))
    return folder / "bin"


@contextmanager
def prepared_processes(folder: Path) -> Iterator[dict[str, str]]:
    """Give the variables that lead Pulumi and a shell here.

    Args:
        folder: An empty folder, whose path is short.
    """
    programs = folder / "bin"
    programs.mkdir()
    script = Path(prepared_python.__file__).read_text("utf-8")
    for name in (_PROCESS, *prepared_python.COMMANDS):
        (programs / name).write_text(f"#!{sys.executable} -IS\n{script}", "utf-8")
    for name, other in ((_QUICK, programs / _PROCESS), (UNPREPARED, sys.executable)):
        text = _PYTHON.format(version=python_version(), python=sys.executable, other=other)
        (programs / name).write_text(text, "utf-8")
    for program in programs.iterdir():
        program.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "processes"))
        listener.listen()
        accepting = threading.Thread(target=_accept, args=(listener,), daemon=True)
        accepting.start()
        yield {
            "PATH": os.pathsep.join([str(programs), str(Path(sys.executable).parent)])
            + f"{os.pathsep}{os.environ['PATH']}",
            "PULUMI_PYTHON_CMD": str(programs / _QUICK),
        }
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()


def _accept(listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_run, args=(connection,), daemon=True).start()


def _run(connection: socket.socket) -> None:
    """Run one process for whoever has connected, and end it when that is gone."""
    # Whoever has connected may be gone at any time.
    with suppress(OSError), connection:
        _, streams, _, _ = socket.recv_fds(connection, 1, 3)
        with connection.makefile("rwb") as lines:
            try:
                process = _started(lines.read(int(lines.readline())), streams)
            finally:
                for each in streams:
                    socket.close(each)
            lines.write(f"{process.pid}\n".encode())
            lines.flush()
            threading.Thread(target=_watch, args=(connection, process), daemon=True).start()
            wait_for_end(process)
            lines.write(f"{process.exitcode}\n".encode())
            lines.flush()


def _started(given: bytes, streams: Sequence[int]) -> BaseProcess:
    """Start a process of which `prepared_python.py` has told all this."""
    name, folder, count, *texts = map(os.fsdecode, given.split(b"\0"))
    arguments, variables = texts[: int(count)], texts[int(count) :]
    environment = dict(each.split("=", 1) for each in variables)
    lent = tuple(Descriptor(each) for each in streams)
    return started_process((folder, environment, lent), _TARGETS[name], *arguments)


def _watch(connection: socket.socket, process: BaseProcess) -> None:
    """Kill a process when who has asked for it is killed, and says nothing any more."""
    with suppress(OSError):
        connection.recv(1)
    process.kill()
