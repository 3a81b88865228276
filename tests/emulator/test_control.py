"""What a test can do to the portal and see of it."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from tests.emulator.raw_portal import RawPortal

GET = ("biconnector.connector.get", {"id": 123})
CRM = {"title": "CRM", "connectorId": 123, "settings": {"login": "a", "password": "hidden"}}


def test_calls_are_noted_in_order_and_without_secrets(portal: RawPortal) -> None:
    portal.post("biconnector.source.add", {"fields": CRM})
    portal.post("biconnector.source.get", {"id": 5})
    portal.post("biconnector.source.list", {"order": {"id": "x"}})
    portal.post("biconnector.source.update", {"id": 1, "fields": {"description": "D"}})
    portal.post("nothing", token="wrong")
    portal.by_webhook("biconnector.source.list")
    assert portal.calls() == [
        {"method": "biconnector.source.add", "status": 200, "error": None},
        {"method": "biconnector.source.get", "status": 200, "error": "SOURCE_NOT_FOUND"},
        {"method": "biconnector.source.list", "status": 400, "error": "ERROR_ARGUMENT"},
        {"method": "biconnector.source.update", "status": 200, "error": ""},
        {"method": "nothing", "status": 401, "error": "NO_AUTH_FOUND"},
        {"method": "biconnector.source.list", "status": 200, "error": "ACCESS_DENIED"},
    ]


def test_reset_forgets_everything_and_goes_back_to_the_seed(portal: RawPortal) -> None:
    before = portal.objects()
    portal.result("biconnector.source.add", {"fields": CRM})
    portal.faults({"method": "*", "action": "http_500"})
    portal.reset()
    assert portal.calls() == []
    assert portal.objects() == before
    assert portal.result("biconnector.source.add", {"fields": CRM}) == {"id": 1}


def test_reset_goes_back_to_what_was_kept(portal: RawPortal) -> None:
    assert portal.result("biconnector.source.add", {"fields": CRM}) == {"id": 1}
    assert portal.result("biconnector.source.add", {"fields": CRM}) == {"id": 2}
    portal.result("biconnector.source.delete", {"id": 2})
    kept = portal.objects()
    portal.control("POST", "keep?as=one%20source")
    portal.result("biconnector.source.delete", {"id": 1})
    portal.faults({"method": "*", "action": "http_500"})

    portal.control("POST", "reset?to=one%20source")

    assert portal.objects() == kept
    assert portal.calls() == []
    assert len(portal.faults({"method": "none", "action": "http_500"})) == 1
    assert portal.result("biconnector.source.add", {"fields": CRM}) == {"id": 3}
    portal.reset()
    assert portal.result("biconnector.source.add", {"fields": CRM}) == {"id": 1}


@pytest.mark.parametrize(
    ("address", "status", "error"),
    [
        ("reset?to=%D0%A9", 404, "to: nothing was kept as 'Щ'"),
        ("keep", 400, "as: must be a name, and not 'seed'"),
        ("keep?as=seed", 400, "as: must be a name, and not 'seed'"),
    ],
)
def test_only_what_was_kept_can_be_gone_back_to(
    portal: RawPortal, address: str, status: int, error: str
) -> None:
    portal.result("biconnector.source.add", {"fields": CRM})
    before = portal.objects()

    answer = portal.http("POST", f"/__emulator__/{address}")

    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert portal.objects() == before


def test_objects_are_shown_whole(portal: RawPortal) -> None:
    portal.result("biconnector.source.add", {"fields": CRM})
    portal.result(
        "biconnector.table.add",
        {
            "fields": {
                "sourceId": 1,
                "name": "orders",
                "externalName": "Orders",
                "externalCode": "orders",
                "fields": [{"name": "ID", "externalCode": "id", "type": "int"}],
            }
        },
    )
    held = portal.objects()
    assert {kind: [each["id"] for each in found] for kind, found in held.items()} == {
        "connectors": [123],
        "sources": [1],
        "tables": [1],
    }
    assert held["sources"][0]["settings"][1]["value"] == "hidden"
    assert held["tables"][0]["sourceId"] == 1
    assert held["tables"][0]["fields"][0]["name"] == "ID"
    assert {each["application"] for found in held.values() for each in found} == {portal.client_id}


@pytest.mark.parametrize(
    ("action", "status", "code"),
    [
        ("http_500", 500, "INTERNAL_SERVER_ERROR"),
        ("expired_token", 401, "expired_token"),
        ("query_limit", 503, "QUERY_LIMIT_EXCEEDED"),
        ("operating_limit", 429, "OPERATION_TIME_LIMIT"),
    ],
)
def test_a_refusal_on_demand_executes_nothing(
    portal: RawPortal, action: str, status: int, code: str
) -> None:
    portal.faults({"method": "biconnector.connector.delete", "action": action})
    error = portal.error("biconnector.connector.delete", {"id": 123})
    assert error[:2] == (status, code)
    assert portal.calls() == [
        {
            "method": "biconnector.connector.delete",
            "status": status,
            "error": code,
            "fault": action,
        }
    ]
    assert portal.result("biconnector.connector.delete", {"id": 123}) is True


@pytest.mark.parametrize(("action", "executed"), [("drop_before", False), ("drop_after", True)])
def test_a_connection_is_lost_before_or_after(
    portal: RawPortal,
    action: str,
    executed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    portal.faults({"method": "biconnector.connector.delete", "action": action})
    with pytest.raises(requests.ConnectionError):
        portal.post("biconnector.connector.delete", {"id": 123})
    assert (portal.objects()["connectors"] == []) is executed
    (call,) = portal.calls()
    assert (call["status"], call["error"], call["fault"]) == (None, None, action)


def test_a_connection_is_lost_with_the_body_unread(portal: RawPortal) -> None:
    portal.faults({"method": "app.info", "action": "drop_before"})
    host, port = portal.address.removeprefix("http://").split(":")
    head = "POST /rest/app.info HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}{{}}".encode())
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""
    assert [call["fault"] for call in portal.calls()] == ["drop_before"]


def test_an_answer_is_held_back(portal: RawPortal) -> None:
    portal.faults({"method": "*", "action": "delay", "seconds": 0.05})
    response = portal.post(*GET)
    assert response.elapsed.total_seconds() >= 0.05
    assert response.json()["result"]["item"]["id"] == 123


def test_an_answer_in_html(portal: RawPortal) -> None:
    portal.faults({"method": "*", "action": "html_503"})
    response = portal.post(*GET)
    assert response.status_code == 503
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.text.startswith("<html>")


def test_a_redirect_leads_to_the_same_portal_under_another_name(portal: RawPortal) -> None:
    portal.faults({"method": "*", "action": "redirect"})
    path = f"/rest/biconnector.connector.get?auth={portal.access_token}"
    response = portal.http("POST", path, json={"id": 123})
    assert response.status_code == 302
    port = portal.address.rpartition(":")[2]
    assert response.headers["Location"] == f"http://localhost:{port}{path}"
    there = portal.session.post(response.headers["Location"], json={"id": 123}, timeout=30)
    assert there.json()["result"]["item"]["id"] == 123


def test_a_redirect_from_the_other_name_leads_back(portal: RawPortal) -> None:
    portal.faults({"method": "*", "action": "redirect"})
    port = portal.address.rpartition(":")[2]
    response = portal.session.get(
        f"http://localhost:{port}/rest/app.info", allow_redirects=False, timeout=30
    )
    assert response.headers["Location"] == f"{portal.address}/rest/app.info"


def test_faults_happen_in_order_to_the_methods_they_are_for(portal: RawPortal) -> None:
    portal.faults(
        {"method": "biconnector.source.list", "action": "http_500", "times": 2},
        {"method": "*", "action": "expired_token"},
    )
    portal.faults({"method": "Biconnector.Source.List", "action": "query_limit"})
    statuses = [portal.post("biconnector.source.list").status_code for _ in range(2)]
    statuses += [portal.post(*GET).status_code for _ in range(2)]
    statuses += [portal.post("biconnector.source.list").status_code for _ in range(2)]
    assert statuses == [500, 500, 401, 200, 503, 200]


def test_a_fault_lets_calls_of_its_method_pass(portal: RawPortal) -> None:
    portal.faults(
        {"method": "*", "action": "html_503", "after": 2},
        {"method": "biconnector.source.list", "action": "http_500", "after": 1, "times": 2},
    )
    statuses = [portal.post("biconnector.source.list").status_code for _ in range(2)]
    statuses += [portal.post(*GET).status_code for _ in range(2)]
    statuses += [portal.post("biconnector.source.list").status_code for _ in range(2)]
    assert statuses == [200, 500, 503, 200, 500, 200]


def test_a_fault_of_a_batch_is_not_one_of_its_calls(portal: RawPortal) -> None:
    portal.faults({"method": "biconnector.source.list", "action": "http_500"})
    maps = portal.result("batch", {"cmd": {"a": "biconnector.source.list"}})
    assert maps["result"]["a"] == []
    assert portal.post("biconnector.source.list").status_code == 500


def test_the_token_endpoint_fails_on_demand_under_its_own_name_alone(portal: RawPortal) -> None:
    portal.faults({"method": "*", "action": "http_500"})
    portal.faults({"method": "oauth/token", "action": "html_503"})
    portal.faults({"method": "oauth/token", "action": "drop_after"})
    assert portal.oauth(portal.renewal).status_code == 503
    with pytest.raises(requests.ConnectionError):
        portal.oauth(portal.renewal)
    assert portal.oauth(portal.renewal).json()["error"] == "invalid_grant"
    assert portal.post("app.info").status_code == 500
    assert [call["method"] for call in portal.calls()] == ["app.info"]


def test_faults_are_shown_and_taken_back(portal: RawPortal) -> None:
    fault = {"method": "app.info", "action": "http_500", "times": 3}
    assert portal.faults(fault) == [{**fault, "seconds": 1.0, "after": 0}]
    assert portal.faults() == []
    assert portal.post("app.info").status_code == 200


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("{", "the body is not JSON"),
        ("{}", "faults: must be a list"),
        ("[5]", "faults[0]: must be an object"),
        ('[{"method": "*"}]', "faults[0].action: is required"),
        ('[{"action": "delay"}]', "faults[0].method: is required"),
        ('[{"method": "", "action": "delay"}]', "faults[0].method: must be a text"),
        ('[{"method": "*", "action": "explode"}]', "faults[0].action: must be one of delay,"),
        ('[{"method": "*", "action": "delay", "times": 0}]', "faults[0].times: must be a positive"),
        ('[{"method": "*", "action": "delay", "seconds": -1}]', "faults[0].seconds: must not be"),
        ('[{"method": "*", "action": "delay", "seconds": "1"}]', "faults[0].seconds: must be a"),
        ('[{"method": "*", "action": "delay", "second": 1}]', "faults[0]: unknown key 'second'"),
    ],
)
def test_a_wrong_fault_is_refused_with_its_place(
    portal: RawPortal, body: str, complaint: str
) -> None:
    response = portal.http("POST", "/__emulator__/faults", data=body)
    assert response.status_code == 400
    assert response.json()["error"].startswith(complaint)
    assert portal.post("app.info").status_code == 200


@pytest.mark.parametrize(
    ("verb", "path"),
    [("GET", "reset"), ("POST", "calls"), ("GET", "faults"), ("POST", "objects"), ("POST", "rows")],
)
def test_each_address_has_its_verb(portal: RawPortal, verb: str, path: str) -> None:
    assert portal.http(verb, f"/__emulator__/{path}").status_code == 405


def endpoint(portal: RawPortal, name: str, form: dict[str, Any]) -> Any:
    """Ask an endpoint that the portal serves."""
    return portal.http("POST", f"/__emulator__/endpoints/{name}", data=form).json()


def test_the_portals_own_endpoints_speak_the_connectors_protocol(portal: RawPortal) -> None:
    connection = {"connection[login]": "a"}
    assert endpoint(portal, "check", connection) == {"status": "ok"}
    tables = [{"code": "orders", "title": "Orders"}]
    assert endpoint(portal, "tables", {"searchString": "ORD"}) == tables
    assert endpoint(portal, "tables", connection) == tables
    assert endpoint(portal, "tables", {"searchString": "x"}) == []
    columns = endpoint(portal, "description", {"table": "orders"})
    assert [column["code"] for column in columns] == ["id", "customer", "amount", "created"]
    assert len(endpoint(portal, "data", {"table": "orders"})) == 13
    asked = {"table": "orders", "select[]": ["amount", "id"], "limit": "1"}
    assert endpoint(portal, "data", asked) == [["amount", "id"], [1250.5, 1]]
    named = {**asked, "select[]": ["SUM", "id"], "mapFields[amount]": "SUM"}
    assert endpoint(portal, "data", named) == [["amount", "id"], [1250.5, 1]]
    assert endpoint(portal, "data", {**asked, "limit": "0"}) == [["amount", "id"]]


def test_the_portals_own_endpoints_refuse_filters(portal: RawPortal) -> None:
    form = {"table": "orders", "filter[>=id]": "3"}

    assert portal.http("POST", "/__emulator__/endpoints/data", data=form).status_code == 400


@pytest.mark.parametrize(("name", "status"), [("refuse", 503), ("empty", 200)])
def test_two_endpoints_accept_nothing(portal: RawPortal, name: str, status: int) -> None:
    url = f"{portal.address}/__emulator__/endpoints/{name}"
    portal.result("biconnector.connector.update", {"id": 123, "fields": {"urlCheck": url}})
    assert portal.error("biconnector.source.add", {"fields": CRM})[1] == (
        "SOURCE_CREATE_CONNECTION_ERROR"
    )
    assert portal.http("POST", f"/__emulator__/endpoints/{name}").status_code == status
