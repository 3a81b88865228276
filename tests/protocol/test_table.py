"""The life of a table and of its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack

SOURCE = 'src = bxbi.BiSource("src", title="S", connector_id=123, settings={"login": "a"})\n'
ID = 'bxbi.Column("ID", "id", "int")'
NOTE = 'bxbi.Column("NOTE", "note", "string")'


def table_with(**changes: str) -> str:
    """The program of one table on one source."""
    arguments = {
        "source_id": "src.id",
        "name": '"orders"',
        "external_name": '"Orders"',
        "external_code": '"orders_v1"',
        "columns": f"[{ID}, {NOTE}]",
        **changes,
    }
    given = ", ".join(f"{name}={value}" for name, value in arguments.items())
    return f'{SOURCE}tab = bxbi.BiTable("tab", {given})\n'


@pytest.fixture
def stack(stack: Stack) -> Stack:
    stack.program(table_with())
    return stack


def test_the_whole_life(portal: LocalPortal, stack: Stack) -> None:
    names = ["source_id", "name", "external_id", "type", "created_by_id", "columns", "date_update"]
    stack.program(
        table_with() + f"for name in {names}:\n    pulumi.export(name, getattr(tab, name))\n"
    )
    assert stack.preview() == {"src": "create", "tab": "create"}
    with portal.recording() as calls:
        stack.up()

    assert calls.count(f"{portal.family}.add") == 1
    table = portal.table()
    assert (table["name"], table["externalName"], table["externalCode"]) == (
        "orders",
        "Orders",
        "orders_v1",
    )
    assert portal.columns() == [("ID", "id", "int", True), ("NOTE", "note", "string", True)]
    outputs = stack.outputs()
    assert outputs["source_id"] == table["sourceId"]
    assert outputs["external_id"] == table["externalId"]
    assert outputs["columns"][0] == {
        "name": "ID",
        "externalCode": "id",
        "type": "int",
        "visible": True,
    }
    assert outputs["date_update"] == ""
    with portal.recording() as calls:
        assert stack.preview() == {}
    assert calls == ["connector.get"]
    stack.refresh()
    assert stack.preview() == {}
    stack.destroy()
    assert (portal.tables(), portal.sources()) == (set(), {})


def test_the_description_changes_in_place(portal: LocalPortal, stack: Stack) -> None:
    stack.up()
    stack.program(table_with(description='"Заказы"'))

    assert stack.preview() == {"tab": "update"}
    stack.up()

    assert portal.table()["description"] == "Заказы"
    stack.program(table_with())
    stack.up()
    assert portal.table()["description"] == ""
    assert stack.preview() == {}


@on_the_current_api
@pytest.mark.parametrize(
    ("columns", "held"),
    [
        (f"[{NOTE}, {ID}]", None),
        (
            f'[{ID}, {NOTE}, {{"name": "SUM", "external_code": "sum", "type": "double"}}]',
            [
                ("ID", "id", "int", True),
                ("NOTE", "note", "string", True),
                ("SUM", "sum", "double", True),
            ],
        ),
        (f"[{ID}]", [("ID", "id", "int", True)]),
        (
            f'[{ID}, bxbi.Column("NOTE", "note", "string", visible=False)]',
            [("ID", "id", "int", True), ("NOTE", "note", "string", False)],
        ),
        (
            f'[{ID}, bxbi.Column("NOTE", "note", "date", visible=False)]',
            [("ID", "id", "int", True), ("NOTE", "note", "date", False)],
        ),
        (
            '[bxbi.Column("ID", "id", "string"), bxbi.Column("NOTE", "note", "int")]',
            [("ID", "id", "string", True), ("NOTE", "note", "int", True)],
        ),
        (
            '[bxbi.Column("ID", "note", "int"), bxbi.Column("NOTE", "id", "string")]',
            [("ID", "note", "int", True), ("NOTE", "id", "string", True)],
        ),
        ('[bxbi.Column("ID", "id", "string")]', [("ID", "id", "string", True)]),
    ],
    ids=str,
)
def test_columns_change_in_place(
    portal: LocalPortal,
    stack: Stack,
    columns: str,
    held: list[tuple[str, str, str, bool]] | None,
) -> None:
    stack.up()
    table_id = portal.table()["id"]
    stack.program(table_with(columns=columns))

    assert stack.preview() == ({"tab": "update"} if held else {})
    stack.up()

    assert portal.table()["id"] == table_id
    if held:
        assert sorted(portal.columns()) == sorted(held)
    assert stack.preview() == {}
    assert stack.preview("--refresh") == {}


def test_a_change_of_columns_is_two_reads_and_a_write(portal: LocalPortal, stack: Stack) -> None:
    """The first read gives the ids of the columns, the second what came of the change."""
    stack.up()
    stack.program(table_with(columns=f"[{ID}]"))

    with portal.recording() as calls:
        stack.up()

    told = [call for call in calls if call != "connector.get"]
    # The first read asks along with it under which name the portal knows tables.
    assert told == ["batch", f"{portal.family}.fields.update", f"{portal.family}.get"]
    assert stack.preview() == {}


@on_the_current_api
def test_the_only_column_can_be_retyped(portal: LocalPortal, stack: Stack) -> None:
    stack.program(table_with(columns=f"[{ID}]"))
    stack.up()
    stack.program(table_with(columns='[bxbi.Column("ID", "id", "string")]'))

    stack.up()

    assert portal.columns() == [("ID", "id", "string", True)]
    assert stack.preview() == {}


def test_a_column_can_be_created_hidden(portal: LocalPortal, stack: Stack) -> None:
    stack.program(table_with(columns=f'[{ID}, bxbi.Column("NOTE", "note", "string", False)]'))

    stack.up()

    assert portal.columns() == [("ID", "id", "int", True), ("NOTE", "note", "string", False)]
    assert stack.preview() == {}


def test_a_failure_between_creating_and_hiding_leaves_the_table_tracked(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(table_with(columns=f'[{ID}, bxbi.Column("NOTE", "note", "string", False)]'))
    portal.faults(
        {
            "method": f"biconnector.{portal.family}.fields.update",
            "times": 1,
            "action": "expired_token",
        }
    )

    output = stack.up()

    assert "its columns NOTE are still visible" in output
    assert stack.resources()["tab"]["id"] == str(portal.table()["id"])
    assert stack.preview() == {"tab": "update"}
    stack.up()
    assert portal.columns()[1] == ("NOTE", "note", "string", False)
    assert stack.preview() == {}


@on_the_current_api
@pytest.mark.parametrize(
    "changes",
    [
        {"name": '"clients"'},
        {"external_name": '"Clients"'},
        {"external_code": '"orders_v2"'},
    ],
    ids=", ".join,
)
def test_what_cannot_change_replaces_the_table(
    portal: LocalPortal, stack: Stack, changes: dict[str, str]
) -> None:
    stack.up()
    before = portal.table()["id"]
    stack.program(table_with(**changes))

    assert stack.preview() == {"tab": "replace"}
    with portal.recording() as calls:
        stack.up()

    add, delete = calls.index(f"{portal.family}.add"), calls.index(f"{portal.family}.delete")
    assert (add < delete) is ("name" in changes)
    assert portal.table()["id"] != before
    assert stack.preview() == {}


def test_a_source_and_its_table_are_replaced_in_one_up(portal: LocalPortal, stack: Stack) -> None:
    stack.up()
    first = portal.call("connector.get", id=123)["item"]
    kept = ("logo", "urlCheck", "urlData", "urlTableList", "urlTableDescription", "settings")
    other = portal.add("connector", title="Other", **{key: first[key] for key in kept})
    stack.program(table_with().replace("123", str(other)))

    assert stack.preview() == {"src": "replace", "tab": "replace"}
    with portal.recording() as calls:
        stack.up()

    family = portal.family
    # An older portal is asked for a table's method once, before the former name is used.
    answered = [call for call in calls if call.startswith(("source.", f"{family}."))]
    order = [call for call in answered if call.endswith((".add", ".delete"))]
    assert order == ["source.add", f"{family}.delete", f"{family}.add", "source.delete"]
    assert portal.tables() == {"orders"}
    assert int(portal.source()["connectorId"]) == other
    assert stack.preview() == {}


def test_drift_in_columns_is_found_and_put_right(portal: LocalPortal, stack: Stack) -> None:
    stack.up()
    table = portal.table()
    note = next(column["id"] for column in table["fields"] if column["name"] == "NOTE")
    portal.call(
        f"{portal.family}.fields.update",
        id=table["id"],
        update=[{"id": note, "visible": False}],
        add=[{"name": "EXTRA", "externalCode": "extra", "type": "int"}],
    )

    stack.refresh()

    columns = stack.resources()["tab"]["outputs"]["columns"]
    assert [(column["name"], column["visible"]) for column in columns] == [
        ("ID", True),
        ("NOTE", False),
        ("EXTRA", True),
    ]
    assert stack.preview() == {"tab": "update"}
    stack.up()
    assert portal.columns() == [("ID", "id", "int", True), ("NOTE", "note", "string", True)]
    assert stack.preview() == {}


def test_a_table_that_is_gone_is_created_anew(portal: LocalPortal, stack: Stack) -> None:
    stack.up()
    portal.delete_table(portal.table()["id"])

    stack.refresh()

    assert stack.preview() == {"tab": "create"}


def test_an_existing_table_can_be_read_by_its_id(portal: LocalPortal, stack: Stack) -> None:
    stack.program(SOURCE)
    stack.up()
    (source_id,) = portal.sources()
    table_id = portal.add_table(source_id, "orders")
    stack.program(
        SOURCE
        + f'existing = bxbi.BiTable.get("existing", {table_id})\n'
        + 'for name in ("source_id", "name", "columns"):\n'
        + "    pulumi.export(name, getattr(existing, name))\n"
    )

    stack.up()

    assert stack.outputs() == {
        "source_id": source_id,
        "name": "orders",
        "columns": [{"name": "ID", "externalCode": "id", "type": "int", "visible": True}],
    }


@on_the_current_api
def test_a_wrong_value_is_named_and_nothing_is_sent(portal: LocalPortal, stack: Stack) -> None:
    columns = f'[{ID}, {NOTE}, bxbi.Column("sum", "sum", "int")]'
    stack.program(table_with(source_id="5", columns=columns).replace(SOURCE, ""))

    with portal.recording() as calls:
        output = stack.fails("preview")

    assert "columns[2].name must be an upper-case Latin letter, then up to 31 of" in output
    assert calls == []


def test_a_name_that_another_table_has_is_told(portal: LocalPortal, stack: Stack) -> None:
    stack.program(SOURCE)
    stack.up()
    portal.add_table(next(iter(portal.sources())), "orders")
    stack.program(table_with())

    output = stack.fails("up", "--yes", "--skip-preview")

    code = "NAME_EXISTS" if portal.api == "current" else "DATASET_ALREADY_EXIST"
    assert f'{portal.family}.add failed for table "orders"' in output
    assert code in output
    assert "`bxbi preflight` tells the order" in output
    assert "If no stack has that table, it can be imported: `bxbi import table 1 --name" in output


@on_the_current_api
def test_two_tables_of_one_name_are_refused_by_the_preview(stack: Stack) -> None:
    """The portal has each name of a table once."""
    table = table_with()
    stack.program(SOURCE + table + table.replace('BiTable("', 'BiTable("twin-of-'))

    told = stack.fails("preview")

    assert 'name is "orders", which ' in told
    assert "in this program has too, and the portal accepts each name once" in told
