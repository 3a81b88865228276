"""The command `bxbi tables`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from pulumi_bxbi.adoption.adding import add
from pulumi_bxbi.adoption.declaring import declare_lacking
from pulumi_bxbi.adoption.language import Language
from pulumi_bxbi.cli.output import echo_report
from pulumi_bxbi.cli.stack import errors_as_messages, stack_option
from pulumi_bxbi.stack.pulumi_command import Stack

if TYPE_CHECKING:
    from pulumi_bxbi.adoption.declaring import Declared


@click.command(context_settings={"max_content_width": 100})
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="NAME",
    help="Ask only for the tables of the source with this name in the program; may be repeated.",
)
@click.option(
    "--write",
    is_flag=True,
    help="Add the declarations to the program, behind those that are there.",
)
@click.option(
    "--language",
    type=click.Choice([each.value for each in Language]),
    help="The language of the declarations. Without it that of the project.",
)
@stack_option
def tables(*, sources: tuple[str, ...], write: bool, language: str | None, stack_name: str) -> None:
    """Declare the tables that outside systems offer and the program lacks.

    This machine calls the endpoints of the connectors, as the portal does, with the settings that
    the sources of the stack have on the portal. The program has a table if the state has one of
    the same source with the same code, or if the text of the program declares one.

    The declarations are printed on standard output, all else on standard error. With --write they
    are added to the file that declares the source, or to the main file; what is there stays as it
    is. The portal and the stack stay as they are until `pulumi up`.

    \b
    Examples:
      bxbi tables
      bxbi tables --source crm --write
    """  # noqa: D301 - click's mark of a paragraph that keeps its lines
    with errors_as_messages():
        stack = Stack(stack_name, os.environ)
        found = declare_lacking(stack, sources, language, _tell)
        for sentence in found.left_out:
            _tell(sentence)
        if not found.declarations:
            _tell("The program lacks no table that could be declared.")
            return
        _tell_ids(found)
        if not write:
            if found.is_of_program:
                _tell_files("For", found)
            echo_report(found.text)
            return
        add(found)
    _tell_files("Added to", found)
    _tell(f"Nothing else has changed. Look at what they do:\n\n  pulumi preview{stack.option}")


def _tell_files(done: str, found: Declared) -> None:
    for file in found.by_file:
        names = [each.name for each in found.declarations if each.file == file]
        _tell(f"{done} {file}: {', '.join(names)}.")


def _tell_ids(found: Declared) -> None:
    """Print which sources are named by their ids."""
    for name in dict.fromkeys(each.source for each in found.declarations if not each.refers):
        _tell(
            f"The tables of {name} have the number of their source, because the text of the "
            "program does not show what holds it. Where something does, write that in place of "
            "the number, so that Pulumi knows which comes first."
        )


def _tell(text: str) -> None:
    click.echo(text, err=True)
