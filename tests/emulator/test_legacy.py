"""What differs in the edition of 2025; its errors are in `test_errors.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.raw_portal import RawPortal

CRM: dict[str, Any] = {
    "title": "CRM",
    "connectorId": 123,
    "settings": {"login": "admin", "password": "secret"},
}
CONNECTOR: dict[str, Any] = {
    "title": "C",
    "logo": "l",
    "urlCheck": "u",
    "urlTableList": "u",
    "urlTableDescription": "u",
    "urlData": "u",
    "settings": [],
}
TABLE: dict[str, Any] = {
    "name": "orders",
    "externalName": "Orders",
    "externalCode": "orders",
    "fields": [{"name": "ID", "externalCode": "id", "type": "int"}],
}


def source(portal: RawPortal, **changes: Any) -> int:
    """Add a source, with changes."""
    return int(portal.result("biconnector.source.add", {"fields": {**CRM, **changes}})["id"])


def dataset(portal: RawPortal) -> int:
    """Add a source and a dataset on it."""
    fields = {**TABLE, "sourceId": source(portal)}
    return int(portal.result("biconnector.dataset.add", {"fields": fields}))


def test_a_webhook_may_do_everything(legacy: RawPortal) -> None:
    body = legacy.by_webhook("biconnector.source.add", {"fields": CRM}).json()
    assert body["result"] == {"id": 1}
    assert "time" in body
    assert legacy.result("biconnector.source.get", {"id": 1})["item"]["connectorId"] == 123


def test_some_additions_answer_with_the_bare_id(legacy: RawPortal) -> None:
    assert legacy.result("biconnector.connector.add", {"fields": CONNECTOR}) == 124
    assert legacy.result("biconnector.source.add", {"fields": CRM}) == {"id": 1}
    fields = {**TABLE, "sourceId": 1}
    assert legacy.result("biconnector.dataset.add", {"fields": fields}) == 1


def test_ids_in_lists_are_texts(legacy: RawPortal) -> None:
    dataset(legacy)
    (connector,) = legacy.result("biconnector.connector.list")
    (row,) = legacy.result("biconnector.source.list")
    (table,) = legacy.result("biconnector.dataset.list")
    assert connector["id"] == "123"
    assert (row["id"], row["connectorId"], row["createdById"]) == ("1", "123", 1)
    assert (table["id"], table["sourceId"], table["externalId"]) == ("1", "1", 1)
    assert legacy.result("biconnector.dataset.get", {"id": 1})["item"]["id"] == 1


def test_connectors_lack_what_came_later(legacy: RawPortal) -> None:
    later = {"supportMapping", "sourceCode"}
    item = legacy.result("biconnector.connector.get", {"id": 123})["item"]
    (row,) = legacy.result("biconnector.connector.list")
    fields = legacy.result("biconnector.connector.fields")["fields"]
    assert not later & (item.keys() | row.keys() | {field["title"] for field in fields})


def test_datasets_lack_what_came_later(legacy: RawPortal) -> None:
    table_id = dataset(legacy)
    item = legacy.result("biconnector.dataset.get", {"id": table_id})["item"]
    (row,) = legacy.result("biconnector.dataset.list")
    assert not {"csvDelimiter", "csvEncoding", "csvHasHeaders"} & (item.keys() | row.keys())
    assert "description" not in item["fields"][0]


@pytest.mark.parametrize("action", ["add", "update", "get", "list", "delete", "fields"])
def test_there_are_no_tables(legacy: RawPortal, action: str) -> None:
    error = legacy.error(f"biconnector.table.{action}", {"id": 1})
    assert error == (404, "ERROR_METHOD_NOT_FOUND", "Method not found!")


def test_active_is_written(legacy: RawPortal) -> None:
    def active() -> bool:
        item = legacy.result("biconnector.source.get", {"id": 1})["item"]
        return bool(item["connection"]["active"])

    assert source(legacy, active=False) == 1
    assert not active()
    legacy.result("biconnector.source.update", {"id": 1, "fields": {"active": True}})
    assert active()


def test_a_source_is_active_unless_told_otherwise(legacy: RawPortal) -> None:
    source(legacy)
    assert legacy.result("biconnector.source.list")[0]["active"] is True


def test_a_source_is_updated_without_its_title(legacy: RawPortal) -> None:
    source(legacy)
    fields = {"settings": {"password": "new"}}
    assert legacy.result("biconnector.source.update", {"id": 1, "fields": fields}) is True
    item = legacy.result("biconnector.source.get", {"id": 1})["item"]
    assert item["connection"]["title"] == "CRM"
    assert [setting["value"] for setting in item["settings"]] == ["admin", "new"]


def test_a_dataset_can_be_deleted(legacy: RawPortal) -> None:
    table_id = dataset(legacy)
    assert legacy.result("biconnector.dataset.delete", {"id": table_id}) is True
    assert legacy.result("biconnector.dataset.list") == []
    assert legacy.result("biconnector.source.delete", {"id": 1}) is True


@pytest.mark.parametrize("kind", ["source", "dataset"])
def test_some_lists_take_what_they_do_not_know_for_the_default(
    legacy: RawPortal, kind: str
) -> None:
    dataset(legacy)
    asked = {"filter": {"logic": "XOR", "id": 1}, "order": {"id": "up"}, "select": ["id"]}
    assert legacy.result(f"biconnector.{kind}.list", asked) == [{"id": "1"}]


def test_a_source_whose_connector_has_vanished_is_shown(shared_older_conditions: RawPortal) -> None:
    item = shared_older_conditions.result("biconnector.source.get", {"id": 102})["item"]
    assert (item["connectorId"], item["settings"]) == (99, [])


@pytest.mark.parametrize("token", ["without-builder", "without-hub", "without-both"])
def test_anyone_may_ask_for_a_schema(shared_older_conditions: RawPortal, token: str) -> None:
    for kind in ("connector", "source", "dataset"):
        assert shared_older_conditions.result(f"biconnector.{kind}.fields", token=token)["fields"]


def test_one_permission_is_enough(shared_older_conditions: RawPortal) -> None:
    rows = shared_older_conditions.result("biconnector.source.list", token="without-builder")
    assert "102" in {row["id"] for row in rows}
