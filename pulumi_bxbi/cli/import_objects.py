"""The command `bxbi import`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from pulumi_bxbi.adoption.import_file import TYPES
from pulumi_bxbi.cli.adopt import Request, adopt
from pulumi_bxbi.cli.import_object import command_for
from pulumi_bxbi.cli.stack import Stack, errors_as_messages, stack_option

if TYPE_CHECKING:
    from collections.abc import Callable


def _chosen(kind: str, along: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make the option that chooses objects of a kind."""
    return click.option(
        f"--{kind}",
        f"{kind}s",
        type=click.IntRange(min=1),
        multiple=True,
        metavar="ID",
        help=f"Take this {kind}{along}; may be repeated.",
    )


@click.group("import", invoke_without_command=True, context_settings={"max_content_width": 100})
@_chosen("connector", " with its sources and their tables")
@_chosen("source", " with its tables")
@_chosen("table", "")
@click.option(
    "--out",
    default="",
    metavar="FILE.py|FOLDER",
    help="Where the program goes: one file, or a folder with a module for each kind. Without it "
    "the file that Pulumi runs, or imported.py beside it where it exists.",
)
@click.option(
    "--import-file",
    default="",
    metavar="FILE",
    help="Write the file for `pulumi import` too. It holds the secrets in plain text.",
)
@click.option(
    "--apply",
    is_flag=True,
    help="Set the secrets of the stack's configuration, and take the objects into its state.",
)
@stack_option
@click.pass_context
def import_objects(context: click.Context, /, stack_name: str, **options: Any) -> None:
    """Take what exists on the portal into a stack, with the program that declares it.

    Without one of the commands below it takes all connectors, sources and tables of the
    application, or those that are chosen. It writes a Python program, in which each value of a
    source's settings is a secret of the stack's configuration. With --apply it also sets these
    secrets and takes the objects into the state: then `pulumi preview` shows no change.

    The portal stays as it is. From then on the stack manages what it has: `pulumi up` changes it,
    and `pulumi destroy` deletes it. What is in the state already is left alone.

    \b
    Examples:
      bxbi import
      bxbi import --apply
      bxbi import --connector 123 --out crm.py --apply --stack production
    """  # noqa: D301 - click's mark of a paragraph that keeps its lines
    if context.invoked_subcommand:
        if stack_name or any(options.values()):
            raise click.UsageError(
                f"these options belong behind `{context.invoked_subcommand}`, or to an import "
                "without it."
            )
        return
    with errors_as_messages():
        adopt(Stack(stack_name, os.environ), Request(**options))


for _kind in TYPES.values():
    import_objects.add_command(command_for(_kind))
