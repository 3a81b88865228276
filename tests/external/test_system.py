"""Asking an outside system over HTTP, and what becomes of endpoints that answer badly."""

from __future__ import annotations

import gzip
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.external.answers import ListedTable
from pulumi_bxbi.external.client import LARGEST_ANSWER_BYTES, EndpointError
from pulumi_bxbi.external.drift import Change, DeclaredColumn, DeclaredTable, drift_of
from pulumi_bxbi.external.system import ExternalSystem, Place
from tests.emulator.certificate import issued
from tests.external.outside import VALUES, Answer, OutsideSystem, column
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CONNECTION = [("connection[host]", "erp.example"), ("connection[password]", "hunter2")]


@pytest.fixture
def outside() -> Iterator[OutsideSystem]:
    with serving(OutsideSystem()) as server:
        yield server


def failure(ask: Callable[[], object]) -> str:
    """Return the text of the error, which repeats no value of a setting."""
    with pytest.raises(EndpointError) as caught:
        ask()
    said = str(caught.value)
    assert "hunter2" not in said
    assert "What to do: " in said
    assert len(said.splitlines()) == 3
    return said


def test_it_is_asked_as_the_portal_asks(outside: OutsideSystem) -> None:
    system = outside.system()

    assert system.tables() == (ListedTable("orders", "Orders"),)
    assert [each.code for each in system.columns("orders")] == ["id"]

    assert [(path, form) for path, _, form in outside.posted] == [
        ("/tables", [("searchString", ""), *CONNECTION]),
        ("/columns", [("table", "orders"), *CONNECTION]),
    ]
    assert all(
        headers["Content-Type"] == "application/x-www-form-urlencoded"
        for _, headers, _ in outside.posted
    )


def test_each_endpoint_is_called_once_a_table(outside: OutsideSystem) -> None:
    outside.tables["goods"] = [column("id")]
    system = outside.system()

    with ThreadPoolExecutor(8) as pool:
        for _ in range(10):
            pool.submit(system.tables)
            pool.submit(system.columns, "orders")
            pool.submit(system.columns, "goods")

    assert sorted(outside.requests) == ["/columns goods", "/columns orders", "/tables"]


def test_a_failure_is_one_call_too(outside: OutsideSystem) -> None:
    outside.answers["/tables"] = Answer("no", 503)
    system = outside.system()

    assert failure(system.tables) == failure(system.tables)

    assert outside.requests == ["/tables"]


def test_a_user_and_a_password_in_the_address_are_sent_and_not_shown(
    outside: OutsideSystem,
) -> None:
    address = outside.address.replace("://", "://svc:hunter2@")
    place = Place('connector 5 "ERP"', f"{address}/tables", f"{address}/columns", ())

    ExternalSystem(place).tables()
    outside.answers["/columns"] = Answer("no", 500)
    said = failure(lambda: ExternalSystem(place).columns("orders"))

    assert outside.posted[0][1]["Authorization"] == "Basic c3ZjOmh1bnRlcjI="
    assert f"at 127.0.0.1:{outside.server_port} failed" in said
    assert "hunter2" not in repr(place)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer("hunter2", 500), "The answer has HTTP status 500, and the portal accepts 200"),
        (Answer("hunter2", 403), "the endpoint refuses them"),
        (Answer("", 204), "HTTP status 204"),
        (
            Answer("", 302, {"Location": "https://evil.example/take?token=hunter2"}),
            "a redirect to evil.example (HTTP 302), which is not followed",
        ),
        (Answer("", 307, {"Location": "/hunter2"}), "a redirect (HTTP 307), which is not followed"),
        (Answer(b"<html>hunter2</html>"), "HTML"),
        (Answer(b'[{"code": "hunter2"'), "not all of it arrived"),
        (Answer(b"[]", headers={"Content-Length": "9"}), "connection broke before an answer came"),
        (Answer(b"[]", headers={"Content-Encoding": "gzip"}), "not HTTP as it should be"),
        (Answer(bytes(LARGEST_ANSWER_BYTES + 1)), "larger than 16 MiB"),
        (
            Answer(gzip.compress(bytes(2**20)) * 100, headers={"Content-Encoding": "gzip"}),
            "larger than 16 MiB",
        ),
    ],
)
def test_what_is_no_answer_is_one_finding(
    outside: OutsideSystem, answer: Answer, said: str
) -> None:
    outside.answers["/columns"] = answer

    told = failure(lambda: outside.system().columns("orders"))

    assert told.startswith(
        f'urlTableDescription of connector 5 "ERP" at 127.0.0.1:{outside.server_port} failed for '
        'table "orders".\n'
    )
    assert said in told
    assert outside.requests == ["/columns orders"]


@pytest.mark.parametrize(
    ("head", "each"),
    [
        (b"", b""),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", b"x"),
    ],
    ids=["silence", "a header without an end", "a body without an end"],
)
def test_an_endpoint_that_hangs_is_given_up(head: bytes, each: bytes) -> None:
    """Each byte comes in time, and the answer does not."""
    done = Event()

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(head)
            while not done.wait(0.02):
                connection.sendall(each)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=serve, args=(listening,))
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        place = Place('connector 5 "ERP"', f"{address}/tables", f"{address}/columns", VALUES)
        said = failure(ExternalSystem(place, timeout=0.3).tables)
        done.set()
        thread.join()

    assert "No answer within 0.3 seconds." in said
    assert "Where only the portal reaches the endpoints, run this on a machine that" in said


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:{port}/", "No connection: Connection refused."),
        ("http://outside.invalid/", "The host name is not known."),
        ("http://[e/", "The address cannot be called."),
        ("http://.../", "The request could not be made from these settings."),
    ],
)
def test_an_address_that_is_not_reached_from_here_says_what_can_be_done(
    address: str, said: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    place = Place('connector 5 "ERP"', address.format(port=port), "", VALUES)

    told = failure(ExternalSystem(place).tables)

    assert said in told
    assert "run this on a machine that reaches them too." in told


def test_a_certificate_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = issued(tmp_path, "outside.example")
    with serving(OutsideSystem(certificate)) as outside:
        unknown = failure(outside.system().tables)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate.authority)
        of_another = failure(outside.system().tables)

    assert "No secure connection: " in unknown
    assert "REQUESTS_CA_BUNDLE" in unknown
    assert "IP address mismatch" in of_another
    assert outside.posted == []


def test_ten_thousand_columns_are_read(outside: OutsideSystem) -> None:
    outside.tables["wide"] = [column(f"code_{number}") for number in range(10_000)]

    assert len(outside.system().columns("wide")) == 10_000


def test_what_has_changed_since_a_table_was_declared_costs_few_requests(
    outside: OutsideSystem,
) -> None:
    outside.tables["orders"] = [column("id", type_="int"), column("sum", type_="money")]
    declared = (DeclaredColumn("ID", "id", "string"), DeclaredColumn("DAY", "day", "date"))
    system = outside.system()

    found = drift_of(DeclaredTable("orders", "orders", declared), system)
    (lost,) = drift_of(DeclaredTable("sold", "sold", declared), system)

    assert [each.change for each in found] == [
        Change.COLUMN_RETYPED,
        Change.COLUMN_GONE,
        Change.COLUMN_NEW,
    ]
    assert [each.change.breaks_reports for each in found] == [True, True, False]
    assert lost.change is Change.TABLE_GONE
    # The second table was searched for by its code.
    assert outside.requests == ["/tables", "/columns orders", "/tables"]
