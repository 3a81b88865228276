"""The command `bxbi recover`."""

from __future__ import annotations

import os
import shlex
import sys
import time
from typing import TYPE_CHECKING, Final

import click

from pulumi_bxbi.cli.stack import errors_as_messages, stack_option
from pulumi_bxbi.portal import Catalog
from pulumi_bxbi.recovery.pending import CREATING, DELETING, UPDATING, Recorded
from pulumi_bxbi.recovery.recovery import Recovery
from pulumi_bxbi.stack.pulumi_command import Stack
from pulumi_bxbi.stack.state import objects_in, require_same_portal

if TYPE_CHECKING:
    from pulumi_bxbi.stack.state import PendingOperation

#: The exit status where something is left to do.
_LEFT: Final = 3


@click.command(context_settings={"max_content_width": 100})
@click.option(
    "--check",
    "only_check",
    is_flag=True,
    help="Only report; exit with status 3 if a deployment left anything of this provider pending.",
)
@stack_option
def recover(*, only_check: bool, stack_name: str) -> None:
    """Repair a stack after a deployment was killed.

    A killed `pulumi up` leaves pending operations in the state, without the ids of the objects that
    the portal then created, and the next `up` would create them a second time. This command finds
    these objects on the portal, takes them into the state, and clears the pending operations. The
    portal stays as it is.

    It exits with status 3 if it is not clear which object was created, and lists the candidates,
    each with the command that takes it into the state.

    \b
    Examples:
      bxbi recover
      bxbi recover --stack production
      bxbi recover --check && pulumi up --yes
    """  # noqa: D301 - click's mark of a paragraph that keeps its lines
    started = time.monotonic()
    with errors_as_messages():
        stack = Stack(stack_name, os.environ)
        recorded = Recorded.read(stack.export())
        ours = [each for each in recorded.pending if each.kind]
        others = recorded.of_others()
        _tell_others(others, stack)
        if not ours and recorded.pending and not others:
            _clear_providers(recorded, stack, only_check=only_check)
            return
        if not ours:
            click.echo("Nothing of this provider is pending in the state.")
            return
        settings = {
            provider: recorded.settings_of(provider) if provider else stack.settings()
            for provider in dict.fromkeys(each.provider for each in ours)
        }
        catalogs = {provider: Catalog(each.connect()) for provider, each in settings.items()}
        if own := catalogs.get(""):
            require_same_portal(objects_in(recorded.resources), own.identity)
        timeout = max(each.timeout for each in settings.values())
        recovery = Recovery(stack, recorded, catalogs, timeout, started, click.echo)
        if only_check:
            recovery.report()
        if only_check or not recovery.run():
            sys.exit(_LEFT)


def _clear_providers(recorded: Recorded, stack: Stack, *, only_check: bool) -> None:
    """Clear what a deployment has left that was killed before it called any portal."""
    for operation in recorded.pending:
        click.echo(
            f"{operation.urn}: was interrupted while {operation.action}. A provider exists in the "
            "state alone, so nothing was made."
        )
    if only_check:
        click.echo(f"\nRun `bxbi recover{stack.option}` before the next `pulumi up`.")
        sys.exit(_LEFT)
    stack.clear_pending_operations({})
    click.echo("\nNothing is pending any more.")


def _tell_others(operations: list[PendingOperation], stack: Stack) -> None:
    for operation in operations:
        click.echo(
            f"{operation.urn}: was interrupted while {operation.action}; it belongs to another "
            "provider and is left alone."
        )
    if any(operation.action == CREATING for operation in operations):
        click.echo(
            "Find out what these creations made, import it (`pulumi import`), then run "
            f"`pulumi refresh --clear-pending-creates{stack.option}`."
        )
    changed = [each.urn for each in operations if each.action in {UPDATING, DELETING}]
    if changed:
        targets = " ".join(f"--target {shlex.quote(urn)}" for urn in changed)
        click.echo(f"Compare the interrupted changes: `pulumi refresh {targets}{stack.option}`.")
    if any(operation.action != CREATING for operation in operations):
        click.echo(
            "Pulumi forgets all of these but creations with its next operation, even with one that "
            "`bxbi recover` runs."
        )
