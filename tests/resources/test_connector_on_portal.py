"""What a connector's lifecycle makes of the portal's documented and likely answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import Catalog, InUse
from pulumi_bxbi.resources.connector import ConnectorLifecycle
from pulumi_bxbi.resources.source import SourceLifecycle
from pulumi_bxbi.resources.values import UNKNOWN
from tests.catalogs import catalog_of
from tests.resources.states import remembered

if TYPE_CHECKING:
    from pulumi_bxbi.portal import Portal
    from tests.http_server import Server

CONNECTOR, SOURCE = ConnectorLifecycle(), SourceLifecycle()
TOKEN = {"code": "token", "name": "Token", "type": "STRING"}
PORT = {"code": "port", "name": "Port", "type": "INT"}
INPUTS: dict[str, Any] = {
    "title": "Warehouse",
    "logo": "data:image/png;base64,AAAA",
    "urlCheck": "https://e.example/check",
    "urlTableList": "https://e.example/list",
    "urlTableDescription": "https://e.example/description",
    "urlData": "https://e.example/data",
    "parameters": [TOKEN, PORT],
}
STATE = {**INPUTS, "dateCreate": "2026-01-01 00:00:00"}
ITEM = {
    "id": 17,
    **{key: value for key, value in INPUTS.items() if key != "parameters"},
    "settings": [TOKEN, PORT],
    "description": "",
    "sort": 100,
    "supportMapping": False,
    "sourceCode": "",
    "dateCreate": "2026-01-01 00:00:00",
}
REHOSTED = "https://cdn.example/1/logo.png"

NONE: dict[str, Any] = {"result": []}


@pytest.fixture
def catalog(portal: Portal, server: Server) -> Catalog:
    return catalog_of(portal, server)


def test_only_what_is_given_is_sent(server: Server, catalog: Catalog) -> None:
    server.answers(NONE, {"result": {"id": 17}}, {"result": [ITEM]})

    state = CONNECTOR.create({**INPUTS, "checkEndpoints": False, "forceDestroy": True}, catalog)

    assert server.requests[1].body["fields"] == {
        **{key: value for key, value in INPUTS.items() if key != "parameters"},
        "settings": [TOKEN, PORT],
    }
    assert state.outputs == {**STATE, "checkEndpoints": False, "forceDestroy": True}


def test_a_rehosted_logo_is_no_drift_and_a_changed_one_is(server: Server, catalog: Catalog) -> None:
    rehosted = {**ITEM, "logo": REHOSTED}
    changed = {**ITEM, "logo": "https://cdn.example/2/other.png"}
    server.answers(
        NONE,
        {"result": {"id": 17}},
        {"result": [rehosted]},
        {"result": {"item": rehosted}},
        {"result": [changed]},
    )
    created = CONNECTOR.create(INPUTS, catalog)

    refreshed = CONNECTOR.read(created, catalog)
    assert refreshed
    assert refreshed.inputs == INPUTS
    assert refreshed.outputs == created.outputs

    drifted = CONNECTOR.read(refreshed, catalog)
    assert drifted
    assert drifted.inputs == {**INPUTS, "logo": "https://cdn.example/2/other.png"}
    assert CONNECTOR.diff(drifted, INPUTS, None).changes


def test_a_logo_changed_by_hand_stays_drift_when_something_else_is_updated(
    server: Server, catalog: Catalog
) -> None:
    by_hand = {**ITEM, "logo": "https://cdn.example/hand.png", "title": "New"}
    server.answers({"result": True}, {"result": [by_hand]}, {"result": {"item": by_hand}})

    updated = CONNECTOR.update(
        remembered("17", STATE, catalog), {**INPUTS, "title": "New"}, catalog
    )
    refreshed = CONNECTOR.read(updated, catalog)

    assert refreshed
    assert refreshed.inputs
    assert refreshed.inputs["logo"] == "https://cdn.example/hand.png"


def test_a_refresh_catches_up_with_a_lost_reading(server: Server, catalog: Catalog) -> None:
    rehosted = {**ITEM, "logo": REHOSTED}
    server.answers(NONE, {"result": {"id": 17}}, NONE, {"result": {"item": rehosted}})
    created = CONNECTOR.create(INPUTS, catalog)
    assert created.memory.incomplete

    refreshed = CONNECTOR.read(created, catalog)

    assert refreshed
    assert refreshed.inputs == INPUTS
    assert not CONNECTOR.diff(refreshed, INPUTS, None).changes


@pytest.mark.parametrize("news", [{}, {"parameters": None}, {"parameters": ["x"]}])
def test_a_state_without_parameters_leaves_the_plan_open(
    server: Server, catalog: Catalog, news: dict[str, Any]
) -> None:
    CONNECTOR.diff(remembered("17", STATE, catalog), news, catalog)

    assert catalog.declared(17) is None
    assert server.requests == []


def test_what_an_older_portal_does_not_return_is_no_drift(server: Server, catalog: Catalog) -> None:
    older = {
        key: value for key, value in ITEM.items() if key not in {"supportMapping", "sourceCode"}
    }
    server.answers({"result": {"item": {**older, "description": None, "sort": "100"}}})
    olds = {
        **STATE,
        "supportMapping": True,
        "sourceCode": "mysql",
        "sort": 100.0,
        "description": "",
    }

    state = CONNECTOR.read(remembered("17", olds, catalog), catalog)

    assert state
    assert state.outputs == olds


def test_a_changed_list_of_parameters_is_sent_as_a_whole(server: Server, catalog: Catalog) -> None:
    server.answers({"result": True}, {"result": [ITEM]})
    parameters = [PORT, {**TOKEN, "name": "Key"}]

    CONNECTOR.update(
        remembered("17", STATE, catalog), {**INPUTS, "parameters": parameters}, catalog
    )

    assert server.requests[0].body["fields"] == {"settings": parameters}


@pytest.mark.parametrize(
    ("parameters", "declared"),
    [
        ([PORT], ["port"]),
        (UNKNOWN, None),
        ([PORT, UNKNOWN], None),
        ([{**PORT, "code": UNKNOWN}], None),
    ],
)
def test_a_diff_notes_what_the_connector_will_declare(
    server: Server, catalog: Catalog, parameters: Any, declared: list[str] | None
) -> None:
    CONNECTOR.diff(remembered("17", STATE, catalog), {**INPUTS, "parameters": parameters}, catalog)

    planned = catalog.declared(17)

    assert server.requests == []
    assert (planned and [each.code for each in planned.parameters]) == declared


def test_a_source_is_judged_by_the_plan_before_the_portal(server: Server, catalog: Catalog) -> None:
    source = {"title": "S", "connectorId": 17, "settings": {"token": "t"}}
    CONNECTOR.diff(remembered("17", STATE, catalog), {**INPUTS, "parameters": [PORT]}, catalog)

    (failure,) = SOURCE.check(source, catalog).failures

    assert failure.reason.startswith(
        'settings.token is not a parameter of connector 17 "Warehouse"'
    )
    CONNECTOR.diff(remembered("17", STATE, catalog), {**INPUTS, "parameters": UNKNOWN}, catalog)
    assert SOURCE.judge(source, catalog).failures == ()
    assert server.requests == []


def test_what_a_connector_is_called_cannot_break_the_line(catalog: Catalog) -> None:
    declared = {"title": "x\r</details>\n", "parameters": [{**PORT, "code": "po\rrt"}]}
    CONNECTOR.diff(remembered("17", STATE, catalog), {**INPUTS, **declared}, catalog)
    source = {"title": "S", "connectorId": 17, "settings": {"port": "1"}}

    (failure,) = SOURCE.check(source, catalog).failures

    assert r'connector 17 "x\r</details>\n"; did you mean "po\rrt"?' in failure.reason
    assert failure.reason.isprintable()


def test_sources_in_the_way_are_named(server: Server, catalog: Catalog) -> None:
    refusal = {
        "error": "CONNECTOR_DELETE_RESTRICTED",
        "error_description": (
            "Connector cannot be removed. Remove the connections related to the connector first."
        ),
    }
    source = {"id": "42", "title": "CRM", "connectorId": "17"}
    server.answers({"result": {"error": refusal}}, {"result": [source]})

    with pytest.raises(InUse, match='source 42 "CRM" must be deleted first'):
        CONNECTOR.delete(remembered("17", STATE, catalog), catalog)

    assert server.requests[1].body["filter"] == {"=connectorId": 17}


@pytest.mark.parametrize(
    ("parameters", "is_asked"),
    [
        (INPUTS["parameters"], True),
        ([], True),
        (UNKNOWN, False),
        ([UNKNOWN], False),
        ([{**INPUTS["parameters"][0], "code": UNKNOWN}], False),
        ([{**INPUTS["parameters"][0], "name": UNKNOWN}], True),
    ],
)
def test_endpoints_are_asked_once_it_is_known_what_a_portal_posts(
    server: Server,
    catalog: Catalog,
    caplog: pytest.LogCaptureFixture,
    parameters: object,
    is_asked: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    server.answers(NONE)
    closed = {key: "http://127.0.0.1:9/" for key in INPUTS if key.startswith("url")}
    inputs = {**INPUTS, **closed, "urlData": UNKNOWN, "checkEndpoints": True}

    for _ in range(2):
        assert CONNECTOR.check({**inputs, "parameters": parameters}, catalog).failures == ()

    warned = [message.split()[0] for message in caplog.messages]
    assert warned == (["urlCheck", "urlTableList", "urlTableDescription"] if is_asked else [])
