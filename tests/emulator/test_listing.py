"""What the lists of connectors, sources and tables do with their common parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.raw_portal import RawPortal, Start

ROWS = (
    ("Альфа", "", 10, False),
    ("альбом", "first", 20, True),
    ("Beta", "first", 30, False),
    ("100% cotton", "x\ny", -1, True),
    ("9", "", 9, False),
)


def connector(number: int, title: str, description: str, sort: int, mapping: bool) -> Any:  # noqa: FBT001 - a row
    """Return a connector of a seed."""
    return {
        "id": number,
        "title": title,
        "description": description,
        "sort": sort,
        "supportMapping": mapping,
        "logo": "l",
        "urlCheck": "u",
        "urlTableList": "u",
        "urlTableDescription": "u",
        "urlData": "u",
        "settings": [],
    }


@pytest.fixture(scope="module")
def listed(start: Start) -> RawPortal:
    """A portal with five connectors, a source for each of the first two, and 120 tables."""
    columns = [{"name": "ID", "externalCode": "id", "type": "int"}]
    seed = {
        "connectors": [connector(number, *row) for number, row in enumerate(ROWS, start=1)],
        "sources": [
            {"id": number, "title": f"S{number}", "connectorId": number, "settings": {}}
            for number in (1, 2)
        ],
        "tables": [
            {
                "id": number,
                "sourceId": 1,
                "name": f"t{number}",
                "externalName": "T",
                "externalCode": "t",
                "fields": columns,
            }
            for number in range(1, 121)
        ],
    }
    return start(seed=seed)


def found(portal: RawPortal, condition: Any, kind: str = "connector") -> list[int]:
    """Return the ids of what a filter lets through, in ascending order."""
    asked = {"filter": condition, "order": {"id": "ASC"}, "select": ["id"]}
    return [row["id"] for row in portal.result(f"biconnector.{kind}.list", asked)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ([], [1, 2, 3, 4, 5]),
        ({"id": 3}, [3]),
        ({"=id": "3"}, [3]),
        ({"id": [1, 3]}, [1, 3]),
        ({"title": "9"}, [5]),
        ({"title": 9}, [5]),
        ({"title": "09"}, []),
        ({"title": "beta"}, []),
        ({"!id": 3}, [1, 2, 4, 5]),
        ({"!=title": "Beta"}, [1, 2, 4, 5]),
        ({"!description": ""}, [2, 3, 4]),
        ({">sort": 10}, [2, 3]),
        ({">=sort": 10}, [1, 2, 3]),
        ({"<sort": "10"}, [4, 5]),
        ({"<=sort": 10}, [1, 4, 5]),
        ({">title": "B"}, [1, 2, 3]),
        ({"@id": [2, 4, 400]}, [2, 4]),
        ({"@id": 2}, [2]),
        ({"@id": []}, []),
        ({"!@id": [2, 4]}, [1, 3, 5]),
        ({"%title": "аль"}, [1, 2]),
        ({"%title": "0%"}, [4]),
        ({"=%title": "аль%"}, [1, 2]),
        ({"%=title": "%a"}, [3]),
        ({"%=title": "B%t%"}, [3]),
        ({"%=description": "x%y"}, [4]),
        ({"%=title": "Alpha"}, []),
        ({"supportMapping": True}, [2, 4]),
        ({"supportMapping": 0}, [1, 3, 5]),
        ({"description": "first", "sort": 30}, [3]),
        ({"logic": "OR", "id": 1, "sort": 30}, [1, 3]),
        ({"logic": "OR"}, [1, 2, 3, 4, 5]),
        ({"logic": "AND", "!description": "", "0": {"logic": "OR", "id": 2, "sort": -1}}, [2, 4]),
        ([{"id": 1}, {"sort": 10}], [1]),
        ({"logic": "OR", "0": {"id": 1}, "1": {"id": 5, "0": {"sort": 8}}}, [1]),
    ],
)
def test_filter(listed: RawPortal, condition: Any, expected: list[int]) -> None:
    assert found(listed, condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [({"@connectorId": [2, 4]}, [2]), ({"settings": "x"}, [1, 2]), ({"0": {"id": 1}}, [1])],
)
def test_filter_of_sources(listed: RawPortal, condition: Any, expected: list[int]) -> None:
    assert found(listed, condition, "source") == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"dateUpdate": None}, 50),
        ({"!dateUpdate": None}, 0),
        ({">dateUpdate": ""}, 0),
        ({"sourceId": 1}, 50),
        ({"sourceId": 2}, 0),
        ({"%name": "t12"}, 2),
        ({"%dateUpdate": "2"}, 0),
        ({"%dateUpdate": ""}, 50),
    ],
)
def test_filter_of_tables(listed: RawPortal, condition: Any, expected: int) -> None:
    assert len(found(listed, condition, "table")) == expected


def test_a_group_must_be_a_group(listed: RawPortal) -> None:
    asked = {"filter": {"0": "x"}}
    assert listed.error("biconnector.connector.list", asked)[1] == "VALIDATION_FILTER_TYPE"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({"id": "ASC"}, [1, 2, 3, 4, 5]),
        ({"sort": "desc"}, [3, 2, 1, 5, 4]),
        ({"description": "ASC", "id": "DESC"}, [5, 1, 3, 2, 4]),
        ({"supportMapping": "DESC", "sort": "Asc"}, [4, 2, 5, 1, 3]),
        ({"settings": "ASC", "id": "ASC"}, [1, 2, 3, 4, 5]),
    ],
)
def test_order(listed: RawPortal, order: Any, expected: list[int]) -> None:
    asked = {"order": order, "select": {"0": "id"}}
    rows = listed.result("biconnector.connector.list", asked)
    assert [row["id"] for row in rows] == expected


def test_without_order_the_oldest_are_not_first(listed: RawPortal) -> None:
    rows = listed.result("biconnector.connector.list", {"select": ["id"]})
    assert [row["id"] for row in rows] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("page", "first", "length"),
    [
        (1, 1, 50),
        (2, 51, 50),
        ("2", 51, 50),
        (3, 101, 20),
        (0, 1, 50),
        (-1, 1, 50),
        ("x", 1, 50),
        (None, 1, 50),
        ([2], 1, 50),
    ],
)
def test_a_page_has_fifty(listed: RawPortal, page: Any, first: int, length: int) -> None:
    asked = {"order": {"id": "ASC"}, "page": page, "start": 70}
    rows = listed.result("biconnector.table.list", asked)
    assert [row["id"] for row in rows] == list(range(first, first + length))


def test_beyond_the_last_page_is_nothing(listed: RawPortal) -> None:
    assert listed.result("biconnector.table.list", {"page": 4}) == []


def test_a_list_has_no_totals(listed: RawPortal) -> None:
    assert listed.post("biconnector.table.list").json().keys() == {"result", "time"}


@pytest.mark.parametrize("kind", ["connector", "source", "table", "dataset"])
def test_select_leaves_only_what_is_selected(listed: RawPortal, kind: str) -> None:
    rows = listed.result(f"biconnector.{kind}.list", {"select": ["id", "description"]})
    assert {frozenset(row) for row in rows} == {frozenset({"id", "description"})}
    (whole,) = {frozenset(row) for row in listed.result(f"biconnector.{kind}.list")}
    for select in (["*"], ["*", "id"], [], None):
        rows = listed.result(f"biconnector.{kind}.list", {"select": select})
        assert {frozenset(row) for row in rows} == {whole}
