"""Which objects an unanswered creation can have made."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_bxbi.portal import Connector, Source, Table
from pulumi_bxbi.portal.objects.matching import is_made_of, shows

ADDRESSES = ("urlCheck", "urlTableList", "urlTableDescription", "urlData")
CONNECTOR: dict[str, Any] = {
    "title": "Склад 🏬",
    **{name: f"https://e.example/{name}" for name in ADDRESSES},
    "settings": [
        {"code": "login", "name": "Login", "type": "STRING"},
        {"code": "port", "name": "Port", "type": "INT"},
    ],
}
SOURCE = {"title": "CRM", "connectorId": 17, "settings": {"login": "admin", "port": 5432}}
SHOWN_SOURCE = {
    "id": "42",
    "title": "CRM",
    "connectorId": "17",
    "settings": [{"code": "login", "value": "admin"}, {"code": "port", "value": "5432"}],
}
TABLE: dict[str, Any] = {
    "sourceId": 42,
    "name": "deals",
    "externalName": "Deals",
    "externalCode": "d",
    "fields": [
        {"name": "ID", "externalCode": "id", "type": "int"},
        {"name": "SUM", "externalCode": "sum", "type": "money"},
    ],
}
SHOWN_TABLE: dict[str, Any] = {
    **TABLE,
    "id": 41,
    "fields": [{**column, "id": n} for n, column in enumerate(TABLE["fields"])],
}


def test_a_connector_is_what_it_was_made_of_in_any_order_of_parameters() -> None:
    shown = {**CONNECTOR, "id": 17, "settings": CONNECTOR["settings"][::-1], "sort": 100}

    assert is_made_of(Connector.model_validate(shown), CONNECTOR)


@pytest.mark.parametrize("name", ["title", *ADDRESSES])
def test_a_connector_with_another_text_is_another_one(name: str) -> None:
    shown = {**CONNECTOR, "id": 17, name: "https://other.example/"}

    assert not is_made_of(Connector.model_validate(shown), CONNECTOR)


@pytest.mark.parametrize("parameters", [[], CONNECTOR["settings"][:1]])
def test_a_connector_with_other_parameters_is_another_one(parameters: list[Any]) -> None:
    shown = {**CONNECTOR, "id": 17, "settings": parameters}

    assert not is_made_of(Connector.model_validate(shown), CONNECTOR)


def test_what_portals_rewrite_does_not_make_another_one() -> None:
    sent = {**CONNECTOR, "logo": "data:image/png;base64,AAAA", "supportMapping": False}
    shown = {**CONNECTOR, "id": 17, "logo": "https://cdn.example/logo.png"}

    assert is_made_of(Connector.model_validate(shown), sent)


def test_a_source_is_what_it_was_made_of_although_values_come_as_texts() -> None:
    assert is_made_of(Source.model_validate(SHOWN_SOURCE), {**SOURCE, "active": False})


def test_a_table_is_what_it_was_made_of_in_any_order_of_columns() -> None:
    shown = {**SHOWN_TABLE, "fields": SHOWN_TABLE["fields"][::-1]}

    assert is_made_of(Table.model_validate(shown), TABLE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "leads"),
        ("sourceId", 43),
        ("externalName", "Leads"),
        ("externalCode", "l"),
        ("fields", []),
        ("fields", [{"id": 1, "name": "ID", "externalCode": "id", "type": "string"}]),
    ],
)
def test_a_table_with_another_property_is_another_one(name: str, value: object) -> None:
    assert not is_made_of(Table.model_validate({**SHOWN_TABLE, name: value}), TABLE)


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"description": ""}, True),
        ({"description": "x"}, False),
        ({"settings": {"login": "admin"}}, True),
        ({"settings": {"login": "root"}}, False),
        ({"settings": {"other": ""}}, True),
        ({"active": True}, True),
        ({"active": False}, False),
    ],
)
def test_a_change_is_compared_in_all_that_it_changes(
    fields: dict[str, Any],
    shown: bool,  # noqa: FBT001  # a parameter of the cases
) -> None:
    assert shows(Source.model_validate(SHOWN_SOURCE), fields) is shown
