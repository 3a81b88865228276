"""What a connector's endpoints answer to this machine."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

import pytest

from pulumi_bxbi.portal.objects.endpoints import problems_of
from tests.serving import serving

Form: TypeAlias = "list[tuple[str, str]]"
Reply: TypeAlias = "tuple[int, bytes]"
Replies: TypeAlias = Callable[[str, Form], Reply]

ROWS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"10000\r\n%s\r\n" % bytes(65536)
PROPERTIES = {
    "urlCheck": "check",
    "urlTableList": "table_list",
    "urlTableDescription": "table_description",
    "urlData": "data",
}
EMPTY = [("connection[host]", ""), ("connection[password]", "")]
OK = (200, b"[]")


class Connector(ThreadingHTTPServer):
    """A connector that answers as a test says, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, replies: Replies) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies = replies
        self.asked: dict[str, Form] = {}

    @property
    def addresses(self) -> dict[str, str]:
        origin = f"http://127.0.0.1:{self.server_port}"
        return {name: f"{origin}/{path}" for name, path in PROPERTIES.items()}

    def problems(self, *parameters: str) -> dict[str, str]:
        return problems_of(self.addresses, parameters or ("host", "password"))


class _Handler(BaseHTTPRequestHandler):
    server: Connector

    def do_POST(self) -> None:
        assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        endpoint = self.path.removeprefix("/")
        form = parse_qsl(body, keep_blank_values=True, strict_parsing=True)
        self.server.asked[endpoint] = form
        status, answer = self.server.replies(endpoint, form)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def answering(**replies: Any) -> Replies:
    """Answer each endpoint with a status and JSON or bytes, others with an empty list."""

    def reply(endpoint: str, _form: Form) -> Reply:
        status, body = replies.get(endpoint, OK)
        return status, body if isinstance(body, bytes) else json.dumps(body).encode()

    return reply


def of_the_vendor(endpoint: str, form: Form) -> Reply:
    """Answer as the vendor's own connector application does, for a password that is wrong."""

    def failed(text: str) -> Reply:
        return 500, json.dumps({"error": text}).encode()

    given = dict(form)
    if not any(name.startswith("connection[") for name in given):
        return failed(f"Connection parameters are required for action: {endpoint}")
    if endpoint in {"table_description", "data"} and not re.fullmatch(
        "[a-z][a-z0-9_]*", given.get("table", "")
    ):
        return failed(f'Invalid table name: "{given.get("table")}"')
    fields = [value for name, value in form if name.startswith("select[")]
    if endpoint == "data" and not all(re.fullmatch("[A-Z][A-Z0-9_]*", each) for each in fields):
        return failed("Invalid field name")
    wrong = "SQLSTATE[HY000] [1045] Access denied for user"
    if endpoint == "check":
        return 200, json.dumps({"status": "ERROR", "message": wrong}).encode()
    return failed(wrong)


def test_the_vendors_own_connector_is_healthy() -> None:
    with serving(Connector(of_the_vendor)) as server:
        assert server.problems() == {}

        said = {
            path: json.loads(of_the_vendor(path, form)[1]) for path, form in server.asked.items()
        }
    assert said.keys() == set(PROPERTIES.values())
    assert all("Access denied" in (each.get("error") or each["message"]) for each in said.values())


def test_endpoints_get_what_a_portal_posts() -> None:
    described = [{"code": "id", "name": "ID", "type": "int"}, {"code": "x", "name": "X"}]
    listed = [{"code": "orders", "title": "O"}]
    replies = answering(table_list=(200, listed), table_description=(200, described))
    with serving(Connector(replies)) as server:
        assert server.problems() == {}

    assert server.asked == {
        "check": EMPTY,
        "table_list": [("searchString", ""), *EMPTY],
        "table_description": [("table", "orders"), *EMPTY],
        "data": [
            ("table", "orders"),
            ("select[0]", "ID"),
            ("limit", "1"),
            ("mapFields[id]", "ID"),
            *EMPTY,
        ],
    }


def test_an_id_of_a_table_is_its_code_for_rows() -> None:
    listed = [{"code": "orders", "title": "Orders", "id": "17"}]
    with serving(Connector(answering(table_list=(200, listed)))) as server:
        assert server.problems() == {}

    assert server.asked["table_description"][0] == ("table", "orders")
    assert server.asked["data"][0] == ("table", "17")


def test_a_connector_without_parameters_gets_no_connection() -> None:
    with serving(Connector(answering())) as server:
        assert problems_of(server.addresses, ()) == {}

    assert server.asked["check"] == []


@pytest.mark.parametrize("endpoint", PROPERTIES.values())
@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_a_refusal_is_a_sign_of_life(endpoint: str, status: int) -> None:
    with serving(Connector(answering(**{endpoint: (status, b"no")}))) as server:
        assert server.problems() == {}


@pytest.mark.parametrize("property_", PROPERTIES)
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"<html>Internal Server Error</html>"),
        (500, b""),
        (500, {"status": 500, "error": "Internal Server Error", "path": "/x"}),
        (500, {"error": {"code": 7}}),
        (502, b"Bad Gateway"),
        (503, ["error"]),
    ],
)
def test_an_error_of_the_server_is_told(property_: str, status: int, body: Any) -> None:
    with serving(Connector(answering(**{PROPERTIES[property_]: (status, body)}))) as server:
        assert server.problems() == {property_: f"answers with HTTP {status}"}


def test_a_check_that_fails_is_told_whatever_it_says() -> None:
    """With a connection, the vendor's own answers with HTTP 200 even to a wrong password."""
    with serving(Connector(answering(check=(500, {"error": "boom"})))) as server:
        assert server.problems() == {"urlCheck": "answers with HTTP 500"}


@pytest.mark.parametrize("property_", PROPERTIES)
def test_an_address_where_nothing_is_is_told(property_: str) -> None:
    tables = (200, [{"code": "orders", "title": "Orders"}])
    replies = {"table_list": tables, PROPERTIES[property_]: (404, b"nothing here")}
    with serving(Connector(answering(**replies))) as server:
        assert server.problems() == {property_: "answers with HTTP 404"}


def test_without_tables_none_can_be_found() -> None:
    missing = (404, b'There is no table "table"')
    with serving(Connector(answering(table_description=missing, data=missing))) as server:
        assert server.problems() == {}


def test_a_wrong_address_is_told_where_credentials_are_needed() -> None:
    refused, nothing = (403, b""), (404, b"nothing here")
    with serving(Connector(answering(table_list=refused, table_description=nothing))) as server:
        assert server.problems() == {"urlTableDescription": "answers with HTTP 404"}


@pytest.mark.parametrize(
    "listed",
    [b"", b"<html>", b"[", b"{}", b"[[]]", b'[{"code": 5}]', b'[{"title": "x"}]', b'{"error": 1}'],
)
def test_odd_tables_are_survived(listed: bytes) -> None:
    with serving(
        Connector(answering(table_list=(200, listed), table_description=(200, listed)))
    ) as server:
        assert server.problems() == {}

    assert dict(server.asked["data"])["table"] == "table"
    assert dict(server.asked["data"])["select[0]"] == "ID"


def test_endpoints_that_are_not_known_yet_are_not_asked() -> None:
    with serving(Connector(answering())) as server:
        known = {"urlData": server.addresses["urlData"]}
        assert problems_of(known, ["token"]) == {}

    assert list(server.asked) == ["data"]


def test_what_does_not_answer_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        closed = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    addresses = {"urlCheck": closed, "urlData": "http://.../"}

    assert problems_of(addresses, []) == dict.fromkeys(addresses, "does not answer")


def test_rows_without_an_end_are_not_read() -> None:
    """It takes what fits into the connection's buffers, and no more."""
    assert sent_without_an_end("urlData") < 64 * 2**20


def test_tables_without_an_end_are_read_only_at_their_beginning() -> None:
    assert sent_without_an_end("urlTableList") < 64 * 2**20


def sent_without_an_end(property_: str) -> int:
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
        thread = Thread(target=serve, args=(listening,))
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/data"
        assert problems_of({property_: address}, ["token"]) == {}
        thread.join()
    return sum(sent)
