"""An outside system whose endpoints answer what a test tells them to."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from pulumi_bxbi.external.system import ExternalSystem, Place

if TYPE_CHECKING:
    from tests.emulator.certificate import Certificate
    from tests.local_portal import LocalPortal

#: A parameter of a connector, which its sources give a text.
TEXT = "STRING"
#: One that they give a whole number.
NUMBER = "INT"
#: The values of the settings; the second one is a secret.
VALUES = (("host", "erp.example"), ("password", "hunter2"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint answers: JSON, or the bytes of a body."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def column(code: str, name: str = "", type_: str = "string") -> dict[str, str]:
    """Describe a column as the documentation has it."""
    return {"code": code, "name": name or code, "type": type_}


def add_connector(portal: LocalPortal, address: str, **parameters: str) -> int:
    """Add a connector with endpoints at an address, and parameters of these types."""
    return portal.add(
        "connector",
        title="ERP",
        logo="https://acme.example/logo.svg",
        urlCheck=f"{address}/check",
        urlTableList=f"{address}/tables",
        urlTableDescription=f"{address}/columns",
        urlData=f"{address}/data",
        settings=[
            {"code": code, "name": code.title(), "type": type_}
            for code, type_ in parameters.items()
        ],
    )


class OutsideSystem(ThreadingHTTPServer):
    """Serves the tables that it has, as a connector's endpoints do.

    Attributes:
        tables: The columns of each table, by its code.
        lists_at_most: How many tables it lists at a time; a search finds any.
        answers: What an endpoint answers in place of that, by its path.
        posted: What was posted: path, headers and form.
    """

    daemon_threads = True

    def __init__(self, certificate: Certificate | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.chain)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            self.scheme = "https"
        self.tables: dict[str, list[dict[str, str]]] = {"orders": [column("id", type_="int")]}
        self.lists_at_most = 1000
        self.answers: dict[str, Answer] = {}
        self.posted: list[tuple[str, dict[str, str], list[tuple[str, str]]]] = []

    @property
    def address(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    @property
    def requests(self) -> list[str]:
        """What was asked for: the path, and the table where one is named."""
        return [
            " ".join(filter(None, (path, dict(form).get("table")))) for path, _, form in self.posted
        ]

    def system(self, timeout: float = 10.0) -> ExternalSystem:
        """Return the client of it."""
        place = Place(
            'connector 5 "ERP"', f"{self.address}/tables", f"{self.address}/columns", VALUES
        )
        return ExternalSystem(place, timeout)

    def answer(self, path: str, form: dict[str, str]) -> Answer:
        if path in self.answers:
            return self.answers[path]
        if path == "/tables":
            found = [each for each in self.tables if form.get("searchString", "") in each]
            listed = found[: self.lists_at_most]
            return Answer([{"code": each, "title": each.title()} for each in listed])
        if path == "/columns":
            return Answer(self.tables[form["table"]])
        return Answer("ok")

    def handle_error(self, request: object, client_address: object) -> None:
        """Leave it to the client to tell what went wrong."""


class _Handler(BaseHTTPRequestHandler):
    server: OutsideSystem

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = parse_qsl(body, keep_blank_values=True, strict_parsing=bool(body))
        self.server.posted.append((self.path, dict(self.headers), form))
        answer = self.server.answer(self.path, dict(form))
        given = answer.body
        sent = given if isinstance(given, bytes) else json.dumps(given).encode()
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(sent)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
