"""What `biconnector.connector.*` do beyond their schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.raw_portal import RawPortal

FIELDS: dict[str, Any] = {
    "title": "Склад",
    "logo": "data:image/svg+xml;base64,PHN2Zy8+",
    "urlCheck": "https://e.example/c",
    "urlTableList": "https://e.example/l",
    "urlTableDescription": "https://e.example/t",
    "urlData": "https://e.example/d",
    "settings": [
        {"code": "host", "name": "Host", "type": "STRING"},
        {"code": "port", "name": "Port", "type": "INT"},
    ],
}


def add(portal: RawPortal, **changes: Any) -> int:
    """Add a connector, with changes."""
    fields = {**FIELDS, **changes}
    return int(portal.result("biconnector.connector.add", {"fields": fields})["id"])


def get(portal: RawPortal, connector_id: int) -> dict[str, Any]:
    item: dict[str, Any] = portal.result("biconnector.connector.get", {"id": connector_id})["item"]
    return item


def test_the_shipped_connector_can_be_used_at_once(portal: RawPortal) -> None:
    item = get(portal, 123)
    assert [(each["code"], each["type"]) for each in item["settings"]] == [
        ("login", "STRING"),
        ("password", "STRING"),
    ]
    assert item["urlCheck"] == f"{portal.address}/__emulator__/endpoints/check"


def test_get_shows_what_was_added_and_the_defaults(portal: RawPortal) -> None:
    connector_id = add(portal)
    item = get(portal, connector_id)
    assert len(item.pop("dateCreate")) == len("2026-09-20 10:11:12")
    assert item == {
        **FIELDS,
        "id": connector_id,
        "description": "",
        "sort": 100,
        "supportMapping": False,
        "sourceCode": "",
    }
    listed = portal.result("biconnector.connector.list", {"filter": {"id": connector_id}})
    assert listed == [get(portal, connector_id)]


def test_optional_fields_are_kept(portal: RawPortal) -> None:
    given = {"description": "D", "sort": -5, "supportMapping": True, "sourceCode": "mysql"}
    assert given.items() <= get(portal, add(portal, **given)).items()


def test_update_changes_only_what_is_given(portal: RawPortal) -> None:
    connector_id = add(portal, supportMapping=True, description="D")
    before = get(portal, connector_id)
    asked = {"id": connector_id, "fields": {"sort": 5}}
    assert portal.result("biconnector.connector.update", asked) is True
    assert get(portal, connector_id) == {**before, "sort": 5}


def test_given_settings_replace_the_old_ones(portal: RawPortal) -> None:
    connector_id = add(portal)
    settings = [{"code": "token", "name": "Token", "type": "STRING", "id": 5}]
    portal.result(
        "biconnector.connector.update", {"id": connector_id, "fields": {"settings": settings}}
    )
    assert get(portal, connector_id)["settings"] == [
        {"code": "token", "name": "Token", "type": "STRING"}
    ]


@pytest.mark.parametrize("key", ["name", "code"])
def test_the_longest_name_and_code_have_512_characters(portal: RawPortal, key: str) -> None:
    setting = {"code": "c", "name": "n", "type": "INT", key: "я" * 512}
    assert get(portal, add(portal, settings=[setting]))["settings"] == [setting]


def test_a_connector_is_deleted_after_its_sources(portal: RawPortal) -> None:
    fields = {"title": "S", "connectorId": 123, "settings": {}}
    source_id = portal.result("biconnector.source.add", {"fields": fields})["id"]
    assert portal.error("biconnector.connector.delete", {"id": 123})[1] == (
        "CONNECTOR_DELETE_RESTRICTED"
    )
    portal.result("biconnector.source.delete", {"id": source_id})
    assert portal.result("biconnector.connector.delete", {"id": 123}) is True
    assert portal.result("biconnector.connector.list") == []


def test_settings_are_one_text_to_a_filter(portal: RawPortal) -> None:
    connector_id = add(portal)
    for pattern, found in (('"code":"host"', [{"id": connector_id}]), ('"code":"nowhere"', [])):
        asked = {"filter": {"%settings": pattern}, "select": ["id"]}
        assert portal.result("biconnector.connector.list", asked) == found
    assert len(portal.result("biconnector.connector.list", {"order": {"settings": "asc"}})) == 2


def test_the_schema_is_that_of_the_documentation(portal: RawPortal) -> None:
    fields = portal.result("biconnector.connector.fields")["fields"]
    assert fields[0] == {
        "title": "id",
        "type": "integer",
        "isRequired": True,
        "isReadOnly": True,
        "isImmutable": False,
        "isMultiple": False,
    }
    assert [field["title"] for field in fields] == [
        "id", "title", "logo", "description", "sort", "urlCheck", "urlData", "urlTableList",
        "urlTableDescription", "settings", "dateCreate", "supportMapping", "sourceCode",
    ]  # fmt: skip
    required = [each["title"] for each in fields if each["isRequired"] and not each["isReadOnly"]]
    assert sorted(required) == sorted(FIELDS)
    assert [field["title"] for field in fields if field["isMultiple"]] == ["settings"]
