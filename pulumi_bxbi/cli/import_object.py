"""The commands `bxbi import connector`, `bxbi import source` and `bxbi import table`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from pulumi_bxbi.adoption.import_file import ResourceType, Urn, entry, marked, plain
from pulumi_bxbi.adoption.names import Names
from pulumi_bxbi.adoption.plan import Adopted, Plan, described, failures_of
from pulumi_bxbi.adoption.program import declaration
from pulumi_bxbi.adoption.python_source import literal
from pulumi_bxbi.cli.adopt import applied, deferred_interrupts
from pulumi_bxbi.cli.stack import Stack, errors_as_messages, stack_option
from pulumi_bxbi.portal import Catalog, NotFound
from pulumi_bxbi.resources.secrets import secrets_of
from pulumi_bxbi.resources.types import name_of, project_of
from pulumi_bxbi.stack.state import objects_in, require_same_portal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

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
        f"prints the {resource} to write into the program; a preview of that shows no change. Its "
        "secrets become secrets of the stack's configuration. The same command prints the program "
        "again."
        f"\n\n\b\nExamples:\n  bxbi import {noun} 42 --name crm"
        f"\n  bxbi import {noun} 42 --name crm --stack production",
        context_settings={"max_content_width": 100},
    )
    @click.argument("object_id", metavar="ID", type=click.IntRange(min=1))
    @click.option(
        "--name", required=True, callback=_text, help="The resource's name in the program."
    )
    @click.option(
        "--parent",
        default="",
        metavar="URN",
        callback=_text,
        help="The URN of the component it belongs to (`pulumi stack --show-urns` lists them).",
    )
    @stack_option
    def command(object_id: int, name: str, parent: str, stack_name: str) -> None:
        with errors_as_messages():
            _import(kind, object_id, name, parent, Stack(stack_name, os.environ))

    return command


def _text(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Return a text of the command line as Pulumi reads it: in UTF-8, whatever the locale."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(value).decode("utf-8", "replace")
    return value


def _import(kind: ResourceType, object_id: int, name: str, parent: str, stack: Stack) -> None:
    """Take one object into the state and its secrets into the configuration; tell the program.

    All of that is known before anything changes. It can be told again, because the state has it.

    Raises:
        ClickException: The state has the object or the name already, or lacks the parent.
        NotFound: The portal has no such object for this application.
        PortalError: The portal did not say.
        SettingsError: A setting is wrong or missing.
        StackError: Pulumi refused or failed.
    """
    resources = stack.export().get("resources", [])
    if recorded := _recorded(kind, object_id, name, parent, resources):
        adopted = _in_state(kind, recorded, stack)
        told = f"{_named(adopted)} is in the state already, as {name}. Nothing was imported."
        missing = set(adopted.keys.values()) - set(stack.configured())
        click.echo(f"{told}\n{_program(adopted, parent, stack, missing=missing)}")
        return
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
    adopted = Adopted(
        kind=kind,
        id=object_id,
        label=found.label,
        name=name,
        variable="",
        inputs=inputs,
        keys={secret: keys.key(name, secret) for secret in secrets_of(inputs)},
        owner=None,
        undeclared=undeclared,
    )
    program = _program(adopted, parent, stack, failures_of(kind, inputs, catalog))
    entries = [entry(kind, name, object_id, marked(inputs), parent, catalog)]
    found = Plan((adopted,), (), 0)
    with (
        deferred_interrupts() as stop_if_interrupted,
        applied(stack, found, entries, stop_if_interrupted, protect=False),
    ):
        stop_if_interrupted()
    click.echo(f"{_named(adopted)} is in the state as {name}.\n{program}")


def _named(adopted: Adopted) -> str:
    return f"{adopted.kind.lifecycle.kind} {adopted.id} {literal(adopted.label)}"


def _in_state(kind: ResourceType, recorded: Properties, stack: Stack) -> Adopted:
    """Describe an object as the state has it, with the keys that hold its secrets already."""
    name = name_of(recorded["urn"])
    given = plain(recorded.get("inputs") or {})
    inputs = {
        each: given[each] for each in kind.lifecycle.input_names() if given.get(each) is not None
    }
    secrets = secrets_of(inputs)
    known = stack.values(project_of(recorded["urn"]))
    keys = Names(key for key in stack.configured() if known.get(key) not in secrets.values())
    return Adopted(
        kind=kind,
        id=int(recorded["id"]),
        label=str(inputs.get(kind.lifecycle.label, "")),
        name=name,
        variable="",
        inputs=inputs,
        keys={secret: keys.key(name, secret) for secret in secrets},
        owner=None,
    )


def _program(
    adopted: Adopted,
    parent: str,
    stack: Stack,
    failures: Sequence[Failure] = (),
    missing: Collection[str] = (),
) -> str:
    """Tell what to write into the program, without what is secret.

    Args:
        adopted: The object.
        parent: The URN of its parent; empty for the stack itself.
        stack: The stack.
        failures: Why a preview will refuse it.
        missing: The keys of secrets that the stack's configuration does not have.
    """
    lines: list[str] = []
    if adopted.undeclared:
        lines.append(
            f"Its settings {', '.join(map(literal, adopted.undeclared))} stay out: its connector "
            "does not declare them any more."
        )
    if failures:
        lines.append("A preview of this refuses it until it is put right, because:")
        lines += [f"- {failure.reason}" for failure in failures]
        lines.append("\nWrite this into the program:\n")
    else:
        lines.append("Write this into the program, then `pulumi preview` shows no change:\n")
    if adopted.keys:
        lines.append("config = pulumi.Config()")
    if parent:
        lines.append(f"# The parent is {parent}.")
    lines.append(declaration(adopted, {}, "..." if parent else ""))
    if configured := [key for key in adopted.keys.values() if key not in missing]:
        lines.append(f"\nThe stack's configuration has its secrets: {', '.join(configured)}.")
    if missing:
        lines.append(
            "\nThe stack's configuration lacks these secrets; Pulumi asks for each value:\n"
        )
        lines += [f"  pulumi config set --secret {key}{stack.option}" for key in sorted(missing)]
    return "\n".join(lines)


def _recorded(
    kind: ResourceType, object_id: int, name: str, parent: str, resources: list[Properties]
) -> Properties | None:
    """Return the resource that the object is in the state already, by this name and parent."""
    if parent and all(each["urn"] != parent for each in resources):
        return None
    wanted = Urn.of(kind.token, name, parent)
    for each in resources:
        if Urn.parse(each["urn"]) == wanted and each.get("id") == str(object_id):
            return each
    return None


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
