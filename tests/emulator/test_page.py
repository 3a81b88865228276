"""The page for people, as a browser gets it; `tests/browser` looks at it through one."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from tests.emulator.raw_portal import RawPortal, Start

CRM = {
    "title": "CRM",
    "connectorId": 123,
    "settings": {"login": "hidden-1", "password": "hidden-2"},
}
COLUMNS = [{"name": "ID", "externalCode": "id", "type": "int"}]
ORDERS = {"name": "orders", "externalName": "Orders", "externalCode": "orders", "fields": COLUMNS}


def page(portal: RawPortal) -> str:
    """Return the page."""
    response = portal.http("GET", "/")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    return response.text


def text(markup: str) -> str:
    """Return markup without what only forms the text."""
    return " ".join(html.unescape(re.sub(r"</?(?:code|span|wbr)\b[^>]*>", "", markup)).split())


def rows(portal: RawPortal, table: object) -> str:
    """Return what the page shows for the rows of a table."""
    response = portal.http("GET", f"/__emulator__/page/rows?table={table}")
    assert response.status_code == 200
    return response.text


def test_the_page_says_where_it_is(portal: RawPortal, legacy: RawPortal) -> None:
    assert f"{portal.address}, the current API, limits off" in text(page(portal))
    assert f"{legacy.address}, the API of 2025, limits off" in text(page(legacy))


def test_a_portal_without_anything_says_so(start: Start) -> None:
    read = text(page(start(seed={})))
    assert "0 connectors, 0 sources, 0 tables" in read
    assert "There is nothing yet." in read
    assert "Nothing was called yet." in read


def test_nothing_of_a_title_is_markup(portal: RawPortal) -> None:
    title = """<script>x</script>&amp;<!--"'>\N{PILE OF POO} Заказы\x00"""
    portal.result("biconnector.source.add", {"fields": {**CRM, "title": title}})
    read = page(portal)
    assert "<script>" not in read
    assert html.escape(title, quote=False) in read


def test_keys_are_shown_and_values_never(portal: RawPortal) -> None:
    portal.result("biconnector.source.add", {"fields": {**CRM, "settings": {"login": "hidden-1"}}})
    url = "http://hidden-3:hidden-4@127.0.0.1:1/data?token=hidden-5#hidden-6"
    portal.result("biconnector.connector.update", {"id": 123, "fields": {"urlData": url}})
    portal.result("biconnector.table.add", {"fields": {**ORDERS, "sourceId": 1}})
    portal.post("biconnector.source.list")
    shown = page(portal) + rows(portal, 1)
    assert "<code>login</code></li><li><code>password</code> empty</li>" in shown
    assert "http://127.0.0.1:1/data" in shown
    assert "hidden-" not in shown
    secrets = (portal.client_secret, portal.access_token, portal.refresh_token, portal.webhook)
    assert [each for each in secrets if each in shown] == []


def test_an_address_that_is_none_is_no_obstacle(portal: RawPortal) -> None:
    portal.result("biconnector.connector.update", {"id": 123, "fields": {"urlData": "http://["}})
    assert "<dt>Data from</dt><dd><code>not an address</code>" in page(portal)


def calls(portal: RawPortal) -> list[str]:
    """Return what a person reads of each call, the newest first."""
    found = re.findall(r'<tr id="call-.*?</tr>', page(portal))
    return [re.sub(r"\s*(<[^>]+>\s*)+", " ", text(row)).strip() for row in found]


def test_the_latest_calls_come_first(portal: RawPortal) -> None:
    for _ in range(52):
        portal.post("app.info")
    portal.post("biconnector.source.get", {"id": 7})
    shown = calls(portal)
    assert shown == [
        "53 biconnector.source.get 200 SOURCE_NOT_FOUND",
        *(f"{number} app.info 200" for number in range(52, 3, -1)),
    ]
    assert "3 earlier calls not shown." in page(portal)


def test_a_call_is_shown_with_what_happened_to_it(portal: RawPortal) -> None:
    portal.result("biconnector.source.add", {"fields": CRM})
    portal.post("biconnector.source.update", {"id": 1, "fields": {"description": "D"}})
    portal.post("batch", {"cmd": {"a": "app.info", "b": "biconnector.source.get?id=7"}})
    portal.faults({"method": "app.info", "action": "expired_token"})
    portal.post("app.info")
    portal.faults({"method": "app.info", "action": "drop_before"})
    with pytest.raises(requests.ConnectionError):
        portal.post("app.info")
    assert calls(portal) == [
        "5 app.info none fault drop_before",
        "4 app.info 401 expired_token fault expired_token",
        "3 batch app.info biconnector.source.get SOURCE_NOT_FOUND 200",
        "2 biconnector.source.update 200 without a code",
        "1 biconnector.source.add 200",
    ]


def test_what_is_shown_already_is_not_sent_again(portal: RawPortal) -> None:
    def tag() -> str:
        return portal.http("GET", "/").headers["ETag"]

    def again(shown: str) -> int:
        return portal.http("GET", "/", headers={"If-None-Match": shown}).status_code

    first = tag()
    assert again(first) == 304
    portal.post("app.info")
    assert again(first) == 200
    second = tag()
    portal.result("biconnector.source.add", {"fields": CRM})
    assert again(second) == 200
    third = tag()
    assert again(third) == 304
    portal.reset()
    assert again(third) == 200


def test_two_portals_are_never_taken_for_each_other(start: Start) -> None:
    first, second = start(), start()
    tags = {each.http("GET", "/").headers["ETag"] for each in (first, second)}
    assert len(tags) == 2


def test_nothing_but_the_pages_own_files_is_loaded(portal: RawPortal) -> None:
    response = portal.http("GET", "/")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    addresses = re.findall(r'(?:src|href)="(?!#|data:)([^"]*)"', response.text)
    assert addresses == ["/__emulator__/page/page.css", "/__emulator__/page/page.js"]
    kinds = [portal.http("GET", address).headers["Content-Type"] for address in addresses]
    assert kinds == ["text/css; charset=utf-8", "text/javascript; charset=utf-8"]


@pytest.mark.parametrize("name", ["views.py", "__init__.py", "..%2Fportal.py", "none"])
def test_no_other_file_is_given_out(portal: RawPortal, name: str) -> None:
    assert portal.http("GET", f"/__emulator__/page/{name}").status_code == 404


def test_rows_stand_under_the_names_of_columns(portal: RawPortal) -> None:
    portal.result("biconnector.source.add", {"fields": CRM})
    portal.result("biconnector.table.add", {"fields": {**ORDERS, "sourceId": 1}})
    shown = rows(portal, 1)
    assert "<caption>The first 10 rows</caption>" in shown
    assert '<th scope="col" class="number">ID</th>' in shown
    assert shown.count("<tr>") == 11


@pytest.mark.parametrize("table", [1, "", "x"])
def test_rows_of_no_table_are_told(portal: RawPortal, table: object) -> None:
    assert text(rows(portal, table)) == '<p class="problem">No rows: this table does not exist.</p>'


def test_every_object_is_shown_once(conditions: RawPortal) -> None:
    found = re.findall(r'id="((?:connector|source|table)-\d+)"', page(conditions))
    held = [
        f"{kind}-{each['id']}"
        for kind in ("connector", "source", "table")
        for each in conditions.objects()[f"{kind}s"]
    ]
    vanished = "connector-99"
    assert sorted(found) == sorted([*held, vanished])
