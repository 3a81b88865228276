"""What a connector's endpoints answer to this machine."""

from __future__ import annotations

import socket
from threading import Thread

from pulumi_bxbi.portal.endpoints import problem_of

ROWS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"10000\r\n%s\r\n" % bytes(65536)


def test_rows_without_an_end_are_not_read() -> None:
    """It takes what fits into the connection's buffers, and no more."""
    sent: list[int] = []

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            while len(sent) < 10_000:
                try:
                    connection.sendall(ROWS if not sent else b"10000\r\n%s\r\n" % bytes(65536))
                except OSError:
                    return
                sent.append(65536)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = Thread(target=serve, args=(listening,))
        serving.start()
        assert problem_of(f"http://127.0.0.1:{listening.getsockname()[1]}/data") == ""
        serving.join()

    assert sum(sent) < 64 * 2**20
