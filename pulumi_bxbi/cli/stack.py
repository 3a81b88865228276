"""The common parts of commands for a stack: the option `--stack`, and the display of errors."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pulumi_bxbi.adoption.errors import NotAddedError, NotImportedError
from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.resources.memory import MemoryUnreadableError
from pulumi_bxbi.settings.names import SettingsError
from pulumi_bxbi.stack.pulumi_command import StackError

if TYPE_CHECKING:
    from collections.abc import Iterator

stack_option = click.option(
    "--stack",
    "stack_name",
    default="",
    metavar="STACK",
    help="The stack; by default the selected one.",
)


@contextmanager
def errors_as_messages() -> Iterator[None]:
    """End a command with one message on any error that a user can understand."""
    try:
        yield
    except (
        StackError,
        SettingsError,
        PortalError,
        MemoryUnreadableError,
        NotImportedError,
        NotAddedError,
    ) as error:
        raise click.ClickException(str(error)) from None
