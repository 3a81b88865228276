"""``active`` is sent when given; a portal that ignores it is told about once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack

PROGRAM = """
bxbi.BiSource("crm", title="CRM", connector_id=123, settings={"login": "a"}, active=%s)
"""


def test_an_ignored_wish_is_a_warning_and_never_a_difference(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(PROGRAM % False)

    output = stack.up()

    ignored = portal.api == "current"
    assert portal.source()["active"] is ignored
    assert ("the portal ignores active=False and keeps it active" in output) is ignored
    assert stack.preview() == {}
    stack.refresh()
    assert stack.preview() == {}
    stack.program(PROGRAM.replace('"CRM"', '"CRM 2"') % False)
    assert "ignores active" not in stack.up()
    assert stack.preview() == {}


def test_a_wish_that_is_true_already_is_no_warning(stack: Stack) -> None:
    stack.program(PROGRAM % True)

    assert "ignores active" not in stack.up()
    assert stack.preview() == {}


def test_a_wish_that_leaves_the_program_is_left_alone(portal: LocalPortal, stack: Stack) -> None:
    stack.program(PROGRAM % False)
    stack.up()
    before = portal.source()["active"]
    stack.program(PROGRAM.replace(", active=%s", ""))

    with portal.recording() as calls:
        stack.up()

    assert calls == ["connector.get"]
    assert portal.source()["active"] is before
    assert stack.preview() == {}
