"""An address under which a local portal takes as long for each call as a benchmark wants.

The portal gets each request at once, so that its limits count it at the moment of sending; the
answer is held back. A refused call takes as long as a read. What is not a call, such as an address
below `/__emulator__/`, is not held back.
"""

from __future__ import annotations

import json
import signal
import ssl
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from tests.announced import announced
from tests.bench.latency import Latency
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def slowed(portal: str, latency: Latency, certificate: Path | None = None) -> Iterator[str]:
    """Return another address of a portal, in a process of its own.

    Args:
        portal: The address of the portal.
        latency: How long the calls take there.
        certificate: The file with the certificate of the address and its key; ``None`` for plain
            HTTP.
    """
    command = [
        sys.executable,
        "-m",
        "tests.bench.slow_portal",
        portal,
        str(latency.write),
        str(latency.read),
    ]
    if certificate:
        command += ["--certificate", str(certificate)]
    with announced(*command) as (_, said):
        yield said["portal"]


def methods_in(path: str, body: bytes) -> list[str]:
    """Return the methods that a request calls, several for a batch, none if it is not a call."""
    parts = urlsplit(path).path.strip("/").split("/")
    if parts[0] != "rest":
        return []
    method = parts[-1].removesuffix(".json").lower()
    if method != "batch":
        return [method]
    commands = json.loads(body)["cmd"]
    each = commands.values() if isinstance(commands, dict) else commands
    return [str(command).partition("?")[0] for command in each]


class SlowPortal(ThreadingHTTPServer):
    """Passes requests on to a portal, and holds the answers back."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, portal: str, latency: Latency) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.portal = urlsplit(portal).netloc
        self.latency = latency

    def handle_error(self, request: object, client_address: object) -> None:
        """Leave it to the client to notice that its connection has ended."""


class _Handler(BaseHTTPRequestHandler):
    server: SlowPortal
    protocol_version = "HTTP/1.1"
    #: Else the body of an answer waits 40 ms for the client's acknowledgement of the head.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.pass_on()

    def do_POST(self) -> None:
        self.pass_on()

    def pass_on(self) -> None:
        began = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # The portal closes idle connections, so each request has one of its own.
        connection = HTTPConnection(self.server.portal)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        latency, methods = self.server.latency, methods_in(self.path, body)
        is_refused = response.status != 200
        seconds = latency.read if methods and is_refused else latency.seconds(methods)
        time.sleep(max(0.0, began + seconds - time.monotonic()))
        self.send_response_only(response.status)
        for name, value in response.getheaders():
            if name.lower() not in {"connection", "content-length", "transfer-encoding"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@click.command()
@click.argument("portal")
@click.argument("write", type=float)
@click.argument("read", type=float)
@click.option("--certificate", type=click.Path(exists=True, dir_okay=False))
def main(portal: str, write: float, read: float, certificate: str | None) -> None:
    """Serve until SIGTERM; say the address in one line of JSON."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ending := {signal.SIGINT, signal.SIGTERM})
    server = SlowPortal(portal, Latency(write, read))
    scheme = "http"
    if certificate:
        scheme = "https"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server):
        click.echo(json.dumps({"portal": f"{scheme}://127.0.0.1:{server.server_port}"}))
        signal.sigwait(ending)


if __name__ == "__main__":
    main()
