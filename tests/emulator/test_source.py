"""What `biconnector.source.*` do beyond their schema."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
import requests

from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.emulator.raw_portal import RawPortal

CRM = {
    "title": "CRM Source",
    "description": "Источник данных CRM",
    "connectorId": 123,
    "active": True,
    "settings": {"login": "admin", "password": "secret"},
}


class Endpoint(ThreadingHTTPServer):
    """A connector's server that notes what it is asked and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.answer: tuple[int, bytes] | None = (200, b"ok")
        self.meanwhile: Callable[[], object] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/check"


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(parse_qsl(body, keep_blank_values=True))
        self.server.asked.append((self.path, self.headers["Content-Type"], form))
        self.server.meanwhile()
        if self.server.answer is None:
            return
        status, content = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving(Endpoint()) as made:
        yield made


def connector(portal: RawPortal, url_check: str, *codes: str) -> int:
    """Add a connector whose `urlCheck` is that address."""
    added = portal.result(
        "biconnector.connector.add",
        {
            "fields": {
                "title": "Own",
                "logo": "https://img.example/l.png",
                "urlCheck": url_check,
                "urlTableList": "https://e.example/l",
                "urlTableDescription": "https://e.example/d",
                "urlData": "https://e.example/r",
                "settings": [{"code": code, "name": code.upper(), "type": "INT"} for code in codes],
            }
        },
    )
    return int(added["id"])


def add(portal: RawPortal, **changes: Any) -> int:
    """Add the source of the documentation's example, with changes."""
    return int(portal.result("biconnector.source.add", {"fields": {**CRM, **changes}})["id"])


def settings(portal: RawPortal, source_id: int) -> dict[str, str]:
    """Return the values of a source by code."""
    item = portal.result("biconnector.source.get", {"id": source_id})["item"]
    return {setting["code"]: setting["value"] for setting in item["settings"]}


def test_the_documentations_example_works_on_a_fresh_portal(portal: RawPortal) -> None:
    body = portal.post("biconnector.source.add", {"fields": CRM}).json()
    assert body["result"] == {"id": 1}
    assert {"start", "finish", "duration", "processing", "operating"} <= body["time"].keys()


def test_get_shows_the_source_one_level_deeper(portal: RawPortal) -> None:
    item = portal.result("biconnector.source.get", {"id": add(portal)})["item"]
    assert item.keys() == {"connection", "connectorId", "settings"}
    connection = item["connection"]
    assert connection["dateCreate"] == connection["dateUpdate"]
    assert {key: connection[key] for key in connection if not key.startswith("date")} == {
        "id": 1,
        "type": "rest",
        "code": "rest_123",
        "title": "CRM Source",
        "description": "Источник данных CRM",
        "active": True,
        "createdById": 1,
        "updatedById": 1,
    }
    assert item["connectorId"] == 123
    assert item["settings"] == [
        {"id": 1, "code": "login", "name": "Login", "type": "STRING", "value": "admin"},
        {"id": 2, "code": "password", "name": "Password", "type": "STRING", "value": "secret"},
    ]


def test_list_is_flat_and_shows_values(portal: RawPortal) -> None:
    source_id = add(portal)
    (row,) = portal.result("biconnector.source.list")
    assert row["id"] == source_id
    assert row["connectorId"] == 123
    assert [setting["value"] for setting in row["settings"]] == ["admin", "secret"]


def test_active_is_accepted_and_ignored(portal: RawPortal) -> None:
    source_id = add(portal, active=False)
    portal.result(
        "biconnector.source.update", {"id": source_id, "fields": {"title": "T", "active": False}}
    )
    assert portal.result("biconnector.source.get", {"id": source_id})["item"]["connection"][
        "active"
    ]


def test_undeclared_settings_are_dropped_and_absent_ones_are_empty(portal: RawPortal) -> None:
    source_id = add(portal, settings={"login": "a", "token": "t"})
    assert settings(portal, source_id) == {"login": "a", "password": ""}


def test_values_are_texts_whatever_was_given(portal: RawPortal, endpoint: Endpoint) -> None:
    connector_id = connector(portal, endpoint.url, "whole", "broken", "none")
    source_id = add(
        portal, connectorId=connector_id, settings={"whole": 5, "broken": 1.5, "none": None}
    )
    assert settings(portal, source_id) == {"whole": "5", "broken": "1.5", "none": ""}


def test_add_posts_the_values_to_the_endpoint(portal: RawPortal, endpoint: Endpoint) -> None:
    connector_id = connector(portal, f"{endpoint.url}?a=я", "login", "пароль")
    add(portal, connectorId=connector_id, settings={"login": "admin", "пароль": "тайна & co"})
    assert endpoint.asked == [
        (
            "/check?a=%D1%8F",
            "application/x-www-form-urlencoded",
            {"connection[login]": "admin", "connection[пароль]": "тайна & co"},
        )
    ]


def test_a_connector_without_parameters_is_asked_with_nothing(
    portal: RawPortal, endpoint: Endpoint
) -> None:
    add(portal, connectorId=connector(portal, endpoint.url), settings={})
    assert endpoint.asked == [("/check", "application/x-www-form-urlencoded", {})]


@pytest.mark.parametrize("answer", [(500, b"down"), (204, b""), (200, b""), (302, b"x"), None])
def test_add_creates_nothing_unless_the_endpoint_accepts(
    portal: RawPortal, endpoint: Endpoint, answer: tuple[int, bytes] | None
) -> None:
    connector_id = connector(portal, endpoint.url, "login")
    endpoint.answer = answer
    assert portal.error(
        "biconnector.source.add", {"fields": {**CRM, "connectorId": connector_id}}
    ) == (
        200,
        "SOURCE_CREATE_CONNECTION_ERROR",
        "Cannot create connection.",
    )
    assert portal.result("biconnector.source.list") == []


@pytest.mark.parametrize(
    "url", ["", "ftp://127.0.0.1/", "http://127.0.0.1:1/", "http://[/", "http://x:y/"]
)
def test_an_address_that_nobody_answers_accepts_nothing(portal: RawPortal, url: str) -> None:
    connector_id = connector(portal, url or "-", "login")
    fields = {**CRM, "connectorId": connector_id}
    assert portal.error("biconnector.source.add", {"fields": fields})[1] == (
        "SOURCE_CREATE_CONNECTION_ERROR"
    )


def test_every_update_asks_the_endpoint_with_the_new_values(
    portal: RawPortal, endpoint: Endpoint
) -> None:
    connector_id = connector(portal, endpoint.url, "login", "password")
    source_id = add(portal, connectorId=connector_id)
    portal.result("biconnector.source.update", {"id": source_id, "fields": {"title": "New"}})
    portal.result(
        "biconnector.source.update",
        {"id": source_id, "fields": {"title": "New", "settings": {"password": "other"}}},
    )
    assert [form for _, _, form in endpoint.asked] == [
        {"connection[login]": "admin", "connection[password]": "secret"},
        {"connection[login]": "admin", "connection[password]": "secret"},
        {"connection[login]": "admin", "connection[password]": "other"},
    ]


def test_update_changes_nothing_unless_the_endpoint_accepts(
    portal: RawPortal, endpoint: Endpoint
) -> None:
    source_id = add(portal, connectorId=connector(portal, endpoint.url, "login"))
    before = portal.objects()["sources"]
    endpoint.answer = (200, b"")
    changed = {"title": "New", "settings": {"login": "x"}}
    assert portal.error("biconnector.source.update", {"id": source_id, "fields": changed}) == (
        200,
        "SOURCE_UPDATE_CONNECTION_ERROR",
        "Cannot update connection.",
    )
    assert portal.objects()["sources"] == before


def test_what_is_deleted_while_the_endpoint_is_asked_stays_deleted(
    portal: RawPortal, endpoint: Endpoint
) -> None:
    connector_id = connector(portal, endpoint.url, "login")
    source_id = add(portal, connectorId=connector_id)
    endpoint.meanwhile = lambda: aside("biconnector.source.delete", {"id": source_id})

    def aside(method: str, parameters: dict[str, Any]) -> None:
        body = {**parameters, "auth": portal.access_token}
        requests.post(f"{portal.address}/rest/{method}", json=body, timeout=30)

    asked = {"id": source_id, "fields": {"title": "New"}}
    assert portal.error("biconnector.source.update", asked)[1] == "SOURCE_NOT_FOUND"
    endpoint.meanwhile = lambda: aside("biconnector.connector.delete", {"id": connector_id})
    fields = {**CRM, "connectorId": connector_id}
    assert portal.error("biconnector.source.add", {"fields": fields})[1] == "CONNECTOR_NOT_FOUND"
    assert portal.objects()["sources"] == []


def test_update_without_title_fails_without_a_code(portal: RawPortal) -> None:
    source_id = add(portal)
    fields = {"description": "New"}
    assert portal.error("biconnector.source.update", {"id": source_id, "fields": fields}) == (
        200,
        "",
        "All the fields are required.",
    )


def test_settings_are_merged_by_key(portal: RawPortal) -> None:
    source_id = add(portal)
    fields = {"title": "T", "settings": {"password": "new"}}
    assert portal.result("biconnector.source.update", {"id": source_id, "fields": fields}) is True
    assert settings(portal, source_id) == {"login": "admin", "password": "new"}
    (held,) = portal.objects()["sources"]
    assert [setting["id"] for setting in held["settings"]] == [1, 2]


def test_a_parameter_goes_when_its_source_is_saved_after_the_connector_lost_it(
    portal: RawPortal,
) -> None:
    source_id = add(portal)
    declared = [
        {"code": "login", "name": "Login", "type": "STRING"},
        {"code": "schema", "name": "Schema", "type": "STRING"},
    ]
    portal.result("biconnector.connector.update", {"id": 123, "fields": {"settings": declared}})
    assert settings(portal, source_id) == {"login": "admin", "password": "secret"}
    portal.result("biconnector.source.update", {"id": source_id, "fields": {"title": "T"}})
    assert settings(portal, source_id) == {"login": "admin", "schema": ""}


def test_a_source_with_tables_cannot_be_deleted(portal: RawPortal) -> None:
    source_id = add(portal)
    table_id = portal.result(
        "biconnector.table.add",
        {
            "fields": {
                "sourceId": source_id,
                "name": "orders",
                "externalName": "Orders",
                "externalCode": "orders",
                "fields": [{"name": "ID", "externalCode": "id", "type": "int"}],
            }
        },
    )["id"]
    assert portal.error("biconnector.source.delete", {"id": source_id}) == (
        200,
        "BX_ERROR",
        "Cannot delete connection. Delete all associated tables first.",
    )
    portal.result("biconnector.table.delete", {"id": table_id})
    assert portal.result("biconnector.source.delete", {"id": source_id}) is True
    assert portal.error("biconnector.source.get", {"id": source_id})[1] == "SOURCE_NOT_FOUND"


def test_ids_are_not_used_again(portal: RawPortal) -> None:
    first = add(portal)
    portal.result("biconnector.source.delete", {"id": first})
    assert add(portal) == first + 1


def test_a_selection_has_only_what_is_selected(portal: RawPortal) -> None:
    add(portal)
    (row,) = portal.result("biconnector.source.list", {"select": ["settings"]})
    assert row.keys() == {"settings"}


def test_no_endpoint_is_asked_with_the_checks_off(start: Any) -> None:
    portal = start("--no-endpoint-checks")
    add(portal, connectorId=connector(portal, "http://127.0.0.1:1/", "login"))
    assert len(portal.result("biconnector.source.list")) == 1
