"""A source that tables depend on cannot be deleted, and the user learns which tables they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack

TWO = """
bxbi.BiSource("crm", title="CRM", connector_id=123, settings={"login": "a"}%s)
bxbi.BiSource("free", title="Free", connector_id=123, settings={"login": "b"})
"""


@pytest.fixture
def source_id(stack: Stack, portal: LocalPortal) -> int:
    stack.program(TWO % "")
    stack.up()
    return next(id_ for id_, source in portal.sources().items() if source["title"] == "CRM")


def test_the_next_run_succeeds_when_the_tables_are_gone(
    portal: LocalPortal, stack: Stack, source_id: int
) -> None:
    table_id = portal.add_table(source_id, "orders")
    stack.program("")
    stack.fails("up", "--yes", "--skip-preview")
    portal.delete_table(table_id)

    stack.up()

    assert portal.sources() == {}
    assert stack.resources() == {}


def test_force_destroy_deletes_the_tables_first_and_says_which(
    portal: LocalPortal, stack: Stack, source_id: int
) -> None:
    orders = portal.add_table(source_id, "orders")
    stack.program(TWO % ", force_destroy=True")
    stack.up()

    with portal.recording() as calls:
        output = stack.destroy()

    family = "table" if portal.api == "current" else "dataset"
    assert f'deleted its table {orders} "orders", because force_destroy is set' in output
    assert portal.tables() == set()
    assert portal.sources() == {}
    assert calls.count("source.delete") == 3
    assert calls.count(f"{family}.delete") == 1


def test_force_destroy_counts_only_after_an_up(
    portal: LocalPortal, stack: Stack, source_id: int
) -> None:
    portal.add_table(source_id, "orders")
    stack.program(TWO % ", force_destroy=True")

    output = stack.fails("destroy", "--yes", "--skip-preview")

    assert "a deletion sees the state, not the program" in output
    assert portal.tables() == {"orders"}


def test_force_destroy_asks_nothing_where_nothing_is_in_the_way(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(TWO % ", force_destroy=True")
    stack.up()

    with portal.recording() as calls:
        stack.destroy()

    assert calls == ["source.delete", "source.delete"]


def test_the_replacement_of_a_source_with_tables_keeps_both_until_they_are_gone(
    portal: LocalPortal, stack: Stack, source_id: int
) -> None:
    table_id = portal.add_table(source_id, "orders")
    first = portal.call("connector.get", id=123)["item"]
    kept = ("logo", "urlCheck", "urlData", "urlTableList", "urlTableDescription", "settings")
    other = portal.add("connector", title="Other", **{key: first[key] for key in kept})
    stack.program((TWO % "").replace("123", str(other), 1))

    output = stack.fails("up", "--yes", "--skip-preview")

    assert f'table {table_id} "orders" must be deleted first' in output
    assert len(portal.sources()) == 3
    portal.delete_table(table_id)
    stack.up()
    assert {int(source["connectorId"]) for source in portal.sources().values()} == {123, other}
    assert len(portal.sources()) == 2
