"""The commands `bxbi import connector`, `bxbi import source` and `bxbi import table`."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any

import click

from pulumi_bxbi.adoption.import_file import TYPES, ResourceType, Urn, entry, marked
from pulumi_bxbi.adoption.plan import Adopted, described, failures_of
from pulumi_bxbi.adoption.program import declaration
from pulumi_bxbi.adoption.python_source import literal
from pulumi_bxbi.cli.adopt import Request, adopt
from pulumi_bxbi.cli.stack import Stack, errors_as_messages, stack_option
from pulumi_bxbi.portal import Catalog, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_bxbi.resources.lifecycle import Failure, Properties


@click.group("import", invoke_without_command=True, context_settings={"max_content_width": 100})
@click.option(
    "--connector",
    "connectors",
    type=click.IntRange(min=1),
    multiple=True,
    metavar="ID",
    help="Take this connector with its sources and their tables; may be repeated.",
)
@click.option(
    "--source",
    "sources",
    type=click.IntRange(min=1),
    multiple=True,
    metavar="ID",
    help="Take this source with its tables; may be repeated.",
)
@click.option(
    "--table",
    "tables",
    type=click.IntRange(min=1),
    multiple=True,
    metavar="ID",
    help="Take this table; may be repeated.",
)
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


def _command(kind: ResourceType) -> click.Command:
    noun, resource = kind.lifecycle.kind, kind.lifecycle.resource

    @click.command(
        noun,
        short_help=f"Take one {noun} into the state.",
        help=f"Take the {noun} with this ID on the portal into the state of a stack.\n\n"
        "Nothing changes on the portal. Run it in the folder of the Pulumi project. At its end it "
        f"prints the {resource} to write into the program; a preview of that shows no change."
        f"\n\n\b\nExamples:\n  bxbi import {noun} 42 --name crm"
        f"\n  bxbi import {noun} 42 --name crm --stack production",
        context_settings={"max_content_width": 100},
    )
    @click.argument("object_id", metavar="ID", type=click.IntRange(min=1))
    @click.option("--name", required=True, help="The resource's name in the program.")
    @click.option(
        "--parent",
        default="",
        metavar="URN",
        help="The URN of the component it belongs to (`pulumi stack --show-urns` lists them).",
    )
    @stack_option
    def command(object_id: int, name: str, parent: str, stack_name: str) -> None:
        with errors_as_messages():
            _import(kind, object_id, name, parent, Stack(stack_name, os.environ))

    return command


for _kind in TYPES.values():
    import_objects.add_command(_command(_kind))


def _import(kind: ResourceType, object_id: int, name: str, parent: str, stack: Stack) -> None:
    """Take one object into the state, and tell what to write into the program.

    Raises:
        ClickException: The state has the object or the name already, or lacks the parent.
        NotFound: The portal has no such object for this application.
        PortalError: The portal did not say.
        SettingsError: A setting is wrong or missing.
        StackError: Pulumi refused or failed.
    """
    resources = stack.export().get("resources", [])
    _refuse_taken(kind, object_id, name, parent, resources)
    catalog = Catalog(stack.settings().connect(), writers=1)
    try:
        found = kind.lifecycle.collection(catalog).get(object_id)
    except NotFound as error:
        raise click.ClickException(
            f"{catalog.address} has no {kind.lifecycle.kind} {object_id} for this application, so "
            f"nothing was imported. (The portal said: {error.code}: {error.description}) An object "
            "belongs to the application that made it: others cannot see it."
        ) from None
    inputs, undeclared = described(kind, found, catalog)
    stack.import_objects([entry(kind, name, object_id, marked(inputs), parent, catalog)])
    adopted = Adopted(
        kind=kind,
        id=object_id,
        label=found.label,
        name=name,
        variable="",
        inputs=inputs,
        keys={code: f"{name}-{code}" for code in inputs.get("settings", ())},
        owner=None,
        undeclared=undeclared,
    )
    _tell(adopted, failures_of(kind, inputs, catalog), parent, stack)


def _tell(adopted: Adopted, failures: Sequence[Failure], parent: str, stack: Stack) -> None:
    """Tell what to write into the program, without the values of settings."""
    click.echo(
        f"{adopted.kind.lifecycle.kind} {adopted.id} {literal(adopted.label)} is in the state as "
        f"{adopted.name}."
    )
    if adopted.undeclared:
        click.echo(
            f"Its settings {', '.join(map(literal, adopted.undeclared))} stay out: its connector "
            "does not declare them any more."
        )
    if failures:
        click.echo("A preview of this refuses it until it is put right, because:")
        for failure in failures:
            click.echo(f"- {failure.reason}")
        click.echo("\nWrite this into the program:\n")
    else:
        click.echo("Write this into the program, then `pulumi preview` shows no change:\n")
    if adopted.keys:
        click.echo("config = pulumi.Config()")
    if parent:
        click.echo(f"# The parent is {parent}.")
    click.echo(declaration(adopted, {}, "..." if parent else ""))
    if adopted.keys:
        click.echo(
            "\nand put its settings into the stack's configuration; Pulumi asks for each value:\n"
        )
        for key in adopted.keys.values():
            click.echo(f"  pulumi config set --secret {shlex.quote(key)}{stack.option}")


def _refuse_taken(
    kind: ResourceType, object_id: int, name: str, parent: str, resources: list[Properties]
) -> None:
    if parent and all(each["urn"] != parent for each in resources):
        raise click.ClickException(
            f"the stack has no resource {parent} that could be the parent, so nothing was "
            "imported. `pulumi stack --show-urns` lists those that it has."
        )
    wanted = Urn.of(kind.token, name, parent)
    for each in resources:
        urn = Urn.parse(each["urn"])
        if each["type"] == kind.token and each.get("id") == str(object_id):
            raise click.ClickException(
                f"{kind.lifecycle.kind} {object_id} is in the state already, as {urn.name}. "
                "Nothing was imported."
            )
        if urn == wanted:
            raise click.ClickException(
                f"{name} is in the state already: it is {kind.lifecycle.kind} {each.get('id')}. "
                "Nothing was imported. Give another --name."
            )
