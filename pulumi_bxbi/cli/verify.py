"""The command `bxbi verify`."""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from pulumi_bxbi.cli.output import echo_report
from pulumi_bxbi.cli.stack import errors_as_messages, stack_option
from pulumi_bxbi.stack.pulumi_command import NoStackError, Stack
from pulumi_bxbi.verification.arguments import (
    URL_OPTIONS,
    URLS_EXAMPLE,
    ArgumentError,
    addresses_in,
    parameters_of,
    require_usable,
    subject_of,
)
from pulumi_bxbi.verification.comparison import compared
from pulumi_bxbi.verification.junit import for_pipeline
from pulumi_bxbi.verification.markdown import for_comment
from pulumi_bxbi.verification.report import Report
from pulumi_bxbi.verification.stack import Chosen, chosen_in
from pulumi_bxbi.verification.terminal import for_terminal
from pulumi_bxbi.verification.trial import Options, verified

if TYPE_CHECKING:
    from collections.abc import Callable

_WIDEST: Final = 100


def _in_unicode(context: click.Context, parameter: click.Parameter, given: Any) -> Any:
    """Return the text or the texts of an option, whatever letters the locale has.

    Raises:
        BadParameter: A text is not in UTF-8.
    """
    try:
        return tuple(map(_decoded, given)) if isinstance(given, tuple) else _decoded(given)
    except UnicodeDecodeError:
        raise click.BadParameter("it is not in UTF-8.", context, parameter) from None


def _decoded(text: str) -> str:
    """Return a text, from its bytes in UTF-8 where the locale could not decode it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return os.fsencode(text).decode()
    return text


def _url_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for each of the four addresses."""
    for option in reversed(URL_OPTIONS):
        command = click.option(
            option,
            callback=_in_unicode,
            default="",
            metavar="URL",
            help="In place of --urls, with the other three addresses.",
        )(command)
    return command


@click.command(context_settings={"max_content_width": 100})
@click.option(
    "--urls",
    callback=_in_unicode,
    default="",
    metavar="URLS",
    help="The addresses of the endpoints that check the values, list the tables, describe the "
    "columns and give the rows, with braces for their differences, in quotes. Without it the "
    "endpoints of a stack are tried.",
)
@_url_options
@click.option(
    "--parameter",
    "parameters",
    callback=_in_unicode,
    multiple=True,
    metavar="CODE[:TYPE]=VALUE",
    help="With addresses: a parameter of the connector, of the type STRING or INT, and its value. "
    "=- reads the value from a line of standard input. May be repeated.",
)
@click.option(
    "--table",
    "tables",
    callback=_in_unicode,
    multiple=True,
    metavar="CODE",
    help="With addresses: try only the table with this code. May be repeated.",
)
@click.option(
    "--only",
    "names",
    callback=_in_unicode,
    multiple=True,
    metavar="NAME",
    help="In a stack: try only the resource with this name in the program: a connector with its "
    "sources, a source with its tables, or a table. May be repeated.",
)
@click.option(
    "--drift",
    "only_drift",
    is_flag=True,
    help="In a stack: only compare the declared tables with what the endpoints list and describe. "
    "They get the right values alone, and no rows are asked for.",
)
@click.option("--no-data", is_flag=True, help="Show no cell of the data.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "json", "markdown", "junit"]),
    default="terminal",
    show_default=True,
    help="How to write the report: for people, for a program, for a pull request's comment, for a "
    "pipeline.",
)
@stack_option
@click.argument("others", nargs=-1, metavar="", type=click.UNPROCESSED)
def verify(*, form: str, no_data: bool, only_drift: bool, **given: Any) -> None:
    """Try the endpoints of connectors as BI Builder would.

    In the folder of a stack it tries the endpoints of every connector, source and table in its
    state, with the addresses and the values that the portal has, and compares the declared columns
    with the described ones. With addresses it tries these, anywhere. It changes nothing.

    The values of parameters are sent to the endpoints and nowhere else, and no report has them.

    \b
    Exit status:
      0  fine, perhaps with warnings
      3  broken: a documented rule is not kept
      4  could not tell, for instance because this machine does not reach an endpoint

    \b
    Examples:
      bxbi verify
      bxbi verify --only crm --format markdown
      bxbi verify --drift
      bxbi verify --urls 'https://erp.example/{check,tables,columns,data}' --parameter year:INT=2026
      bxbi verify --urls 'http://127.0.0.1:8080/{check,tables,columns,data}' --parameter token=-
    """  # noqa: D301 - click's mark of a paragraph that keeps its lines
    with errors_as_messages():
        try:
            chosen = _chosen(only_drift=only_drift, **given)
        except ArgumentError as error:
            raise click.ClickException(str(error)) from None
        if only_drift:
            tried = compared(chosen.subjects, _tell)
        else:
            tried = verified(chosen.subjects, _tell, Options(with_data=not no_data))
        report = Report((*chosen.untried, *tried), only_drift)
    if form == "terminal":
        click.echo(for_terminal(report, min(shutil.get_terminal_size().columns, _WIDEST)))
    elif form == "json":
        echo_report(f"{json.dumps(report.as_json(), ensure_ascii=False, indent=2)}\n")
    else:
        echo_report(for_comment(report) if form == "markdown" else for_pipeline(report))
    sys.exit(report.verdict.exit_status)


def _chosen(  # noqa: PLR0913 - one parameter for each option
    *,
    only_drift: bool,
    urls: str,
    parameters: tuple[str, ...],
    tables: tuple[str, ...],
    names: tuple[str, ...],
    stack_name: str,
    others: tuple[str, ...],
    url_check: str,
    url_table_list: str,
    url_table_description: str,
    url_data: str,
) -> Chosen:
    """Return what is to be verified.

    Raises:
        ArgumentError: An option is wrong, or does not go with another one.
    """
    if others:
        raise ArgumentError(
            "there are arguments that belong to no option. Put the addresses in quotes, so that "
            f"the shell leaves their braces alone: {URLS_EXAMPLE}"
        )
    one_by_one = (url_check, url_table_list, url_table_description, url_data)
    is_one_by_one = any(one_by_one)
    if urls and is_one_by_one:
        raise ArgumentError(f"give either --urls or {', '.join(URL_OPTIONS)}.")
    if not urls and not is_one_by_one:
        if parameters or tables:
            raise ArgumentError(
                "--parameter and --table go with addresses: add them, for example "
                f"{URLS_EXAMPLE}. In a stack choose with --only, by the names in the program."
            )
        return _of_stack(stack_name, names, only_tables=only_drift)
    if names or stack_name or only_drift:
        raise ArgumentError(
            "--only, --drift and --stack go with a stack: leave them out, or the addresses."
        )
    if is_one_by_one and not all(one_by_one):
        raise ArgumentError(f"give all four addresses: {', '.join(URL_OPTIONS)}.")
    addresses = addresses_in(urls) if urls else one_by_one
    require_usable(addresses)
    values = parameters_of(parameters, _read_line)
    return Chosen((subject_of(addresses, values, tables),), ())


def _of_stack(stack_name: str, names: tuple[str, ...], *, only_tables: bool) -> Chosen:
    try:
        stack = Stack(stack_name, os.environ)
        return chosen_in(stack, names, _tell, only_tables=only_tables)
    except NoStackError as error:
        if stack_name:
            raise
        raise click.ClickException(
            f"{error}\nWithout a stack, give the addresses of endpoints: {URLS_EXAMPLE}"
        ) from None


def _read_line(code: str) -> str:
    """Return the value of a parameter from a line of standard input."""
    if sys.stdin.isatty():
        question = f"Value of {code}"
        return str(
            click.prompt(question, hide_input=True, err=True, default="", show_default=False)
        )
    line = sys.stdin.buffer.readline()
    if not line:
        raise ArgumentError(
            f"standard input has no line for the value of {code}: give one line for each "
            "--parameter with =-, in their order."
        )
    try:
        return line.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise ArgumentError(f"the line with the value of {code} is not in UTF-8.") from None


def _tell(text: str) -> None:
    click.echo(text, err=True)
