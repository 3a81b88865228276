"""The commands `bxbi import connector`, `bxbi import source` and `bxbi import table`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from pulumi_bxbi.adoption import python_program, yaml_program
from pulumi_bxbi.adoption.language import Language
from pulumi_bxbi.adoption.one_object import import_object
from pulumi_bxbi.adoption.python_source import literal
from pulumi_bxbi.cli.stack import errors_as_messages, stack_option
from pulumi_bxbi.stack.pulumi_command import Stack

if TYPE_CHECKING:
    from pulumi_bxbi.adoption.one_object import Import
    from pulumi_bxbi.stack.urns import ResourceType


def command_for(kind: ResourceType) -> click.Command:
    """Return the command that takes one object of a kind into the state.

    Args:
        kind: The type of its resource.
    """
    noun, resource = kind.lifecycle.kind, kind.lifecycle.resource

    @click.command(
        noun,
        short_help=f"Take one {noun} into the state.",
        help=f"Take the {noun} with this ID on the portal into the state of a stack.\n\n"
        "Nothing changes on the portal. Run it in the folder of the Pulumi project. At its end it "
        f"prints the {resource} to write into the program; a preview of that shows no change. The "
        f"secrets of the {noun} become secrets of the stack's configuration. The same command "
        f"prints the {resource} again."
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
            stack = Stack(stack_name, os.environ)
            done = import_object(kind, object_id, name, parent, stack)
        click.echo(f"{_outcome(done)}\n{_program(done, parent, stack)}")

    return command


def _text(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Return a text of the command line as Pulumi reads it: in UTF-8, whatever the locale."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(value).decode("utf-8", "replace")
    return value


def _outcome(done: Import) -> str:
    adopted = done.adopted
    named = f"{adopted.kind.lifecycle.kind} {adopted.id} {literal(adopted.label)}"
    if done.was_there:
        return f"{named} is in the state already, as {adopted.name}. Nothing was imported."
    return f"{named} is in the state as {adopted.name}."


def _program(done: Import, parent: str, stack: Stack) -> str:
    """Return what to write into the program, without secrets.

    Args:
        done: The result of the import.
        parent: The URN of its parent; empty for the stack itself.
        stack: The stack.
    """
    adopted, failures, missing = done.adopted, done.failures, done.missing
    lines: list[str] = []
    if adopted.undeclared:
        lines.append(
            f"Its settings {', '.join(map(literal, adopted.undeclared))} are left out: its "
            "connector no longer declares them."
        )
    if failures:
        lines.append("A preview refuses this until you correct it, because:")
        lines += [f"- {failure.reason}" for failure in failures]
        lines.append("\nWrite this into the program:\n")
    else:
        lines.append("Write this into the program, then `pulumi preview` shows no change:\n")
    is_python = done.language is Language.PYTHON
    if adopted.keys and is_python:
        lines.append("config = pulumi.Config()")
    if parent:
        lines.append(f"# The parent is {parent}.")
    placeholder = "..." if parent else ""
    if is_python:
        lines.append(python_program.declaration(adopted, {}, placeholder))
    else:
        lines.append(yaml_program.declaration(adopted, placeholder).rstrip())
    if done.owner and (owner := adopted.kind.lifecycle.owner):
        reference = "that resource's .id" if is_python else f"${{{done.owner}.id}}"
        lines.append(
            f"\nIts {owner.kind} is {done.owner} in this stack: write {reference} for "
            f"{done.language.spelling.name(owner.reference)}, and run `pulumi up` once: then "
            "Pulumi knows in which order to delete them."
        )
    if configured := [key for key in adopted.keys.values() if key not in missing]:
        lines.append(f"\nThe stack's configuration has its secrets: {', '.join(configured)}.")
    if missing:
        lines.append(
            "\nThe stack's configuration lacks these secrets; Pulumi asks for each value:\n"
        )
        lines += [f"  pulumi config set --secret {key}{stack.option}" for key in sorted(missing)]
    return "\n".join(lines)
