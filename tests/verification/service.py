"""A connector service on loopback that keeps every rule, and that tests change one by one."""

from __future__ import annotations

import json
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, TypeAlias

from examples.warehouse.service.form import parse
from pulumi_bxbi.verification.subject import Parameter, Subject
from tests.verification.conditions import meets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from examples.warehouse.service.form import Form
    from pulumi_bxbi.external.drift import DeclaredTable
    from tests.emulator.certificate import Certificate

#: The right values of the settings; the first one is a secret.
TOKEN = "hunter2hunter2"
YEAR = "2026"

Cells: TypeAlias = "list[list[Any]]"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint answers: JSON, or the bytes of a body."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


REFUSED = Answer("refused", 403)
NOT_FOUND = Answer("not found", 404)
INVALID = Answer("invalid", 400)


@dataclass(slots=True)
class Column:
    """A column: its code, the name that people see, and its type."""

    code: str
    name: str
    type: str


@dataclass(slots=True)
class Table:
    """A table; where it has an id, rows are asked for with that in place of the code."""

    code: str
    title: str
    columns: list[Column]
    rows: Cells
    id: str = ""

    def place(self, code: str) -> int:
        return [each.code for each in self.columns].index(code)


def orders() -> Table:
    """Return a table with a column of each type, of which each has a value that is missing."""
    columns = [
        Column("id", "Number", "int"),
        Column("customer", "Заказчик", "string"),
        Column("amount", "Amount due", "double"),
        Column("paid", "Paid", "money"),
        Column("day", "Day", "date"),
        Column("changed", "Changed at", "datetime"),
        Column("moment", "Moment", "timezone"),
    ]
    moment = "2026-09-20T10:00:00+02:00"
    rows: Cells = [
        [1, "Ромашка", 10.5, "12.50 USD", "2026-09-01", "2026-09-01 10:00:00", moment],
        [2, "Acme 😀", 7, 100, "2026-09-02", "2026-09-02 10:00:00", moment],
        [3, "Globex", 99.25, "7,5", "2026-09-02", "2026-09-03 10:00:00", None],
        [4, None, None, None, None, None, moment],
        [5, "Initech", -3.5, -1, "2024-02-29", "2026-09-04 23:59:59", moment],
        [6, "Василёк", 10.5, "0", "2026-09-05", "2026-09-05 00:00:00", moment],
    ]
    return Table("orders", "Orders", columns, rows)


def goods() -> Table:
    """Return a table whose rows are asked for with its id."""
    columns = [Column("sku", "SKU", "string"), Column("price", "PRICE", "double")]
    return Table("goods", "Товары", columns, [["a", 1.5], ["b", "2.5"], ["c", 3]], "goods_v2")


def empty() -> Table:
    return Table(
        "empty", "Empty", [Column("id", "ID", "int"), Column("name", "NAME", "string")], []
    )


Change: TypeAlias = "Callable[[Service, Form, Answer], Any]"


class Service(ThreadingHTTPServer):
    """Serves tables to who has the right values of the settings.

    Attributes:
        tables: The tables.
        urls: The address of each endpoint.
        changes: What becomes of the answers of an endpoint, by its path.
        asked: What was asked: path and form.
        now: The time of a clock that stands still; a change may move it.
        released: Lets the requests end that hang.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, certificate: Certificate | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.chain)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            scheme = "https"
        address = f"{scheme}://127.0.0.1:{self.server_port}"
        self.urls = {
            path: f"{address}{path}" for path in ("/check", "/tables", "/columns", "/data")
        }
        self.tables = [orders(), goods(), empty()]
        self.changes: dict[str, Change] = {}
        self.asked: list[tuple[str, Form]] = []
        self.now = 0.0
        self.released = threading.Event()

    def subject(
        self,
        name: str = 'source 4 "CRM"',
        tables: Sequence[DeclaredTable] | None = None,
        parameters: Sequence[Parameter] = (
            Parameter("token", "STRING", TOKEN),
            Parameter("year", "INT", YEAR),
        ),
    ) -> Subject:
        """Return the endpoints with the right values."""
        return Subject(
            name,
            self.urls["/check"],
            self.urls["/tables"],
            self.urls["/columns"],
            self.urls["/data"],
            tuple(parameters),
            None if tables is None else tuple(tables),
        )

    def server_close(self) -> None:
        self.released.set()
        super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Leave it to the client to tell what went wrong."""

    def answer(self, path: str, form: Form) -> Answer:
        right = self.right(path, form)
        change = self.changes.get(path)
        found = change(self, form, right) if change else right
        return found if isinstance(found, Answer) else Answer(found)

    def right(self, path: str, form: Form) -> Answer:
        """Return the answer that keeps every rule."""
        if not self.lets_in(form.get("connection", {})):
            return REFUSED
        if path == "/check":
            return Answer("ok")
        if path == "/tables":
            return Answer(self.listed(str(form["searchString"]).casefold()))
        asked = str(form["table"]).strip()
        if path == "/columns":
            table = next((each for each in self.tables if each.code == asked), None)
            return Answer([described(each) for each in table.columns]) if table else NOT_FOUND
        table = next((each for each in self.tables if (each.id or each.code) == asked), None)
        return self.rows(table, form) if table else NOT_FOUND

    def lets_in(self, connection: Any) -> bool:
        return bool(connection == {"token": TOKEN, "year": YEAR})

    def listed(self, searched: str) -> list[dict[str, str]]:
        return [
            {"code": each.code, "title": each.title, **({"id": each.id} if each.id else {})}
            for each in self.tables
            if searched in each.title.casefold() or searched in each.code
        ]

    def rows(self, table: Table, form: Form) -> Answer:
        place_of = {each.code: place for place, each in enumerate(table.columns)}
        codes = list(place_of)
        names = {code: code for code in codes}
        names |= {name: code for code, name in group(form, "mapFields").items()}
        selected = list(group(form, "select").values()) or codes
        if not set(selected) <= set(names):
            return INVALID
        places = [place_of[names[name]] for name in selected]
        types = {name: table.columns[place_of[code]].type for name, code in names.items()}
        rows = []
        for row in table.rows:
            cells = {name: row[place_of[code]] for name, code in names.items()}
            if meets(group(form, "filter"), cells, types):
                rows.append([row[place] for place in places])
        limit = form.get("limit")
        number = len(rows) if limit is None else int(str(limit))
        return Answer([[codes[place] for place in places], *rows[:number]])


def group(form: Form, name: str) -> dict[str, Any]:
    found = form.get(name, {})
    assert isinstance(found, dict)
    return found


def described(column: Column) -> dict[str, str]:
    return {"code": column.code, "name": column.name, "type": column.type}


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        form = parse(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, form))
        answer = self.server.answer(self.path, form)
        given = answer.body
        sent = given if isinstance(given, bytes) else json.dumps(given).encode()
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(sent)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
