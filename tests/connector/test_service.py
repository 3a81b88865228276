"""The service of the guide "Write a connector": what BI Builder asks, and what it must not give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.connector.service import FOLDER, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.connector.service import Service

CODES = ["id", "customer", "amount", "ordered"]
ROWS = [
    [1, "Ромашка", 9.5, "2026-09-01"],
    [2, "Acme", 310.0, "2026-09-02"],
    [3, "Eve", None, None],
]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running() as started:
        yield started


def ids(service: Service, **filters: Any) -> list[int]:
    """Return the ids of the rows that a filter lets through."""
    return [number for (number,) in service.data(select=["id"], filter=filters)[1:]]


def test_it_stays_small() -> None:
    assert len((FOLDER / "service.py").read_text("utf-8").splitlines()) < 80


@pytest.mark.parametrize("endpoint", ["check", "tables", "columns", "data"])
def test_only_the_right_token_opens_an_endpoint(service: Service, endpoint: str) -> None:
    assert service.post(endpoint, table="orders").status_code == 200
    assert service.post(endpoint, token="wrong", table="orders").status_code == 403
    address = f"{service.endpoints}/{endpoint}"
    assert service.session.post(address, timeout=60).status_code == 403
    assert service.session.post(address, {"token": "t0p-s3cret"}, timeout=60).status_code == 403
    assert service.session.get(address, timeout=60).status_code == 405


def test_other_addresses_are_refused(service: Service) -> None:
    assert service.post("rows", table="orders").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "found"), [("", ["orders"]), ("RDE", ["orders"]), ("goods", [])]
)
def test_tables_are_listed_and_searched(service: Service, wanted: str, found: list[str]) -> None:
    listed = service.post("tables", searchString=wanted).json()
    assert listed == [{"code": code, "title": "Orders"} for code in found]


def test_columns_are_described(service: Service) -> None:
    assert service.post("columns", table="orders").json() == [
        {"code": "id", "name": "id", "type": "int"},
        {"code": "customer", "name": "customer", "type": "string"},
        {"code": "amount", "name": "amount", "type": "double"},
        {"code": "ordered", "name": "ordered", "type": "date"},
    ]


@pytest.mark.parametrize("endpoint", ["columns", "data"])
@pytest.mark.parametrize("table", ["goods", "", "sqlite_master", "orders; DROP TABLE orders"])
def test_an_unknown_table_is_refused(service: Service, endpoint: str, table: str) -> None:
    assert service.post(endpoint, table=table).status_code == 404


def test_rows_come_below_the_codes_of_their_columns(service: Service) -> None:
    assert service.data() == [CODES, *ROWS]


@pytest.mark.parametrize(
    "given",
    [
        {"select": ["AMOUNT", "ID"]},
        {"select": ["amount", "id"]},
        {"select": ["SUM", "ID"], "mapFields": {"amount": "SUM", "id": "ID"}},
        {"select": ["CUSTOMER", "ID"], "mapFields": {"amount": "CUSTOMER"}},
    ],
)
def test_a_selection_names_columns_in_each_way(service: Service, given: dict[str, Any]) -> None:
    assert service.data(**given) == [["amount", "id"], [9.5, 1], [310.0, 2], [None, 3]]


@pytest.mark.parametrize(("limit", "number"), [(0, 0), (1, 1), (2, 2), (100, 3), ("", 3)])
def test_a_limit_keeps_the_first_rows(service: Service, limit: int | str, number: int) -> None:
    assert service.data(limit=limit) == [CODES, *ROWS[:number]]


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("id", 2, [2]),
        ("ID", 2, [2]),
        ("=id", 2, [2]),
        ("!=id", 2, [1, 3]),
        (">id", 2, [3]),
        (">=id", 2, [2, 3]),
        ("<id", 2, [1]),
        ("<=id", 2, [1, 2]),
        ("<=id", 10, [1, 2, 3]),
        (">id", 99999999999999999999, []),
        ("amount", "9.5", [1]),
        (">amount", 10, [2]),
        ("<amount", 100, [1]),
        ("customer", "Ромашка", [1]),
        ("customer", "' OR 1 --", []),
        ("ordered", "2026-09-02", [2]),
        ("<ordered", "2026-09-02", [1]),
    ],
)
def test_a_comparison_is_answered(service: Service, key: str, value: Any, found: list[int]) -> None:
    assert ids(service, **{key: value}) == found


def test_several_comparisons_all_hold(service: Service) -> None:
    assert ids(service, **{">id": 1, "<id": 3}) == [2]
    mapped = service.data(filter={">=NUMBER": 3}, mapFields={"id": "NUMBER"}, select=["NUMBER"])
    assert mapped == [["id"], [3]]


@pytest.mark.parametrize(
    "given",
    [
        {"select": ["none"]},
        {"select": ["id, customer"]},
        {"select": ['"id"']},
        {"select": [""]},
        {"mapFields": {"none": "NONE"}},
        {"mapFields": "id"},
        {"filter": "id"},
        {"filter": {"none": 1}},
        {"filter": {"%customer": "A"}},
        {"filter": {"!id": 1}},
        {"filter": {"id": [1, 2]}},
        {"filter": {"id": {"operator": "GTE", "value": 2}}},
        {"filter": {"LOGIC": "OR", "id": 1}},
        {"filter": [{"id": 1}]},
        {"filter": {"id": "two"}},
        {"filter": {"id": "2.5"}},
        {"filter": {"id": "\N{ARABIC-INDIC DIGIT TWO}"}},
        {"filter": {"amount": "1e3"}},
        {"filter": {"ordered": "02.09.2026"}},
        {"filter": {"ordered": "2026-09-02 10:00:00"}},
        {"filter": {"customer": ""}},
        {"limit": "ten"},
        {"limit": "-1"},
        {"limit": "1; DROP TABLE orders"},
    ],
)
def test_what_is_not_understood_is_refused(service: Service, given: dict[str, Any]) -> None:
    assert service.post("data", table="orders", **given).status_code == 400


def test_tables_and_types_of_ones_own_need_no_other_change(tmp_path: Path) -> None:
    text = (FOLDER / "service.py").read_text("utf-8")
    text = text.replace('TABLES = {"orders"', 'TABLES = {"Orders"')
    text = text.replace('"ordered": "date"}', '"ordered": "datetime"}')
    (tmp_path / "service.py").write_text(text, "utf-8")

    with running(folder=tmp_path) as own:
        listed = own.post("tables", searchString="ORD").json()
        rows = own.post("data", table="Orders", limit=1)
        filtered = own.post("data", table="Orders", filter={">=ordered": "2026-09-01 00:00:00"})

    assert listed == [{"code": "Orders", "title": "Orders"}]
    assert rows.json()[0] == CODES
    assert filtered.status_code == 400
