"""A portal that removes the white space around a text causes no endless difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.resources.connector import ConnectorLifecycle
from pulumi_bxbi.resources.source import SourceLifecycle
from pulumi_bxbi.resources.table import TableLifecycle
from tests.catalogs import catalog_of
from tests.http_server import Response
from tests.resources.states import remembered

if TYPE_CHECKING:
    from pulumi_bxbi.portal import Catalog, Portal
    from tests.http_server import Server

SOURCE, CONNECTOR, TABLE = SourceLifecycle(), ConnectorLifecycle(), TableLifecycle()
GIVEN: dict[str, Any] = {
    "title": " CRM ",
    "connectorId": 17,
    "settings": {"login": "admin\n", "port": "5432"},
    "description": "d",
}
ON_PORTAL: dict[str, Any] = {
    "id": 42,
    "title": "CRM",
    "description": "d",
    "active": True,
    "connectorId": 17,
    "settings": [{"code": "login", "value": "admin"}, {"code": "port", "value": "5432"}],
    "dateCreate": "2026-01-01 00:00:00",
    "createdById": 1,
}
DECLARED = {
    "result": {"item": {"id": 17, "settings": [{"code": "login"}, {"code": "port", "type": "INT"}]}}
}
NONE: dict[str, Any] = {"result": []}
ITEM: dict[str, Any] = {"result": {"item": ON_PORTAL}}
PLAIN = {**GIVEN, "title": "CRM", "settings": {"login": "admin", "port": "5432"}}


@pytest.fixture
def catalog(portal: Portal, server: Server) -> Catalog:
    return catalog_of(portal, server)


def test_one_warning_and_no_difference_afterwards(
    server: Server, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    listed = {"result": [ON_PORTAL]}
    server.answers(DECLARED, NONE, {"result": {"id": 42}}, listed, ITEM)

    created = SOURCE.create(GIVEN, catalog)
    refreshed = SOURCE.read(created, catalog)

    assert created.memory.trimmed == ("title", "settings")
    assert refreshed
    assert refreshed.inputs == GIVEN
    assert refreshed.memory == created.memory
    assert not SOURCE.diff(refreshed, GIVEN, None).changes
    (told,) = (each for each in caplog.messages if "white space" in each)
    assert "removes the white space around its title, settings" in told
    assert "admin" not in told


def test_it_is_said_once(
    server: Server, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers(DECLARED, {"result": True}, {"result": [{**ON_PORTAL, "description": "e"}]})
    old = remembered("42", GIVEN, catalog, trimmed=("title", "settings"))

    updated = SOURCE.update(old, {**GIVEN, "description": "e"}, catalog)

    assert updated.memory.trimmed == ("title", "settings")
    assert "white space" not in caplog.text


def test_what_was_changed_by_hand_is_still_drift(server: Server, catalog: Catalog) -> None:
    server.answers({"result": {"item": {**ON_PORTAL, "title": "By hand"}}})
    old = remembered("42", GIVEN, catalog, trimmed=("title",))

    state = SOURCE.read(old, catalog)

    assert state
    assert state.inputs == {
        **GIVEN,
        "title": "By hand",
        "settings": {"login": "admin", "port": "5432"},
    }


def test_a_program_without_the_white_space_forgets_it(server: Server, catalog: Catalog) -> None:
    server.answers(DECLARED, {"result": True}, {"result": [ON_PORTAL]})
    old = remembered("42", GIVEN, catalog, trimmed=("title", "settings"))

    updated = SOURCE.update(old, PLAIN, catalog)

    assert updated.memory.trimmed == ()


def test_parameters_and_columns_are_compared_likewise(
    server: Server, portal: Portal, catalog: Catalog
) -> None:
    address = "https://e.example"
    connector = {
        "title": "Warehouse",
        "logo": f"{address}/logo.png",
        **dict.fromkeys(("urlCheck", "urlTableList", "urlTableDescription", "urlData"), address),
        "parameters": [{"code": "token", "name": "Token ", "type": "STRING"}],
    }
    item = {**connector, "id": 17, "dateCreate": "2026-01-01 00:00:00"}
    item["settings"] = [{"code": "token", "name": "Token", "type": "STRING"}]
    server.answers(NONE, {"result": {"id": 17}}, {"result": [item]})
    assert CONNECTOR.create(connector, catalog).memory.trimmed == ("parameters",)

    table = {
        "sourceId": 42,
        "name": "orders",
        "externalName": " Orders",
        "externalCode": "orders",
        "columns": [{"name": "ID", "externalCode": " id", "type": "int"}],
    }
    columns = [{"id": 1, "name": "ID", "externalCode": "id", "type": "int", "visible": True}]
    found = {**table, "id": 7, "externalName": "Orders", "fields": columns}
    old = remembered("7", {**table, "externalName": "Orders", "description": "d"}, catalog)
    server.answers(
        {"result": True}, {"result": [{**found, "fields": None}]}, {"result": {"item": found}}
    )
    updated = TABLE.update(old, {**table, "externalName": "Orders"}, catalog)
    assert updated.memory.trimmed == ()
    another = catalog_of(portal, server)
    server.answers({"result": [found]}, {"result": {"result": {"t7": {"item": found}}}})
    kept = remembered("7", table, catalog, trimmed=("externalName", "columns"))
    state = TABLE.read(kept, another)
    assert state
    assert state.inputs == table


def test_a_creation_whose_answer_was_lost_is_recognised(server: Server, catalog: Catalog) -> None:
    lost = Response(b"", 0)
    server.answers(DECLARED, NONE, lost, {"result": [ON_PORTAL]}, {"result": [ON_PORTAL]})

    assert SOURCE.create(GIVEN, catalog).id == "42"
