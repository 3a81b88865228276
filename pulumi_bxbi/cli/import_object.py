"""The commands `bxbi import connector`, `bxbi import source` and `bxbi import table`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from pulumi_bxbi.adoption.import_file import ResourceType, Urn, entry, marked
from pulumi_bxbi.adoption.names import Names
from pulumi_bxbi.adoption.plan import Adopted, described, failures_of
from pulumi_bxbi.adoption.program import declaration
from pulumi_bxbi.adoption.python_source import literal
from pulumi_bxbi.cli.stack import Stack, errors_as_messages, stack_option
from pulumi_bxbi.portal import Catalog, NotFound
from pulumi_bxbi.stack.state import objects_in, require_same_portal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_bxbi.resources.lifecycle import Failure, Properties


def command_for(kind: ResourceType) -> click.Command:
    """Make the command that takes one object of a kind into the state.

    Args:
        kind: The type of its resource.
    """
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
    catalog = Catalog(stack.settings().connect(), writers=1)
    require_same_portal(objects_in(resources), catalog.identity)
    _refuse_taken(kind, object_id, name, parent, resources)
    try:
        found = kind.lifecycle.collection(catalog).get(object_id)
    except NotFound as error:
        raise click.ClickException(
            f"{catalog.address} has no {kind.lifecycle.kind} {object_id} for this application, so "
            f"nothing was imported. (The portal said: {error.code}: {error.description}) An object "
            "belongs to the application that made it: others cannot see it."
        ) from None
    inputs, undeclared = described(kind, found, catalog)
    keys = Names(stack.configured())
    stack.import_objects([entry(kind, name, object_id, marked(inputs), parent, catalog)])
    adopted = Adopted(
        kind=kind,
        id=object_id,
        label=found.label,
        name=name,
        variable="",
        inputs=inputs,
        keys={code: keys.key(name, code) for code in inputs.get("settings", ())},
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
            click.echo(f"  pulumi config set --secret {key}{stack.option}")


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
