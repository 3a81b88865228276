"""`method.get`: which methods the portal has, and whether the caller's scopes allow them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.raw_portal import RawPortal

BOTH = {"isExisting": True, "isAvailable": True}
NEITHER = {"isExisting": False, "isAvailable": False}
TABLES = [
    "biconnector.table.add",
    "biconnector.table.delete",
    "biconnector.table.fields",
    "biconnector.table.fields.update",
    "biconnector.table.get",
    "biconnector.table.list",
    "biconnector.table.update",
]
OTHERS = [
    *(
        f"biconnector.{kind}.{action}"
        for kind in ("connector", "source", "dataset")
        for action in ("add", "delete", "fields", "get", "list", "update")
    ),
    "biconnector.dataset.fields.update",
    "app.info",
    "batch",
    "method.get",
]


def test_every_method_of_the_portal_exists(portal: RawPortal) -> None:
    for name in [*OTHERS, *TABLES]:
        assert portal.result("method.get", {"name": name}) == BOTH, name


def test_the_edition_of_2025_has_no_tables(legacy: RawPortal) -> None:
    for name in OTHERS:
        assert legacy.result("method.get", {"name": name}) == BOTH, name
    for name in TABLES:
        assert legacy.result("method.get", {"name": name}) == NEITHER, name


@pytest.mark.parametrize(
    "parameters",
    [
        {"name": "biconnector.table.lst"},
        {"name": "biconnector.table"},
        {"name": "biconnector"},
        {"name": "user.get"},
        {"name": "Biconnector.Table.List"},
        {"name": "biconnector.table.list.json"},
        {"name": ""},
        {"name": None},
        {"name": 5},
        {"name": ["batch"]},
        {"NAME": "batch"},
        {},
    ],
    ids=str,
)
def test_what_is_not_there_is_no_error(portal: RawPortal, parameters: dict[str, Any]) -> None:
    assert portal.result("method.get", parameters) == NEITHER


@pytest.mark.parametrize("edition", ["portal", "legacy"])
def test_a_webhook_may_ask(request: pytest.FixtureRequest, edition: str) -> None:
    portal: RawPortal = request.getfixturevalue(edition)
    asked = {"name": "biconnector.source.add"}
    assert portal.by_webhook("method.get", asked).json()["result"] == BOTH
    assert portal.by_webhook("method.get", {"name": "no.such.method"}).json()["result"] == NEITHER


def test_any_user_may_ask_whatever_the_permissions(conditions: RawPortal) -> None:
    asked = {"name": "biconnector.source.add"}
    assert conditions.error("biconnector.source.list", token="without-hub")[1] == "ACCESS_DENIED"
    assert conditions.result("method.get", asked, token="without-hub") == BOTH


def test_a_method_beyond_the_scopes_exists_and_is_not_available(conditions: RawPortal) -> None:
    def asked(name: str) -> Any:
        return conditions.result("method.get", {"name": name}, token="unscoped")

    assert asked("biconnector.table.list") == {"isExisting": True, "isAvailable": False}
    assert asked("method.get") == BOTH
    assert asked("biconnector.bogus.list") == NEITHER


def test_it_can_be_asked_with_a_form_a_query_and_in_a_batch(portal: RawPortal) -> None:
    query = f"name=biconnector.table.list&auth={portal.access_token}"
    assert portal.http("GET", f"/rest/method.get?{query}").json()["result"] == BOTH
    form = {"name": "biconnector.table.list", "auth": portal.access_token}
    answer = portal.http("POST", "/rest/method.get.json", data=form).json()
    assert answer["result"] == BOTH
    assert {"start", "finish", "duration"} <= answer["time"].keys()
    asked = {"a": "method.get?name=biconnector.table.list", "b": "method.get?name=none"}
    maps = portal.result("batch", {"cmd": asked})
    assert maps["result"] == {"a": BOTH, "b": NEITHER}


def test_who_may_not_call_at_all_is_refused(portal: RawPortal) -> None:
    assert portal.error("method.get", {"name": "batch"}, token="wrong")[:2] == (
        401,
        "NO_AUTH_FOUND",
    )
