"""How a request may be written, and what goes around its answer."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_bxbi.emulator import routes
from pulumi_bxbi.emulator.rest.wire import from_query, nest

if TYPE_CHECKING:
    from tests.emulator.raw_portal import RawPortal

FORM = {
    "fields[title]": "Заказы & co",
    "fields[connectorId]": "123",
    "fields[settings][login]": "admin",
    "fields[settings][password]": "s=1&t=[2]",
}


def held(portal: RawPortal) -> tuple[str, dict[str, str]]:
    """Return the title and the values of the only source."""
    (source,) = portal.objects()["sources"]
    return source["title"], {each["code"]: each["value"] for each in source["settings"]}


def test_a_form_says_what_json_says(portal: RawPortal) -> None:
    form = {**FORM, "auth": portal.access_token}
    response = portal.http("POST", "/rest/biconnector.source.add", data=form)
    assert response.json()["result"] == {"id": 1}
    assert held(portal) == ("Заказы & co", {"login": "admin", "password": "s=1&t=[2]"})


def test_a_client_that_leaves_before_its_request_is_complete_is_no_fault(
    portal: RawPortal,
) -> None:
    """For example because it was killed; a fault would be told on standard error."""
    parts = urlsplit(portal.address)
    head = "POST /rest/app.info HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port or 0), 5) as connection:
        connection.sendall(head.encode())
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""


def test_a_query_says_what_json_says(portal: RawPortal) -> None:
    query = {**FORM, "auth": portal.access_token}
    response = portal.http("GET", "/rest/biconnector.source.add", params=query)
    assert response.json()["result"] == {"id": 1}
    assert held(portal) == ("Заказы & co", {"login": "admin", "password": "s=1&t=[2]"})


def test_a_multipart_form_says_what_json_says(portal: RawPortal) -> None:
    form = {**FORM, "auth": portal.access_token}
    parts = {key: (None, value) for key, value in form.items()}
    response = portal.http("POST", "/rest/biconnector.source.add", files=parts)
    assert response.json()["result"] == {"id": 1}
    assert held(portal) == ("Заказы & co", {"login": "admin", "password": "s=1&t=[2]"})


def test_lists_are_written_with_indexes_or_without(portal: RawPortal) -> None:
    form = [
        ("auth", portal.access_token),
        ("fields[title]", "C"),
        ("fields[logo]", "l"),
        ("fields[sort]", "7"),
        *((f"fields[url{name}]", "u") for name in ("Check", "Data", "TableList")),
        ("fields[urlTableDescription]", "u"),
        ("fields[settings][0][code]", "a"),
        ("fields[settings][0][name]", "A"),
        ("fields[settings][0][type]", "INT"),
    ]
    added = portal.http("POST", "/rest/biconnector.connector.add", data=form).json()["result"]
    query = [("auth", portal.access_token), ("filter[id]", str(added["id"]))]
    query += [("select[]", "settings"), ("select[]", "sort")]
    shown = portal.http("GET", "/rest/biconnector.connector.list", params=query).json()["result"]
    assert shown == [{"settings": [{"code": "a", "name": "A", "type": "INT"}], "sort": 7}]


def test_a_form_cannot_say_a_boolean(portal: RawPortal) -> None:
    form = {"auth": portal.access_token, "id": "123", "fields[supportMapping]": "true"}
    response = portal.http("POST", "/rest/biconnector.connector.update", data=form)
    assert response.json()["result"]["error"] == {
        "error": "VALIDATION_INVALID_FIELD_TYPE",
        "error_description": 'Field "supportMapping" must be of type boolean.',
    }


@pytest.mark.parametrize(
    "path",
    ["biconnector.connector.get.json", "BIConnector.Connector.GET", "biconnector.connector.get"],
)
def test_a_method_is_found_by_any_of_its_names(portal: RawPortal, path: str) -> None:
    assert portal.result(path, {"id": 123})["item"]["title"] == "Local database"
    assert portal.calls()[0]["method"] == "biconnector.connector.get"


def test_the_token_may_stand_beside_a_body(portal: RawPortal) -> None:
    path = f"/rest/biconnector.connector.get?auth={portal.access_token}"
    assert portal.http("POST", path, json={"id": 123}).json()["result"]["item"]["id"] == 123


@pytest.mark.parametrize("body", ["", "{", "[1]", '"text"', "null", r'{"id": "\ud800"}'])
def test_a_body_that_says_nothing_is_empty(portal: RawPortal, body: str) -> None:
    path = f"/rest/biconnector.connector.get?auth={portal.access_token}"
    response = portal.http("POST", path, data=body, headers={"Content-Type": "application/json"})
    assert response.json()["result"]["error"]["error"] == "VALIDATION_ID_NOT_PROVIDED"


def test_a_webhook_may_only_describe(portal: RawPortal) -> None:
    for kind in ("connector", "source", "table", "dataset"):
        result = portal.by_webhook(f"biconnector.{kind}.fields").json()["result"]
        assert "id" in [field["title"] for field in result["fields"]]
        refused = portal.by_webhook(f"biconnector.{kind}.list")
        assert refused.status_code == 200
        assert refused.json()["result"]["error"] == {
            "error": "ACCESS_DENIED",
            "error_description": "Access denied.",
        }


def test_the_time_block_tells_the_same_of_success_and_error(portal: RawPortal) -> None:
    keys = {"start", "finish", "duration", "processing", "date_start", "date_finish"}
    for method in ("biconnector.connector.list", "biconnector.connector.get"):
        time = portal.post(method).json()["time"]
        assert time.keys() == keys | {"operating", "operating_reset_at"}
        assert re.fullmatch(r"[0-9-]{10}T[0-9:]{8}\+00:00", time["date_start"])
        assert isinstance(time["operating_reset_at"], int)
        assert time["start"] < time["operating_reset_at"] <= time["finish"] + 601


def test_operating_time_adds_up_by_method(portal: RawPortal) -> None:
    first = portal.post("biconnector.connector.list").json()["time"]["operating"]
    second = portal.post("biconnector.connector.list").json()["time"]["operating"]
    assert second > first > 0


def test_an_unknown_path_is_not_found(portal: RawPortal) -> None:
    assert portal.http("GET", "/rest").status_code == 404
    assert portal.http("POST", "/").status_code == 405
    assert portal.http("PUT", "/rest/app.info").status_code == 405


def test_a_fault_of_the_portal_itself_is_answered_as_the_portal_would(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sent = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/rest/app.info", "headers": []}
    broken: Any = object()
    with pytest.raises(AttributeError):
        asyncio.run(routes.application(broken)({**scope, "query_string": b""}, receive, send))
    assert sent[0]["status"] == 500
    assert json.loads(sent[1]["body"]) == {
        "error": "INTERNAL_SERVER_ERROR",
        "error_description": "Internal server error",
    }
    assert [record.message for record in caplog.records] == ["the local portal has a fault"]


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b]=1&a=2", {"a": "2"}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[5]=1&a[]=2", {"a": {"5": "1", "6": "2"}}),
        ("a[b]c=1", {"a[b]c": "1"}),
        ("[a]=1", {"[a]": "1"}),
        ("a=%FF+b", {"a": "\ufffd b"}),
        ("a&b=", {"a": "", "b": ""}),
        ("", {}),
    ],
)
def test_brackets_are_read_as_php_reads_them(query: str, expected: object) -> None:
    assert from_query(query) == expected


def test_a_part_without_a_name_is_ignored(portal: RawPortal) -> None:
    body = (
        "--x\r\nContent-Disposition: form-data\r\n\r\nlost\r\n"
        f"--x\r\nContent-Disposition: form-data; name=auth\r\n\r\n{portal.access_token}\r\n"
        "--x--\r\n"
    )
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert portal.http("POST", "/rest/app.info", data=body, headers=kind).status_code == 200


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="[]"), min_size=1)
TREES: st.SearchStrategy[Any] = st.recursive(
    TEXT,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)
FORMS = st.dictionaries(NAMES, TREES, max_size=3)


def written(name: str, value: Any) -> list[tuple[str, str]]:
    """Write a value as PHP's forms do."""
    if isinstance(value, str):
        return [(name, value)]
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [pair for key, each in inner for pair in written(f"{name}[{key}]", each)]


def php(value: Any) -> Any:
    """Return the value as PHP sees it: an array with the keys of a list is a list."""
    if isinstance(value, dict):
        inner = {key: php(each) for key, each in value.items()}
        numbered = list(inner) == [str(index) for index in range(len(inner))]
        return list(inner.values()) if numbered else inner
    return [php(each) for each in value] if isinstance(value, list) else value


@given(FORMS)
@example({"numbered": [str(number) for number in range(12)]})
def test_what_a_form_nests_comes_back(values: dict[str, Any]) -> None:
    pairs = [pair for name, value in values.items() for pair in written(name, value)]
    expected = {name: php(value) for name, value in values.items()}
    assert nest(pairs) == expected


@given(FORMS)
def test_a_query_string_carries_the_same(values: dict[str, Any]) -> None:
    pairs = [pair for name, value in values.items() for pair in written(name, value)]
    assert from_query(urlencode(pairs)) == nest(pairs)


@given(st.lists(st.tuples(TEXT, TEXT)))
def test_no_key_is_too_strange(pairs: list[tuple[str, str]]) -> None:
    assert len(nest(pairs)) <= len(pairs)
