"""The command `bxbi migrate`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import click

from pulumi_bxbi.cli.stack import errors_as_messages, stack_option
from pulumi_bxbi.migration import moved
from pulumi_bxbi.stack.pulumi_command import Stack

if TYPE_CHECKING:
    from pulumi_bxbi.migration import Adapter

_NEXT: Final[dict[str, str]] = {
    "plugin": (
        "They belong to a program in YAML or another language now, with the same names. `pulumi "
        "preview` of that program shows no change. A program in Python without Provider would "
        "create everything anew: to go back, run `bxbi migrate --to dynamic`."
    ),
    "dynamic": (
        "They belong to a program in Python without Provider now, with the same names. `pulumi "
        "preview` of that program shows no change. Any other program would create everything anew: "
        "to go back, run `bxbi migrate --to plugin`."
    ),
}
_MANAGES: Final[dict[str, str]] = {"plugin": "plugin", "dynamic": "dynamic provider"}


@click.command(context_settings={"max_content_width": 100})
@click.option(
    "--to",
    type=click.Choice(["plugin", "dynamic"]),
    required=True,
    help="plugin: for programs in any language. dynamic: for programs in Python without Provider.",
)
@click.option("--dry-run", is_flag=True, help="Only report what would move.")
@stack_option
def migrate(*, to: Adapter, dry_run: bool, stack_name: str) -> None:
    """Move a stack between the dynamic provider of Python and the plugin.

    Only the state of the stack changes, all of it or nothing; nothing is called on the portal, and
    every object stays as it is. Run it when the program moves from Python to another language, or
    back. A resource in Python that is given a Provider needs no command: its state moves with the
    next `pulumi up`.

    \b
    Examples:
      bxbi migrate --to plugin --dry-run
      bxbi migrate --to plugin
      bxbi migrate --to dynamic --stack production
    """  # noqa: D301 - click's mark of a paragraph that keeps its lines
    with errors_as_messages():
        stack = Stack(stack_name, os.environ)
        before = stack.state()
        found = moved(before, to)
        if found.left:
            click.echo(
                f"Left as they are: {', '.join(found.left)}. Each has a Provider of its own, and a "
                "dynamic resource is always on the stack's portal."
            )
        if not found.names:
            click.echo(f"Nothing to move: the {_MANAGES[to]} manages all of them already.")
            return
        if dry_run:
            click.echo(f"Would move {len(found.names)}: {', '.join(found.names)}.")
            return
        stack.replace_state(before, found.deployment)
    click.echo(f"Moved {len(found.names)}: {', '.join(found.names)}.\n{_NEXT[to]}")
