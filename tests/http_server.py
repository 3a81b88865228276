"""A server on loopback that answers what a test tells it to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Response:
    """What the server sends; a ``status`` of 0 closes the connection instead."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What the server got; the ``body`` of a GET is its query."""

    path: str
    headers: dict[str, str]
    body: Any


class Server(ThreadingHTTPServer):
    """Answers with its responses in turn, and with the last one from then on.

    Attributes:
        tells_time: Whether its answers have the header ``Date``.
    """

    daemon_threads = True
    tells_time = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.responses: list[Response] = []
        self.requests: list[Request] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """Leave it to the client to tell what went wrong."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answers(self, *responses: Response | dict[str, Any]) -> None:
        self.responses = [
            each if isinstance(each, Response) else Response(json.dumps(each).encode())
            for each in responses
        ]

    def respond(self, _request: Request) -> Response:
        return self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    #: Else the body of an answer waits 40 ms for the client's acknowledgement of the head.
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def do_GET(self) -> None:
        self.answer(dict(parse_qsl(urlsplit(self.path).query)))

    def answer(self, body: Any) -> None:
        request = Request(self.path, dict(self.headers), body)
        self.server.requests.append(request)
        response = self.server.respond(request)
        if response.status == 0:
            self.close_connection = True
            return
        if self.server.tells_time:
            self.send_response(response.status)
        else:
            self.send_response_only(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        length = len(response.body) if response.length is None else response.length
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(response.body)
        if length != len(response.body):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""
