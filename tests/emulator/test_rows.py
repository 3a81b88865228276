"""The rows of a table, which the portal asks the connector's endpoint for."""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

from tests.emulator.certificate import issued, start_over_tls
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.emulator.raw_portal import RawPortal, Start

COLUMNS = [
    {"name": "ID", "externalCode": "id", "type": "int"},
    {"name": "BUYER", "externalCode": "customer", "type": "string"},
    {"name": "AMOUNT", "externalCode": "amount", "type": "double"},
]


@dataclass(slots=True)
class Endpoint:
    """An endpoint of the outside world: what it answers, and what it was sent."""

    address: str
    status: int = 200
    body: bytes = b"[]"
    requests: list[tuple[str, str, str]] = field(default_factory=list)

    def answers(self, answer: object, status: int = 200) -> None:
        """Answer with bytes, or with something as JSON."""
        self.body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.status = status


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint that listens on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.requests.append((self.path, self.headers["Content-Type"], body))
            self.send_response(asked.status)
            self.end_headers()
            self.wfile.write(asked.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(HTTPServer(("127.0.0.1", 0), Handler)) as server:
        asked = Endpoint(f"http://127.0.0.1:{server.server_port}/data?key=k")
        yield asked


def add_table(portal: RawPortal, **connector: str) -> None:
    """Add source 1 and table 1, and change the connector."""
    settings = {"login": "a & b", "password": "s=1&t=[2]"}
    source = {"title": "CRM", "connectorId": 123, "settings": settings}
    portal.result("biconnector.source.add", {"fields": source})
    names = {"name": "orders", "externalName": "Orders", "externalCode": "orders_v1"}
    portal.result("biconnector.table.add", {"fields": {"sourceId": 1, **names, "fields": COLUMNS}})
    if connector:
        portal.result("biconnector.connector.update", {"id": 123, "fields": connector})


def rows(portal: RawPortal, query: str = "table=1") -> tuple[int, Any]:
    """Ask for rows; return the status and the answer."""
    response = portal.http("GET", f"/__emulator__/rows?{query}")
    return response.status_code, response.json()


def given_rows(portal: RawPortal) -> Any:
    """Ask for rows; return the columns and the rows alone."""
    answer = rows(portal)[1]
    return {key: answer[key] for key in ("columns", "rows")}


def shown_rows(portal: RawPortal) -> str:
    """Return what the page shows below the table."""
    return portal.http("GET", "/__emulator__/page/rows?table=1").text


def refused(portal: RawPortal) -> str:
    """Ask for rows of an endpoint that gives none, and return why."""
    status, body = rows(portal)
    assert (status, body.keys()) == (502, {"error"})
    return str(body["error"])


def test_the_portals_own_endpoint_gives_rows(portal: RawPortal) -> None:
    add_table(portal)
    status, body = rows(portal)
    assert status == 200
    assert body["columns"] == ["id", "customer", "amount"]
    assert len(body["rows"]) == 10
    assert body["rows"][0] == [1, "Ромашка", 1250.5]
    assert rows(portal, "table=1&limit=2")[1]["rows"] == body["rows"][:2]


def test_a_portal_with_a_certificate_asks_itself(start: Start, tmp_path: Path) -> None:
    portal = start_over_tls(start, issued(tmp_path, "127.0.0.1"))
    add_table(portal)
    assert rows(portal, "table=1&limit=1")[1]["rows"] == [[1, "Ромашка", 1250.5]]


def test_the_request_is_what_bi_builder_sends(portal: RawPortal, endpoint: Endpoint) -> None:
    add_table(portal, urlData=endpoint.address)
    columns = portal.objects()["tables"][0]["fields"]
    hidden = [{"id": columns[2]["id"], "visible": False}]
    portal.result("biconnector.table.fields.update", {"id": 1, "update": hidden})
    endpoint.answers([["id", "customer"], [1, None]])
    assert rows(portal, "table=1&limit=7") == (
        200,
        {"columns": ["id", "customer"], "rows": [[1, None]], "leftOut": [], "hidden": []},
    )
    ((path, kind, body),) = endpoint.requests
    assert (path, kind) == ("/data?key=k", "application/x-www-form-urlencoded")
    assert parse_qsl(body, strict_parsing=True) == [
        ("table", "orders_v1"),
        ("select[0]", "ID"),
        ("select[1]", "BUYER"),
        ("limit", "7"),
        ("mapFields[id]", "ID"),
        ("mapFields[customer]", "BUYER"),
        ("connection[login]", "a & b"),
        ("connection[password]", "s=1&t=[2]"),
    ]


def test_a_source_may_be_created_whose_rows_are_refused(
    portal: RawPortal, endpoint: Endpoint
) -> None:
    """The vendor's own connector answers its check so where the password is wrong."""
    endpoint.answers({"status": "ERROR", "message": "Access denied"})
    addresses = {"urlCheck": endpoint.address, "urlData": endpoint.address}
    portal.result("biconnector.connector.update", {"id": 123, "fields": addresses})
    add_table(portal)
    endpoint.answers({"error": "Access denied"}, 500)
    assert refused(portal) == "urlData answered with HTTP 500"


def test_an_endpoint_that_ignores_the_limit_is_cut_short(
    portal: RawPortal, endpoint: Endpoint
) -> None:
    add_table(portal, urlData=endpoint.address)
    endpoint.answers([["id"], *([number] for number in range(20))])
    assert [row for (row,) in rows(portal)[1]["rows"]] == list(range(10))


def test_any_json_is_a_value(portal: RawPortal, endpoint: Endpoint) -> None:
    add_table(portal, urlData=endpoint.address)
    answer = [["id", "who", "what"], [True, {"a": [1]}, "\N{PILE OF POO} <b>"]]
    endpoint.answers(answer)
    assert given_rows(portal) == {"columns": answer[0], "rows": answer[1:]}


def test_any_json_is_shown_on_the_page(portal: RawPortal, endpoint: Endpoint) -> None:
    add_table(portal, urlData=endpoint.address)
    endpoint.answers([["id", "<b>"], [None, {"a": "é"}]])
    shown = shown_rows(portal)
    assert "<caption>1 row, no more</caption>" in shown
    assert '<th scope="col" class="number">ID</th>' in shown
    assert "&lt;b&gt;</span></th>" in shown
    assert '<td class="number"><span class="faint">null</span></td>' in shown
    assert '{"a": "é"}</td>' in shown


def test_a_table_may_have_no_rows(portal: RawPortal, endpoint: Endpoint) -> None:
    add_table(portal, urlData=endpoint.address)
    endpoint.answers([["id"]])
    assert given_rows(portal) == {"columns": ["id"], "rows": []}
    assert "<caption>No rows</caption>" in shown_rows(portal)


def test_what_the_endpoint_leaves_out_and_what_is_hidden_is_told(
    portal: RawPortal, endpoint: Endpoint
) -> None:
    add_table(portal, urlData=endpoint.address)
    fields = portal.result("biconnector.table.get", {"id": 1})["item"]["fields"]
    hidden = [{"id": fields[1]["id"], "visible": False}]
    portal.result("biconnector.table.fields.update", {"id": 1, "update": hidden})
    endpoint.answers([["id", "customer"], [1, "Ann"]])

    assert {key: rows(portal)[1][key] for key in ("leftOut", "hidden")} == {
        "leftOut": ["AMOUNT"],
        "hidden": ["BUYER"],
    }
    page = shown_rows(portal)
    assert "The endpoint did not send AMOUNT." in page
    assert "The endpoint sent BUYER, hidden here, without being asked." in page
    endpoint.answers([["id", "amount"], [1, 2]])
    assert "The endpoint" not in shown_rows(portal)


def test_an_empty_list_is_a_table_without_rows(portal: RawPortal, endpoint: Endpoint) -> None:
    add_table(portal, urlData=endpoint.address)
    endpoint.answers([])
    assert given_rows(portal) == {"columns": [], "rows": []}
    assert shown_rows(portal) == '<p class="none">No rows.</p>'


NOT_JSON = "urlData answered with something that is not JSON"
NO_LISTS = "urlData answered with JSON that is not a list of lists"
NO_CODES = "urlData answered without the codes of the columns in the first list"


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (b"", NOT_JSON),
        (b"<html>", NOT_JSON),
        (b"\xff\xfe\xff", NOT_JSON),
        (b"[" * 100_000, NOT_JSON),
        (b'[["id"], [NaN]]', NOT_JSON),
        (b'[["id"], [1e999]]', NOT_JSON),
        (b'[["id"], ["\\ud800"]]', NOT_JSON),
        ({"error": "no"}, NO_LISTS),
        ([["id"], {"id": 1}], NO_LISTS),
        ([[]], NO_CODES),
        ([[], []], NO_CODES),
        ([[1, 2], [3, 4]], NO_CODES),
        (
            [["id", "who"], [1, "a"], [2]],
            "urlData answered with row 2 of 1 values for 2 columns",
        ),
        (b" " * (16 * 1024 * 1024 + 1), "urlData answered with more than 16 MiB"),
    ],
)
def test_nonsense_is_told(
    portal: RawPortal, endpoint: Endpoint, answer: object, complaint: str
) -> None:
    add_table(portal, urlData=endpoint.address)
    endpoint.answers(answer)
    assert refused(portal) == complaint


@pytest.mark.parametrize("status", [204, 302, 404, 503])
def test_a_status_is_told(portal: RawPortal, endpoint: Endpoint, status: int) -> None:
    add_table(portal, urlData=endpoint.address)
    endpoint.answers(b"", status)
    assert refused(portal) == f"urlData answered with HTTP {status}"


def test_silence_is_told(portal: RawPortal) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        add_table(portal, urlData=f"http://127.0.0.1:{closed.getsockname()[1]}/")
        assert refused(portal) == "urlData did not answer: Connection refused"


def test_another_protocol_is_told(portal: RawPortal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        add_table(portal, urlData=f"http://127.0.0.1:{server.getsockname()[1]}/")

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"SSH-2.0\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        assert refused(portal) == "urlData did not answer in HTTP: BadStatusLine"
        thread.join()


@pytest.mark.parametrize(
    "address",
    ["orders.csv", "ftp://e.example/", "http://[", "http://e:x/", "http://a b/", "http://.../"],
)
def test_what_is_no_address_is_told(portal: RawPortal, address: str) -> None:
    add_table(portal, urlData=address)
    assert refused(portal) == "urlData is not an address that can be called"


def test_a_vanished_connector_is_told(start: Start) -> None:
    source = {"id": 1, "title": "S", "connectorId": 9, "connectorVanished": True, "settings": {}}
    names = {"name": "orders", "externalName": "Orders", "externalCode": "orders"}
    table = {"id": 1, "sourceId": 1, **names, "fields": COLUMNS}
    portal = start(seed={"sources": [source], "tables": [table]})
    assert refused(portal) == "the connector of the table's source is gone"


@pytest.mark.parametrize(
    ("query", "status", "complaint"),
    [
        ("", 400, "table: must be the id of a table"),
        ("table=x", 400, "table: must be the id of a table"),
        ("table=1&limit=0", 400, "limit: must be between 1 and 1000"),
        ("table=1&limit=1001", 400, "limit: must be between 1 and 1000"),
        ("table=1&limit=ten", 400, "limit: must be between 1 and 1000"),
        ("table=1", 404, "table: 1 does not exist"),
    ],
)
def test_a_wrong_question_is_refused(
    portal: RawPortal, query: str, status: int, complaint: str
) -> None:
    assert rows(portal, query) == (status, {"error": complaint})


def test_asking_for_rows_is_no_call(portal: RawPortal) -> None:
    add_table(portal)
    before = portal.calls()
    rows(portal)
    assert portal.calls() == before
