"""How many calls a stack of many objects of one kind costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack

#: More than one page of a list and one batch hold.
MANY = 52

CONNECTORS = """
url = "https://e.example/"
for n in range({many}):
    bxbi.BiConnector(
        f"con-{{n}}", f"Connector {{n}}", url, url, url, url, url,
        [bxbi.ConnectorParameter("a", "A", "INT")],
    )
"""
SOURCES = """
for n in range({many}):
    bxbi.BiSource(f"src-{{n}}", f"Source {{n}}", 123, {{"login": f"user{{n}}"}})
"""
TABLES = """
for n in range({many}):
    bxbi.BiTable(f"tab-{{n}}", 1, f"table_{{n}}", "T", f"t{{n}}", [bxbi.Column("ID", "id", "int")])
"""


@pytest.mark.parametrize(
    ("running_portal", "program", "connectors", "reads_for_refresh"),
    [
        ("current", CONNECTORS, 0, MANY // 50),
        ("current", SOURCES, 1, MANY // 50),
        ("current", TABLES, 0, MANY // 25),
        ("legacy", TABLES, 0, MANY // 25),
    ],
    ids=["connectors", "sources", "tables", "datasets"],
    indirect=["running_portal"],
)
def test_calls_do_not_grow_faster_than_the_stack(
    portal: LocalPortal, stack: Stack, program: str, connectors: int, reads_for_refresh: int
) -> None:
    if program is TABLES:
        assert portal.add("source", title="S", connectorId=123, settings={"login": "a"}) == 1
    stack.program(program.format(many=MANY))
    stack.configure("bxbi:burst", "1000")

    with portal.recording() as calls, portal.executing() as executed:
        stack.up()
    assert sum(each.endswith(".add") for each in executed) == MANY
    assert len(calls) <= MANY + MANY // 4 + connectors + 4

    with portal.recording() as calls:
        assert stack.preview() == {}
    assert len(calls) <= connectors + 2

    with portal.recording() as calls:
        stack.refresh()
    assert len(calls) <= reads_for_refresh + 2
    assert stack.preview() == {}

    with portal.recording() as calls:
        stack.destroy()
    assert len(calls) <= MANY + 2
    assert stack.resources() == {}
