"""The command `bxbi import`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from pulumi_bxbi.adoption.adopting import Request, adopt
from pulumi_bxbi.adoption.language import Language
from pulumi_bxbi.adoption.python_source import literal
from pulumi_bxbi.cli.import_object import command_for
from pulumi_bxbi.cli.stack import errors_as_messages, stack_option
from pulumi_bxbi.stack.pulumi_command import Stack
from pulumi_bxbi.stack.urns import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_bxbi.adoption.placement import Program
    from pulumi_bxbi.adoption.plan import Plan


def _chosen(kind: str, along: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the option that chooses objects of a kind."""
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
    metavar="FILE.py|FILE.yaml|FOLDER",
    help="The program to write: one file, or a folder with a module for each kind (in YAML: with "
    "a project). Without it the file that Pulumi runs, or imported.py or imported.yaml beside that "
    "file if it exists.",
)
@click.option(
    "--language",
    type=click.Choice([each.value for each in Language]),
    help="The language of the program. Without it that of the project.",
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
    """Take existing objects of the portal into a stack, with the program that declares them.

    Without one of the commands below it takes all connectors, sources and tables of the
    application, or those that are chosen. It writes a program in Python or YAML, in which each
    value of a source's settings is a secret of the stack's configuration. With --apply it also
    sets these secrets and takes the objects into the state: then `pulumi preview` shows no change.

    The portal stays as it is. From then on the stack manages these objects: `pulumi up` changes
    them, and `pulumi destroy` deletes them. Objects that are in the state already are left alone.

    \b
    Examples:
      bxbi import
      bxbi import --apply
      bxbi import --connector 123 --out crm.py --apply --stack production
    """  # noqa: D301 - click's mark of a paragraph that keeps its lines
    if context.invoked_subcommand:
        if stack_name or any(options.values()):
            raise click.UsageError(
                f"give these options after `{context.invoked_subcommand}`, or to an import "
                "without it."
            )
        return
    stack, request = Stack(stack_name, os.environ), Request(**options)
    with errors_as_messages():
        adopted = adopt(stack, request, _tell_plan)
    if adopted:
        _tell_next(*adopted, request, stack)


def _tell_plan(found: Plan, portal: str) -> None:
    """Print the plan."""
    click.echo(
        f"{portal}: {len(found.adopted)} to import, {len(found.left_out)} left out, "
        f"{found.managed} in the state already."
    )
    for each in found.adopted:
        click.echo(f"  {_named(each.kind.lifecycle.kind, each.id, each.label)} as {each.name}")
        if each.undeclared:
            click.echo(
                f"    without {', '.join(map(literal, each.undeclared))}: its connector no longer "
                "declares that, and the portal drops it when the source is saved"
            )
    for left_out in found.left_out:
        click.echo(f"  {_named(*left_out[:3])} is left out:")
        for reason in left_out.reasons:
            click.echo(f"    {reason}")
    if not found.adopted:
        click.echo("There is nothing to import.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _named(kind: str, object_id: int, label: str) -> str:
    return f"{kind} {object_id} {literal(label)}"


def _tell_next(program: Program, found: Plan, request: Request, stack: Stack) -> None:
    """Print what was written, and the commands to run next."""
    secrets = _count(len(found.secrets()), "secret")
    click.echo(f"\nThe program is in {program.place}.")
    if request.import_file and program.language is Language.PYTHON:
        click.echo(
            f"{request.import_file} holds the secrets in plain text: delete it when it is not "
            "needed any more."
        )
    if not request.apply:
        click.echo(
            f"The stack does not have these objects yet: `pulumi up` would create them a second "
            f"time. This sets {secrets} of its configuration and takes the objects into its "
            f"state; change the program after it, not before:\n\n  {request.applied(stack.name)}"
        )
        return
    click.echo(
        f"Added {_count(len(found.adopted), 'object')} to the state, and {secrets} to the stack's "
        "configuration."
    )
    first = ""
    if program.hint:
        first = f"  {program.hint}\n"
        click.echo(
            "Pulumi does not run the program yet, so the objects are protected from deletion "
            "until the first `pulumi up` with it. In this order:\n"
        )
    else:
        click.echo("Nothing changes now; one `pulumi up` records which object depends on which:\n")
    click.echo(f"{first}  pulumi preview{stack.option}\n  pulumi up{stack.option}")


for _kind in TYPES:
    import_objects.add_command(command_for(_kind))
