"""The life of a stack, which programs in YAML and TypeScript have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal


def live(
    portal: LocalPortal,
    stack: Stack,
    write: Callable[..., None],
    changes: tuple[tuple[str, str], ...],
    take_away: Callable[[int], None],
) -> None:
    """Play a life: previewed, created, unchanged, changed, drifted, refused, destroyed.

    Args:
        portal: The portal.
        stack: The stack.
        write: Writes the example's program; takes changes of its text.
        changes: Another title and login of the source, and another type of the column AMOUNT.
        take_away: Takes the table of another client away, which the source must not be deleted
            with; gets its id.
    """
    stack.configure("crmPassword", "correct horse", secret=True)
    write()
    assert stack.preview() == {"crm": "create", "orders": "create"}
    stack.up()
    assert stack.preview() == {}
    assert portal.source()["settings"] == {"login": "admin", "password": "correct horse"}
    number = int(stack.resources()["crm"]["id"])
    assert stack.outputs()["sourceId"] == str(number)

    write(*changes)
    shown = stack.succeeds("preview", "--diff")
    assert '"CRM Source" => "CRM 🚀 Ж"' in shown
    assert "~ login: [secret] => [secret]" in shown
    assert '~ type: "double" => "int"' in shown
    assert "AMOUNT changes from double to int" in shown
    stack.up()
    assert portal.source()["title"] == "CRM 🚀 Ж"
    assert stack.preview() == {}

    portal.call("source.update", id=number, fields={"title": "By hand"})
    stack.refresh()
    assert stack.preview() == {"crm": "update"}

    foreign = portal.add_table(number, "foreign")
    refused = stack.fails("destroy", "--yes", "--skip-preview")
    assert f'table {foreign} "foreign" must be deleted first' in refused
    assert "Or set forceDestroy: true on the source" in refused
    take_away(foreign)

    stack.destroy()
    assert (portal.sources(), portal.tables()) == ({}, set())
    assert "correct horse" not in stack.output + stack.state()
