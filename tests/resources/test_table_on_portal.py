"""What a table's lifecycle sends to a portal, and what it makes of its answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import Catalog, OutcomeUnknown, PortalError
from pulumi_bxbi.resources.table import TableLifecycle
from pulumi_bxbi.resources.values import UNKNOWN, Diff
from tests.catalogs import catalog_of
from tests.http_server import Response
from tests.resources.states import remembered

if TYPE_CHECKING:
    from pulumi_bxbi.portal import Portal
    from tests.http_server import Server

TABLE = TableLifecycle()
ID = {"name": "ID", "externalCode": "id", "type": "int"}
NOTE = {"name": "NOTE", "externalCode": "note", "type": "string"}
INPUTS: dict[str, Any] = {
    "sourceId": 8,
    "name": "orders",
    "externalName": "Orders",
    "externalCode": "orders_v1",
    "columns": [ID, NOTE],
}
COMPUTED = {
    "type": "rest",
    "dateCreate": "2026-01-01 00:00:00",
    "dateUpdate": "",
    "createdById": 1,
    "updatedById": 0,
    "externalId": 0,
}
STATE = {**INPUTS, **COMPUTED}
LISTED = {
    "id": 41,
    **{key: value for key, value in INPUTS.items() if key != "columns"},
    **COMPUTED,
    "dateUpdate": None,
    "description": "",
}
FIELDS = [
    {"id": 101, "datasetId": 41, "visible": True, "description": "", **ID},
    {"id": 102, "datasetId": 41, "visible": True, "description": "", **NOTE},
]
ITEM = {key: value for key, value in LISTED.items() if key != "sourceId"} | {"fields": FIELDS}
YES: dict[str, Any] = {"result": True}


@pytest.fixture
def catalog(portal: Portal, server: Server) -> Catalog:
    return catalog_of(portal, server)


def calls(server: Server) -> list[str]:
    return [request.path.removeprefix("/rest/biconnector.") for request in server.requests]


def batched(**results: Any) -> dict[str, Any]:
    return {"result": {"result": results or [], "result_error": [], "result_time": []}}


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        ({"columns": [NOTE, {**ID, "visible": True}]}, Diff({})),
        ({"columns": [ID]}, Diff({"columns[1]": "delete"})),
        ({"columns": UNKNOWN}, Diff({"columns": "update"})),
        ({"externalCode": "x"}, Diff({"externalCode": "update"}, ("externalCode",))),
        ({"sourceId": UNKNOWN}, Diff({"sourceId": "update"}, ("sourceId",))),
        ({"name": UNKNOWN}, Diff({"name": "update"}, ("name",))),
    ],
)
def test_when_a_table_changes_and_when_it_is_replaced(news: dict[str, Any], expected: Diff) -> None:
    compared = TABLE.diff(remembered("41", STATE, None), {**INPUTS, **news}, None)
    assert compared == replace(expected, delete_before_replace=True)


def test_a_table_of_another_name_is_created_before_the_old_one_is_deleted() -> None:
    compared = TABLE.diff(remembered("41", STATE, None), {**INPUTS, "name": "clients"}, None)
    assert compared == Diff({"name": "update"}, ("name",), delete_before_replace=False)


def test_one_read_is_a_list_and_a_batch(server: Server, catalog: Catalog) -> None:
    server.answers({"result": [LISTED]}, batched(t41={"item": ITEM}))

    state = TABLE.read(remembered("41", STATE, catalog), catalog)

    assert state
    assert (state.outputs, state.inputs) == (STATE, INPUTS)
    assert calls(server) == ["table.list", "/rest/batch"]
    assert server.requests[1].body["cmd"] == {"t41": "biconnector.table.get?id=41"}


def test_a_date_that_a_portal_leaves_empty_is_none(server: Server, catalog: Catalog) -> None:
    listed = {**LISTED, "dateCreate": {}, "dateUpdate": {}}
    server.answers({"result": [listed]}, batched(t41={"item": {**ITEM, "dateCreate": {}}}))

    state = TABLE.read(remembered("41", STATE, catalog), catalog)

    assert state
    assert state.outputs["dateCreate"] == ""


def test_the_programs_order_of_columns_is_kept_and_strangers_come_last(
    server: Server, catalog: Catalog
) -> None:
    extra = {"id": 100, "name": "A", "externalCode": "a", "type": "int", "visible": True}
    fields = [extra, FIELDS[1], {**FIELDS[0], "visible": False}]
    server.answers({"result": [LISTED]}, batched(t41={"item": {**ITEM, "fields": fields}}))

    state = TABLE.read(remembered("41", STATE, catalog), catalog)

    assert state
    assert [(each["name"], each["visible"]) for each in state.outputs["columns"]] == [
        ("ID", False),
        ("NOTE", True),
        ("A", True),
    ]


def test_a_table_that_vanished_between_list_and_batch_is_gone(
    server: Server, catalog: Catalog
) -> None:
    missing = {"error": "DATASET_NOT_FOUND", "error_description": "Dataset was not found."}
    alone = batched(table={"error": missing}, listed=[])
    server.answers({"result": [LISTED]}, batched(t41={"error": missing}), alone)

    assert TABLE.read(remembered("41", STATE, catalog), catalog) is None


def test_a_table_that_is_read_alone_is_one_call(server: Server, catalog: Catalog) -> None:
    server.answers(batched(table={"item": ITEM}, listed=[LISTED]))

    assert catalog.tables.get(41).source_id == 8

    assert server.requests[0].body["cmd"] == {
        "table": "biconnector.table.get?id=41",
        "listed": "biconnector.table.list?filter%5B%3Did%5D=41",
    }
    assert len(server.requests) == 1


def test_a_table_that_the_list_lacks_has_no_source(server: Server, catalog: Catalog) -> None:
    server.answers(batched(table={"item": ITEM}, listed=[]))

    assert catalog.tables.get(41).source_id is None


def test_a_refused_list_names_the_table_that_was_read(server: Server, catalog: Catalog) -> None:
    denied = {"error": {"error": "ACCESS_DENIED", "error_description": "Access denied."}}
    server.answers(batched(table={"item": ITEM}, listed=denied))

    with pytest.raises(PortalError, match=r"biconnector\.table\.list failed for table 41"):
        catalog.tables.get(41)


def test_a_batch_that_the_platform_refuses_in_part_is_an_error(
    server: Server, catalog: Catalog
) -> None:
    scope = {"error": "insufficient_scope", "error_description": ""}
    server.answers({"result": [LISTED]}, {"result": {"result": [], "result_error": {"t41": scope}}})

    with pytest.raises(PortalError, match="scope `biconnector`"):
        TABLE.read(remembered("41", STATE, catalog), catalog)


@pytest.mark.parametrize("answer", [True, {}, {"item": None}])
def test_a_batch_with_an_answer_of_another_form_is_an_error(
    server: Server, catalog: Catalog, answer: Any
) -> None:
    server.answers({"result": [LISTED]}, batched(t41=answer))

    with pytest.raises(PortalError, match="which is not documented"):
        TABLE.read(remembered("41", STATE, catalog), catalog)


@pytest.mark.parametrize("columns", [UNKNOWN, "ID", ["ID"], [{"externalCode": "id"}]])
def test_odd_columns_in_a_state_are_survived(
    server: Server, catalog: Catalog, columns: Any
) -> None:
    server.answers({"result": [LISTED]}, batched(t41={"item": ITEM}))

    state = TABLE.read(remembered("41", {**STATE, "columns": columns}, catalog), catalog)

    assert state
    assert len(state.outputs["columns"]) == 2


def test_a_state_without_a_name_is_no_replacement() -> None:
    state = remembered("41", {}, None)
    compared = TABLE.diff(state, INPUTS, None)
    assert (compared.changes, compared.replaces) == (True, ())
    assert set(compared.paths.values()) == {"add"}


def test_columns_that_the_portal_does_not_tell_are_not_taken_for_none(
    server: Server, catalog: Catalog
) -> None:
    without = {key: value for key, value in ITEM.items() if key != "fields"}
    server.answers({"result": {"item": without}})

    with pytest.raises(PortalError, match="has no columns"):
        TABLE.update(remembered("41", STATE, catalog), {**INPUTS, "columns": [ID]}, catalog)


def test_a_batch_without_an_answer_to_a_call_is_an_error(server: Server, catalog: Catalog) -> None:
    server.answers({"result": [LISTED]}, batched())

    with pytest.raises(PortalError, match="no answer to this call"):
        TABLE.read(remembered("41", STATE, catalog), catalog)


def test_changed_but_not_synchronised_counts_as_changed(
    server: Server, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    unsynchronised = {
        "error": "DATASET_UPDATE_ERROR",
        "error_description": "Error updating dataset.",
    }
    shorter = {**ITEM, "fields": FIELDS[:1]}
    server.answers(
        {"result": {"item": ITEM}},
        {"result": {"error": unsynchronised}},
        {"result": {"item": shorter}},
    )

    state = TABLE.update(remembered("41", STATE, catalog), {**INPUTS, "columns": [ID]}, catalog)

    assert calls(server) == ["table.get", "table.fields.update", "table.get"]
    assert server.requests[1].body["delete"] == [102]
    assert state.outputs["columns"] == [ID]
    assert "Synchronise the table in the Analytics hub" in caplog.text


LOST = Response(b"", 0)
REFUSED = {"result": {"error": {"error": "DATASET_FIELD_NOT_FOUND", "error_description": "No."}}}


@pytest.mark.parametrize(
    ("answers", "sent"),
    [
        ([LOST], 1),
        ([LOST, ITEM, YES], 2),
        ([LOST, ITEM, REFUSED], 2),
        ([LOST, ITEM, LOST, ITEM, YES], 3),
    ],
    ids=["taken", "not taken", "taken in the meantime", "lost twice"],
)
def test_a_lost_change_of_columns_is_repeated_only_while_the_table_does_not_show_it(
    server: Server, catalog: Catalog, answers: list[Any], sent: int
) -> None:
    shorter = {"result": {"item": {**ITEM, "fields": FIELDS[:1]}}}
    server.answers(
        {"result": {"item": ITEM}},
        *({"result": {"item": ITEM}} if each is ITEM else each for each in answers),
        shorter,
    )

    state = TABLE.update(remembered("41", STATE, catalog), {**INPUTS, "columns": [ID]}, catalog)

    assert state.outputs["columns"] == [ID]
    assert calls(server).count("table.fields.update") == sent


def test_columns_that_cannot_be_looked_at_leave_the_change_open(
    server: Server, catalog: Catalog
) -> None:
    lost: list[Response | dict[str, Any]] = [LOST, {"result": {"item": ITEM}}] * 8
    server.answers({"result": {"item": ITEM}}, *lost)

    with pytest.raises(OutcomeUnknown, match="broke before an answer came"):
        TABLE.update(remembered("41", STATE, catalog), {**INPUTS, "columns": [ID]}, catalog)


def test_a_portal_that_accepts_changes_and_makes_none_is_told(
    server: Server, catalog: Catalog
) -> None:
    read: dict[str, Any] = {"result": {"item": ITEM}}
    server.answers(*[read, YES] * 8)

    with pytest.raises(PortalError, match="accepts changes of the columns, but does not make"):
        TABLE.update(remembered("41", STATE, catalog), {**INPUTS, "columns": [ID]}, catalog)


def test_a_refused_change_of_columns_is_passed_on(server: Server, catalog: Catalog) -> None:
    taken = {"error": "VALIDATION_DUPLICATE_EXIST_CODE", "error_description": "already exist: id"}
    server.answers({"result": {"item": ITEM}}, {"result": {"error": taken}})

    with pytest.raises(PortalError, match="a name and an external code of its own"):
        TABLE.update(remembered("41", STATE, catalog), {**INPUTS, "columns": [ID]}, catalog)


def test_a_description_and_columns_change_in_one_update(server: Server, catalog: Catalog) -> None:
    server.answers(
        {"result": {"item": ITEM}},
        YES,
        {"result": {"item": {**ITEM, "fields": FIELDS[:1]}}},
        YES,
        {"result": [LISTED]},
    )

    TABLE.update(
        remembered("41", STATE, catalog), {**INPUTS, "columns": [ID], "description": "d"}, catalog
    )

    assert calls(server) == [
        "table.get",
        "table.fields.update",
        "table.get",
        "table.update",
        "table.list",
    ]
    assert server.requests[3].body["fields"] == {"description": "d"}
