"""Under which name a portal knows tables, and that finding out takes no call of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import Catalog, NotFound, PortalUnavailable
from tests.catalogs import told
from tests.http_server import Response

if TYPE_CHECKING:
    from pulumi_bxbi.portal import Portal
    from tests.http_server import Server

ORDERS = {"id": 41, "name": "orders", "sourceId": 8}
COLUMN = {"id": 1, "name": "ID", "externalCode": "id", "type": "int", "visible": True}
ITEM = {"item": {"id": 41, "name": "orders", "fields": [COLUMN]}}
FIELDS = {"name": "orders", "sourceId": 8}
YES: dict[str, Any] = {"result": True}
UNKNOWN_METHOD = Response(
    b'{"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"}', 404
)
GONE = {"error": {"error": "DATASET_NOT_FOUND", "error_description": "Table was not found."}}


@pytest.fixture
def catalog(portal: Portal) -> Catalog:
    return Catalog(portal)


def calls(server: Server) -> list[str]:
    return [request.path.removeprefix("/rest/") for request in server.requests]


def in_batch(server: Server, number: int = 0) -> dict[str, str]:
    assert calls(server)[number] == "batch"
    commands: dict[str, str] = server.requests[number].body["cmd"]
    return commands


def batch(results: dict[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    refused = {name: {"error": code, "error_description": "No."} for name, code in errors.items()}
    return {"result": {"result": results or [], "result_error": refused or []}}


@pytest.mark.parametrize(("tables", "family"), [(True, "table"), (False, "dataset")])
def test_the_first_read_asks_which_name_the_portal_knows(
    server: Server,
    catalog: Catalog,
    tables: bool,  # noqa: FBT001 - a parameter of the test
    family: str,
) -> None:
    known = told(tables=tables, read=[ORDERS])
    server.answers(known, {"result": []}, {"result": {"id": 42}}, {"result": []}, YES)

    (listed,) = catalog.tables.list({})
    catalog.tables.create(FIELDS, "clients")
    catalog.tables.delete(41, "orders")

    assert listed.source_id == 8
    assert calls(server)[0] == "batch"
    assert calls(server)[1:] == [
        f"biconnector.{family}.list",
        f"biconnector.{family}.add",
        f"biconnector.{family}.list",
        f"biconnector.{family}.delete",
    ]


def test_what_is_read_first_is_asked_for_under_the_name_that_every_portal_knows(
    server: Server, catalog: Catalog
) -> None:
    server.answers(told(tables=True, read=[]))

    list(catalog.tables.list({"@id": [41, 42], "=name": "заказы & [1]"}))

    assert in_batch(server) == {
        "asked": "method.get?name=biconnector.table.list",
        "read": (
            "biconnector.dataset.list?filter%5B%40id%5D%5B0%5D=41&filter%5B%40id%5D%5B1%5D=42"
            "&filter%5B%3Dname%5D=%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7%D1%8B+%26+%5B1%5D"
            "&order%5Bid%5D=ASC"
        ),
    }


def test_a_creation_looks_and_asks_with_one_call(server: Server, catalog: Catalog) -> None:
    server.answers(told(tables=False, read=[]), {"result": 41}, {"result": [ORDERS]}, YES)

    number, _ = catalog.tables.create(FIELDS, "orders")
    catalog.tables.delete(number, "orders")

    assert in_batch(server)["read"] == "biconnector.dataset.list?order%5Bid%5D=DESC"
    assert calls(server)[1:] == [
        "biconnector.dataset.add",
        "biconnector.dataset.list",
        "biconnector.dataset.delete",
    ]


@pytest.mark.parametrize(
    ("answers", "families"),
    [([YES, YES], ["table", "table"]), ([UNKNOWN_METHOD, YES], ["table", "dataset", "dataset"])],
    ids=["a newer portal", "an older portal"],
)
def test_a_first_write_is_not_asked_for(
    server: Server, catalog: Catalog, answers: list[Any], families: list[str]
) -> None:
    server.answers(*answers)

    catalog.tables.delete(41, "orders")
    catalog.tables.delete(42, "clients")

    assert calls(server) == [f"biconnector.{family}.delete" for family in families]


def test_columns_that_are_read_first_ask_too(server: Server, catalog: Catalog) -> None:
    server.answers(told(tables=False, t41=ITEM, t42=GONE), {"result": []})

    (found,) = catalog.tables.without_sources([41, 42])
    list(catalog.tables.list({}))

    assert found.columns is not None
    assert list(in_batch(server).values()) == [
        "method.get?name=biconnector.table.list",
        "biconnector.dataset.get?id=41",
        "biconnector.dataset.get?id=42",
    ]
    assert calls(server) == ["batch", "biconnector.dataset.list"]


def test_a_batch_is_never_too_full(server: Server, catalog: Catalog) -> None:
    gone = {f"t{number}": GONE for number in range(1, 101)}
    server.answers(told(tables=True, **gone), batch(gone, {}))

    assert list(catalog.tables.without_sources(range(1, 101))) == []

    assert [len(in_batch(server, number)) for number in (0, 1, 2)] == [50, 50, 1]
    assert in_batch(server, 2) == {"t100": "biconnector.table.get?id=100"}


REFUSALS: list[Response | dict[str, Any]] = [
    batch({"read": [ORDERS]}, {"asked": "ERROR_METHOD_NOT_FOUND"}),
    batch({"read": [ORDERS], "asked": {"isExisting": "yes"}}, {}),
    batch({"read": [ORDERS], "asked": []}, {}),
    batch({"asked": {"isExisting": True}}, {"read": "ERROR_METHOD_NOT_FOUND"}),
    batch({}, {"asked": "INTERNAL_SERVER_ERROR", "read": "INTERNAL_SERVER_ERROR"}),
    UNKNOWN_METHOD,
]


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize(
    ("answers", "families"),
    [
        ([{"result": [ORDERS]}, YES], ["table.list", "table.delete"]),
        (
            [UNKNOWN_METHOD, {"result": [ORDERS]}, YES],
            ["table.list", "dataset.list", "dataset.delete"],
        ),
    ],
    ids=["a newer portal", "an older portal"],
)
def test_a_portal_that_does_not_tell_is_asked_for_both(
    server: Server,
    catalog: Catalog,
    refusal: Any,
    answers: list[Any],
    families: list[str],
) -> None:
    server.answers(refusal, *answers)

    assert [table.id for table in catalog.tables.list({})] == [41]
    catalog.tables.delete(41, "orders")

    assert calls(server) == ["batch", *(f"biconnector.{family}" for family in families)]


def test_a_portal_that_does_not_tell_is_asked_for_both_before_columns_are_read(
    server: Server, catalog: Catalog
) -> None:
    server.answers(REFUSALS[0], UNKNOWN_METHOD, {"result": []}, batch({"t41": ITEM}, {}))

    assert [table.id for table in catalog.tables.without_sources([41])] == [41]
    assert in_batch(server, 3) == {"t41": "biconnector.dataset.get?id=41"}


def test_what_is_missing_is_told_under_the_name_that_the_portal_knows(
    server: Server, catalog: Catalog
) -> None:
    server.answers(told(tables=True, table=GONE, listed=[]))

    with pytest.raises(NotFound, match=r"biconnector\.table\.get failed for table 41"):
        catalog.tables.get(41)

    assert calls(server) == ["batch"]


def test_a_portal_that_does_not_answer_is_told_as_the_read_that_failed(
    server: Server, catalog: Catalog
) -> None:
    server.answers(Response(b"<html>", 503))

    with pytest.raises(PortalUnavailable, match=r"biconnector\.table\.get failed for table 41"):
        catalog.tables.without_source(41)

    assert set(calls(server)) == {"batch"}


def test_the_question_is_asked_once_more_after_a_portal_was_away(
    server: Server, catalog: Catalog
) -> None:
    server.answers(*[Response(b"<html>", 503)] * 4, told(tables=False, read=[]), {"result": []})

    with pytest.raises(PortalUnavailable):
        list(catalog.tables.list({}))
    list(catalog.tables.list({}))
    list(catalog.tables.list({}))

    assert json.dumps(calls(server)[4:]) == json.dumps(["batch", "biconnector.dataset.list"])
