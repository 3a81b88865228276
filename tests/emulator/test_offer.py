"""The tables that a connector's endpoints offer, as the page shows them for a source."""

from __future__ import annotations

import html
import re
import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.certificate import issued, start_over_tls
from tests.external.outside import Answer, OutsideSystem, column
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.emulator.raw_portal import RawPortal, Start

SETTINGS = {"login": "a & b", "password": "hunter2"}
COLUMNS = [
    {"name": "ID", "externalCode": "id", "type": "int"},
    {"name": "AMOUNT", "externalCode": "amount", "type": "double"},
]


@pytest.fixture
def outside() -> Iterator[OutsideSystem]:
    with serving(OutsideSystem()) as server:
        server.tables["orders"] = [column("id"), column("amount")]
        yield server


def use(portal: RawPortal, address: str) -> None:
    """Direct the connector 123 to an outside system."""
    addresses = {"urlTableList": f"{address}/tables", "urlTableDescription": f"{address}/columns"}
    portal.result("biconnector.connector.update", {"id": 123, "fields": addresses})


@pytest.fixture
def source(portal: RawPortal, outside: OutsideSystem) -> int:
    """A source of the outside system."""
    use(portal, outside.address)
    return add_source(portal)


def add_source(portal: RawPortal) -> int:
    fields = {"title": "CRM", "connectorId": 123, "settings": SETTINGS}
    return int(portal.result("biconnector.source.add", {"fields": fields})["id"])


def add_table(portal: RawPortal, source: int, name: str = "orders", **changes: Any) -> int:
    names = {"name": name, "externalName": name.title(), "externalCode": name}
    fields = {"sourceId": source, **names, "fields": COLUMNS, **changes}
    return int(portal.result("biconnector.table.add", {"fields": fields})["id"])


def offer(portal: RawPortal, source: object) -> str:
    """Return what the page shows when a person opens the tables of a source."""
    response = portal.http("GET", f"/__emulator__/page/tables?source={source}")
    assert response.status_code == 200
    return response.text


def read(markup: str) -> str:
    """Return what a person reads in markup."""
    without = re.sub(r"</?(?:a|code|wbr)\b[^>]*>", "", markup)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", without)).split())


def rows(markup: str) -> list[str]:
    """Return what a person reads of each offered table."""
    return [read(each) for each in re.findall(r"<tbody>(.*)</tbody>", markup)[0].split("</tr>")][
        :-1
    ]


def problems(markup: str) -> list[str]:
    return [read(each) for each in re.findall(r'<p class="problem">.*?</p>', markup)]


def test_each_source_can_be_opened(portal: RawPortal, source: int) -> None:
    page = portal.http("GET", "/").text
    assert f'id="offer-{source}"' in page
    assert f'data-load="/__emulator__/page/tables?source={source}"' in page


def test_the_page_says_which_offered_tables_are_made(
    portal: RawPortal, outside: OutsideSystem, source: int
) -> None:
    outside.tables = {"goods": [column("sku")], **outside.tables}
    first = add_table(portal, source)
    second = add_table(portal, source, "orders_again", externalCode="orders")
    shown = offer(portal, source)
    assert "2 tables offered, 1 made" in read(shown)
    assert rows(shown) == ["orders Orders orders orders_again", "goods Goods not made"]
    assert re.findall(r'href="([^"]*)"', shown) == [f"#table-{first}", f"#table-{second}"]
    assert problems(shown) == []


def test_tables_of_other_sources_do_not_count(portal: RawPortal, source: int) -> None:
    add_table(portal, add_source(portal))
    shown = offer(portal, source)
    assert rows(shown) == ["orders Orders not made"]


def test_a_source_without_tables_is_shown_what_it_could_have(
    portal: RawPortal, outside: OutsideSystem, source: int
) -> None:
    shown = offer(portal, source)
    assert "1 table offered, 0 made" in read(shown)
    assert outside.requests == ["/tables"]


def test_the_requests_are_what_a_portal_sends(
    portal: RawPortal, outside: OutsideSystem, source: int
) -> None:
    add_table(portal, source)
    add_table(portal, source, "orders_again", externalCode="orders")
    offer(portal, source)
    values = [("connection[login]", "a & b"), ("connection[password]", "hunter2")]
    assert [(path, form) for path, _, form in outside.posted] == [
        ("/tables", [("searchString", ""), *values]),
        ("/columns", [("table", "orders"), *values]),
    ]
    kinds = {headers["Content-Type"] for _, headers, _ in outside.posted}
    assert kinds == {"application/x-www-form-urlencoded"}


def test_columns_that_are_not_described_any_more_are_named(
    portal: RawPortal, outside: OutsideSystem, source: int
) -> None:
    add_table(portal, source)
    outside.tables["orders"] = [column("id"), column("total")]
    assert problems(offer(portal, source)) == [
        "orders: the endpoints do not describe AMOUNT any more."
    ]


def test_a_table_that_is_not_offered_any_more_is_named(
    portal: RawPortal, outside: OutsideSystem, source: int
) -> None:
    add_table(portal, source)
    outside.tables = {}
    shown = offer(portal, source)
    assert "The endpoints offer no table." in read(shown)
    assert problems(shown) == ["orders: the endpoints do not offer this table any more."]


def test_an_id_is_the_external_code_and_the_code_gets_the_description(
    portal: RawPortal, outside: OutsideSystem, source: int
) -> None:
    outside.answers["/tables"] = Answer([{"code": "orders", "title": "Orders", "id": 17}])
    add_table(portal, source, externalCode="17")
    shown = offer(portal, source)
    assert rows(shown) == ["17 Orders orders"]
    assert problems(shown) == []
    assert outside.requests == ["/tables", "/columns orders"]


def test_a_description_that_fails_is_told_of_its_table(
    portal: RawPortal, outside: OutsideSystem, source: int
) -> None:
    outside.tables["goods"] = [column("id")]
    add_table(portal, source)
    add_table(portal, source, "goods")
    outside.answers["/columns"] = Answer([{"code": "id", "name": "", "type": "int"}])
    why = "the columns are not compared: urlTableDescription answered with object 1 without a name."
    assert problems(offer(portal, source)) == [f"orders: {why}", f"goods: {why}"]
    outside.answers["/columns"] = Answer([])
    why = "the columns are not compared: urlTableDescription answered with an empty list."
    assert problems(offer(portal, source)) == [f"orders: {why}", f"goods: {why}"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer([], status=500), "answered with HTTP 500"),
        (Answer(b"", status=302), "answered with HTTP 302"),
        (Answer(b"<html>"), "answered with something that is not JSON"),
        (Answer(b'[{"code": "a'), "answered with something that is not JSON"),
        (Answer(b"\xff\xfe"), "answered with something that is not JSON"),
        (Answer(b'[{"code": "\\ud800"}]'), "answered with something that is not JSON"),
        (Answer({"code": "orders"}), "answered with JSON that is not a list of objects"),
        (Answer([["orders"]]), "answered with JSON that is not a list of objects"),
        (Answer([{"code": "orders"}]), "answered with object 1 without a title"),
        (Answer([{"code": True, "title": "Orders"}]), "answered with object 1 without a code"),
        (Answer(b" " * (16 * 1024 * 1024 + 1)), "answered with more than 16 MiB"),
    ],
)
def test_a_list_that_cannot_be_used_is_told_in_words(
    portal: RawPortal, outside: OutsideSystem, source: int, answer: Answer, why: str
) -> None:
    add_table(portal, source)
    outside.answers["/tables"] = answer
    assert offer(portal, source) == f'<p class="problem">No tables: urlTableList {why}.</p>'
    assert outside.requests == ["/tables"]


def test_silence_and_what_is_no_address_are_told(portal: RawPortal, source: int) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        use(portal, f"http://127.0.0.1:{closed.getsockname()[1]}")
        assert "urlTableList did not answer: Connection refused." in offer(portal, source)
    use(portal, "file:///etc")
    assert "urlTableList is not an address that can be called." in offer(portal, source)


@contextmanager
def never_ending() -> Iterator[str]:
    """Serve answers whose header never ends."""
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Endless: ")
            while not over.wait(0.2):
                connection.sendall(b"x")

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                threading.Thread(target=drip, args=(connection,)).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)
            accepting.join()


def test_an_answer_that_never_ends_is_given_up(start: Start) -> None:
    with never_ending() as address:
        portal = start()
        use(portal, address)
        source = add_source(portal)
        assert problems(offer(portal, source)) == [
            "No tables: urlTableList gave no answer within 5 seconds."
        ]
        # Neither is the portal's end held up.
        portal.process.terminate()
        assert portal.process.wait(30) == 0


def test_a_portal_without_endpoint_checks_asks_nobody(start: Start, outside: OutsideSystem) -> None:
    portal = start("--no-endpoint-checks")
    use(portal, outside.address)
    assert problems(offer(portal, add_source(portal))) == [
        "No tables: with --no-endpoint-checks the portal asks no endpoint."
    ]
    assert outside.posted == []


def test_a_portal_with_a_certificate_asks_itself(start: Start, tmp_path: Path) -> None:
    portal = start_over_tls(start, issued(tmp_path, "127.0.0.1"))
    source = add_source(portal)
    add_table(portal, source)
    assert rows(offer(portal, source)) == ["orders Orders orders"]


def test_a_vanished_connector_is_told(start: Start) -> None:
    source = {"id": 1, "title": "S", "connectorId": 9, "connectorVanished": True, "settings": {}}
    portal = start(seed={"sources": [source]})
    assert problems(offer(portal, 1)) == ["No tables: the connector of this source is gone."]


@pytest.mark.parametrize("source", [1, "", "x"])
def test_tables_of_no_source_are_told(portal: RawPortal, source: object) -> None:
    assert problems(offer(portal, source)) == ["No tables: this source does not exist."]


def test_nothing_of_an_answer_is_markup_and_no_error_shows_it(
    portal: RawPortal, outside: OutsideSystem, source: int
) -> None:
    text = "<script>x</script>&amp;\N{PILE OF POO}"
    outside.answers["/tables"] = Answer([{"code": text, "title": text}])
    shown = offer(portal, source)
    assert "<script>" not in shown
    assert rows(shown) == [f"{text} {text} not made"]
    outside.answers["/tables"] = Answer([{"code": "hunter2", "title": None}])
    shown = offer(portal, source)
    outside.answers["/tables"] = Answer(b"wrong password: hunter2", status=403)
    assert "hunter2" not in shown + offer(portal, source)


def test_of_very_many_tables_the_made_ones_are_shown(
    portal: RawPortal, outside: OutsideSystem, source: int
) -> None:
    add_table(portal, source)
    outside.tables = {**{f"t{number}": [] for number in range(250)}, **outside.tables}
    shown = offer(portal, source)
    assert "251 tables offered, 1 made" in read(shown)
    assert len(rows(shown)) == 200
    assert rows(shown)[:2] == ["orders Orders orders", "t0 T0 not made"]
    assert "51 more tables not shown." in read(shown)


def test_looking_at_the_offer_is_no_call(portal: RawPortal, source: int) -> None:
    before = portal.calls()
    offer(portal, source)
    assert portal.calls() == before
