"""Another address under which a server can be reached, as a renamed portal has one."""

from __future__ import annotations

import select
import socket
import socketserver
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK_BYTES: Final = 65536


class _Forwarder(socketserver.ThreadingTCPServer):
    daemon_threads = True
    target: tuple[str, int]


class _Connection(socketserver.BaseRequestHandler):
    server: _Forwarder
    request: socket.socket

    def handle(self) -> None:
        with socket.create_connection(self.server.target) as target:
            ends = {self.request: target, target: self.request}
            while True:
                for readable in select.select(list(ends), [], [])[0]:
                    data = readable.recv(_CHUNK_BYTES)
                    if not data:
                        return
                    ends[readable].sendall(data)


@contextmanager
def another_address(port: int) -> Iterator[str]:
    """Return another address of a server on this machine."""
    forwarder = _Forwarder(("127.0.0.1", 0), _Connection)
    forwarder.target = ("127.0.0.1", port)
    with serving(forwarder) as server:
        yield f"http://127.0.0.1:{server.server_address[1]}"
