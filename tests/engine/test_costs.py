"""How many calls a stack of many sources costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.engine.conftest import LocalPortal, Stack

SOURCES = 60

PROGRAM = f"""
for number in range({SOURCES}):
    bxbi.BiSource(
        f"source-{{number}}",
        title=f"Source {{number}}",
        connector_id=123,
        settings={{"login": f"user{{number}}"}},
    )
"""


def test_calls_do_not_grow_faster_than_the_stack(portal: LocalPortal, stack: Stack) -> None:
    stack.program(PROGRAM)

    with portal.recording() as calls:
        stack.up()
    assert calls.count("source.add") == SOURCES
    assert len(calls) <= SOURCES + SOURCES // 4 + 1 + 2
    assert len(portal.sources()) == SOURCES

    with portal.recording() as calls:
        assert stack.preview() == {}
    assert len(calls) <= 2

    with portal.recording() as calls:
        stack.refresh()
    assert len(calls) <= SOURCES // 50 + 2

    with portal.recording() as calls:
        stack.destroy()
    assert len(calls) <= SOURCES + 2
    assert portal.sources() == {}
