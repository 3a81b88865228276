"""Providers that begin in a fiftieth of the time: see :mod:`tests.engine.prepared_python`."""

from __future__ import annotations

import json
import socket
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.engine import prepared_python
from tests.protocol.processes import Descriptor, context, in_place
from tests.protocol.provider import serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.process import BaseProcess


@contextmanager
def prepared_providers(folder: Path) -> Iterator[dict[str, str]]:
    """Give the variables that make Pulumi start its providers here.

    Args:
        folder: An empty folder, whose path is short.
    """
    python = folder / "python"
    script = Path(prepared_python.__file__).read_text("utf-8")
    python.write_text(f"#!{sys.executable} -IS\n{script}", "utf-8")
    python.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "providers"))
        listener.listen()
        accepting = threading.Thread(target=_accept, args=(listener,), daemon=True)
        accepting.start()
        yield {
            "PULUMI_PYTHON_CMD": str(python),
            "PREPARED_PROVIDERS": str(folder / "providers"),
        }
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()


def _accept(listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_provide, args=(connection,), daemon=True).start()


def _provide(connection: socket.socket) -> None:
    """Run one provider for whoever has connected, and end it when that is gone."""
    with connection:
        _, streams, _, _ = socket.recv_fds(connection, 1, 2)
        with connection.makefile("rw", encoding="utf-8") as lines:
            given = json.loads(lines.readline())
            lent = tuple(Descriptor(each) for each in streams)
            place = (given["folder"], given["environment"], lent)
            process = context.Process(
                target=in_place, args=(place, serve, given["engine"]), daemon=True
            )
            process.start()
            for each in streams:
                socket.close(each)
            lines.write(f"{process.pid}\n")
            lines.flush()
            threading.Thread(target=_watch, args=(connection, process), daemon=True).start()
            process.join()
            with suppress(OSError):
                lines.write(f"{process.exitcode}\n")
                lines.flush()


def _watch(connection: socket.socket, process: BaseProcess) -> None:
    """Kill a provider when its Python is killed, which says nothing any more."""
    with suppress(OSError):
        connection.recv(1)
    process.kill()
