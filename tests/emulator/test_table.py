"""What `biconnector.table.*` and `biconnector.dataset.*` do beyond their schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.raw_portal import RawPortal

FAMILIES = pytest.mark.parametrize("family", ["table", "dataset"])
COLUMNS = [
    {"name": "ID", "externalCode": "id", "type": "int"},
    {"name": "AMOUNT", "externalCode": "amount", "type": "money"},
]


@pytest.fixture
def source_id(portal: RawPortal) -> int:
    fields = {"title": "S", "connectorId": 123, "settings": {}}
    return int(portal.result("biconnector.source.add", {"fields": fields})["id"])


def add(portal: RawPortal, source_id: int, family: str = "table", **changes: Any) -> int:
    """Add a table, with changes."""
    fields = {
        "sourceId": source_id,
        "name": "orders",
        "externalName": "Заказы",
        "externalCode": "orders_v1",
        "fields": COLUMNS,
        **changes,
    }
    return int(portal.result(f"biconnector.{family}.add", {"fields": fields})["id"])


def get(portal: RawPortal, table_id: int) -> dict[str, Any]:
    item: dict[str, Any] = portal.result("biconnector.table.get", {"id": table_id})["item"]
    return item


def columns(portal: RawPortal, table_id: int) -> dict[str, int]:
    """Return the ids of a table's columns by name."""
    return {column["name"]: column["id"] for column in get(portal, table_id)["fields"]}


def test_get_has_the_columns_and_not_the_source(portal: RawPortal, source_id: int) -> None:
    table_id = add(portal, source_id)
    item = get(portal, table_id)
    assert len(item.pop("dateCreate")) == len("2026-09-20 10:11:12")
    assert item == {
        "id": table_id,
        "type": "rest",
        "name": "orders",
        "description": "",
        "externalCode": "orders_v1",
        "externalName": "Заказы",
        "dateUpdate": None,
        "createdById": 1,
        "updatedById": 0,
        "externalId": 0,
        "csvDelimiter": "",
        "csvEncoding": "",
        "csvHasHeaders": False,
        "fields": [
            {
                "id": number,
                "datasetId": table_id,
                **column,
                "visible": True,
                "description": "",
            }
            for number, column in enumerate(COLUMNS, start=1)
        ],
    }


@FAMILIES
def test_list_has_the_source_and_not_the_columns(
    portal: RawPortal, source_id: int, family: str
) -> None:
    table_id = add(portal, source_id)
    expected = {**get(portal, table_id), "sourceId": source_id}
    del expected["fields"]
    for parameters in ({}, {"select": ["*"]}, {"select": ["*", "id"]}):
        assert portal.result(f"biconnector.{family}.list", parameters) == [expected]


@FAMILIES
def test_selected_dates_are_broken(portal: RawPortal, source_id: int, family: str) -> None:
    add(portal, source_id)
    select = ["id", "dateCreate", "dateUpdate", "fields"]
    assert portal.result(f"biconnector.{family}.list", {"select": select}) == [
        {"id": 1, "dateCreate": {}, "dateUpdate": {}}
    ]


@FAMILIES
def test_columns_are_ignored_in_a_filter(portal: RawPortal, source_id: int, family: str) -> None:
    add(portal, source_id)
    asked = {"filter": {"fields": "x"}, "order": {"fields": "DESC"}, "select": ["id"]}
    assert portal.result(f"biconnector.{family}.list", asked) == [{"id": 1}]


def test_what_the_schema_does_not_have_cannot_be_selected(portal: RawPortal) -> None:
    for name in ("csvDelimiter", "csvEncoding", "csvHasHeaders"):
        assert portal.error("biconnector.table.list", {"select": [name]}) == (
            200,
            "VALIDATION_FIELD_NOT_ALLOWED_IN_SELECT",
            f'Field "{name}" is not allowed in the "select".',
        )


@FAMILIES
def test_update_changes_the_description(portal: RawPortal, source_id: int, family: str) -> None:
    table_id = add(portal, source_id)
    before = get(portal, table_id)
    asked = {"id": table_id, "fields": {"description": "Новое"}}
    assert portal.result(f"biconnector.{family}.update", asked) is True
    after = get(portal, table_id)
    assert after["dateUpdate"] >= before["dateCreate"]
    assert after == {
        **before,
        "description": "Новое",
        "dateUpdate": after["dateUpdate"],
        "updatedById": 1,
    }


def test_a_dataset_is_a_table_with_a_dataset_of_bi_builder(
    portal: RawPortal, source_id: int
) -> None:
    first = add(portal, source_id, "dataset", name="first")
    second = add(portal, source_id, "dataset", name="second")
    numbers = [get(portal, table_id)["externalId"] for table_id in (first, second)]
    assert numbers[0] > 0
    assert numbers[1] == numbers[0] + 1
    for family in ("table", "dataset"):
        names = {row["name"] for row in portal.result(f"biconnector.{family}.list")}
        assert names == {"first", "second"}


def test_a_deleted_table_frees_its_name(portal: RawPortal, source_id: int) -> None:
    table_id = add(portal, source_id)
    assert portal.result("biconnector.table.delete", {"id": table_id}) is True
    assert portal.error("biconnector.table.get", {"id": table_id})[1] == "DATASET_NOT_FOUND"
    assert add(portal, source_id) == table_id + 1


@FAMILIES
def test_columns_are_updated_then_added_then_deleted(
    portal: RawPortal, source_id: int, family: str
) -> None:
    table_id = add(portal, source_id)
    ids = columns(portal, table_id)
    asked = {
        "id": table_id,
        "update": [{"id": ids["ID"], "visible": False}],
        "add": [{"name": "AT", "externalCode": "at", "type": "timezone", "visible": False}],
        "delete": [ids["AMOUNT"]],
    }
    assert portal.result(f"biconnector.{family}.fields.update", asked) is True
    shown = [(column["name"], column["visible"]) for column in get(portal, table_id)["fields"]]
    assert shown == [("ID", False), ("AT", True)]
    assert columns(portal, table_id)["AT"] > ids["AMOUNT"]


def test_a_column_cannot_be_made_anew_in_one_call(portal: RawPortal, source_id: int) -> None:
    table_id = add(portal, source_id)
    column_id = columns(portal, table_id)["ID"]
    again = [{"name": "ID", "externalCode": "id", "type": "string"}]
    asked = {"id": table_id, "add": again, "delete": [column_id]}
    assert portal.error("biconnector.table.fields.update", asked)[1] == (
        "VALIDATION_DUPLICATE_EXIST_NAME"
    )
    portal.result("biconnector.table.fields.update", {"id": table_id, "delete": [column_id]})
    portal.result("biconnector.table.fields.update", {"id": table_id, "add": again})
    assert [column["type"] for column in get(portal, table_id)["fields"]] == ["money", "string"]


def test_nothing_to_change_is_a_success(portal: RawPortal, source_id: int) -> None:
    table_id = add(portal, source_id)
    before = get(portal, table_id)
    assert portal.result("biconnector.table.fields.update", {"id": table_id}) is True
    assert get(portal, table_id) == before


def test_columns_of_other_tables_are_not_updated_but_deleted(
    portal: RawPortal, source_id: int
) -> None:
    first = add(portal, source_id, name="first")
    second = add(portal, source_id, name="second")
    foreign = columns(portal, second)
    update = [{"id": foreign["ID"], "visible": False}]
    portal.result("biconnector.table.fields.update", {"id": first, "update": update})
    assert [column["visible"] for column in get(portal, second)["fields"]] == [True, True]
    portal.result("biconnector.table.fields.update", {"id": first, "delete": [foreign["AMOUNT"]]})
    assert columns(portal, second) == {"ID": foreign["ID"]}
    assert list(columns(portal, first)) == ["ID", "AMOUNT"]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "a" * 230},
        {"name": "a_1"},
        {"fields": [{"name": "A" * 32, "externalCode": "я" * 600, "type": "double"}]},
        {"fields": [{"name": "A_1", "externalCode": "a", "type": "datetime"}]},
    ],
)
def test_names_at_their_limits_are_accepted(
    portal: RawPortal, source_id: int, changes: dict[str, Any]
) -> None:
    item = get(portal, add(portal, source_id, **changes))
    assert item["name"] == changes.get("name", "orders")


def test_both_families_describe_the_same_schema(portal: RawPortal) -> None:
    fields = portal.result("biconnector.table.fields")
    assert portal.result("biconnector.dataset.fields") == fields
    assert [field["title"] for field in fields["fields"]] == [
        "id", "sourceId", "name", "type", "description", "externalName", "externalCode",
        "externalId", "dateCreate", "dateUpdate", "createdById", "updatedById", "fields",
    ]  # fmt: skip
    assert [each["title"] for each in fields["fields"] if each["isImmutable"]] == [
        "sourceId", "name", "externalName", "externalCode",
    ]  # fmt: skip
