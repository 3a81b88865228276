"""Another address under which a server can be reached, as a renamed portal has one."""

from __future__ import annotations

import select
import socket
import socketserver
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

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
    """Give another address of a server on this machine."""
    with _Forwarder(("127.0.0.1", 0), _Connection) as server:
        server.target = ("127.0.0.1", port)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
