"""What one application sees of another's objects, and of those made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.raw_portal import RawPortal


@pytest.mark.parametrize(
    ("kind", "own", "other"),
    [
        ("connector", {10, 11, 12}, {20}),
        ("source", {100, 101, 102, 104}, {200}),
        ("table", {1000, 1001}, {2000}),
        ("dataset", {1000, 1001}, {2000}),
    ],
)
def test_an_application_sees_its_own(
    conditions: RawPortal, kind: str, own: set[int], other: set[int]
) -> None:
    for token, expected in ((None, own), ("second", other)):
        rows = conditions.result(f"biconnector.{kind}.list", token=token)
        assert {row["id"] for row in rows} == expected


def test_an_application_works_on_its_own(conditions: RawPortal) -> None:
    fields: dict[str, Any] = {"description": "D"}
    asked = {"id": 2000, "fields": fields}
    assert conditions.error("biconnector.table.update", asked)[1] == "DATASET_NOT_FOUND"
    assert conditions.result("biconnector.table.update", asked, "second") is True
    (held,) = [table for table in conditions.objects()["tables"] if table["id"] == 2000]
    assert (held["description"], held["application"]) == ("D", "local.second")


def test_what_is_made_belongs_to_its_maker(conditions: RawPortal) -> None:
    connector = conditions.result("biconnector.connector.get", {"id": 20}, "second")["item"]
    fields = {key: connector[key] for key in connector if key not in ("id", "dateCreate")}
    number = conditions.result("biconnector.connector.add", {"fields": fields}, "second")["id"]
    asked = {"id": number}
    assert conditions.error("biconnector.connector.get", asked)[1] == "CONNECTOR_NOT_FOUND"
    assert conditions.result("biconnector.connector.delete", asked, "second") is True


def test_the_user_behind_a_token_is_noted(conditions: RawPortal) -> None:
    second = conditions.result("biconnector.source.get", {"id": 200}, "second")
    assert second["item"]["connection"]["createdById"] == 1


def test_an_application_is_told_who_it_is(conditions: RawPortal) -> None:
    assert conditions.result("app.info", token="second") == {
        "ID": 2,
        "CODE": "local.second",
        "STATUS": "P",
        "INSTALLED": True,
    }
