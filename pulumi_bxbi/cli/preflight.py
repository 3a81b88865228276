"""The command `bxbi preflight`."""

from __future__ import annotations

import json
import os
import shutil
import sys
from functools import partial
from typing import TYPE_CHECKING, Final, NoReturn

import click

from pulumi_bxbi.cli.all_stacks import Looked, all_stacks_option, look_at_all, status_of_all
from pulumi_bxbi.cli.output import echo_report
from pulumi_bxbi.cli.stack import errors_as_messages, stack_option
from pulumi_bxbi.external.comparison import Comparison
from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.preflight.findings import Severity
from pulumi_bxbi.preflight.markdown import for_comment
from pulumi_bxbi.preflight.plan import PlanError
from pulumi_bxbi.preflight.report import Verdict
from pulumi_bxbi.preflight.stacks import NoPlanError, judged
from pulumi_bxbi.preflight.terminal import for_terminal
from pulumi_bxbi.resources.memory import MemoryUnreadableError
from pulumi_bxbi.settings.names import SettingsError
from pulumi_bxbi.stack.pulumi_command import StackError

if TYPE_CHECKING:
    from typing import BinaryIO

_WIDEST: Final = 100
#: The exit status where the plan could not be judged.
_UNKNOWN: Final = Verdict.UNKNOWN.exit_status
#: The exit statuses that are verdicts on a plan.
_VERDICTS: Final = frozenset(each.exit_status for each in Verdict)


@click.command(context_settings={"max_content_width": 100})
@click.argument("plan_file", metavar="[PLAN]", type=click.File("rb"), required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to write the report: for a terminal, for a program, for a pull request's comment.",
)
@click.option(
    "--outside",
    "asks_outside",
    is_flag=True,
    help="Also ask the endpoints of the connectors whether they still describe the tables.",
)
@all_stacks_option
@stack_option
def preflight(
    *, plan_file: BinaryIO | None, form: str, asks_outside: bool, all_stacks: bool, stack_name: str
) -> None:
    """Check before `pulumi up` whether its plan will succeed.

    PLAN is the output of `pulumi preview --json` or `pulumi destroy --preview-only --json`; - is
    standard input. Without it the command runs `pulumi preview --json` itself.

    On the portal it looks for the dependents of each object that the plan deletes or replaces, for
    the objects that it changes, and for names that are taken; in the state, for pending operations
    of a killed run, which no plan shows. It changes nothing. Objects of another application, and
    those that a person made in the portal, may be invisible to it.

    With --outside this machine calls the endpoints of the connectors too, as the portal does, with
    the settings that the sources have on the portal. Tables and columns that are not described, or
    have another type, are warnings; new columns are notes.

    \b
    Exit status:
      0  clear
      3  blocked: `pulumi up` would fail
      4  could not tell
    Where the preview itself gives no plan, its messages and its exit status are passed on.

    \b
    Examples:
      bxbi preflight
      pulumi preview --json | bxbi preflight -
      bxbi preflight plan.json --format json
      bxbi preflight --outside --format markdown
      bxbi preflight --all-stacks
    """  # noqa: D301 - click's mark of a paragraph that keeps its lines
    outside = Comparison() if asks_outside else None
    if all_stacks:
        _judge_all(stack_name, form, plan_file, outside)
    with errors_as_messages():
        try:
            given = plan_file.read() if plan_file else None
            report = judged(stack_name, os.environ, _tell, given, outside)
        except PlanError as error:
            raise click.ClickException(str(error)) from None
        except NoPlanError as error:
            click.echo(error.said, err=True)
            sys.exit(error.status if error.status not in _VERDICTS else 1)
    if form == "json":
        echo_report(f"{json.dumps(report.as_json(), ensure_ascii=False, indent=2)}\n")
    elif form == "markdown":
        echo_report(for_comment(report))
    else:
        click.echo(for_terminal(report, min(shutil.get_terminal_size().columns, _WIDEST)))
    sys.exit(report.verdict.exit_status)


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _judge_all(
    stack_name: str, form: str, plan_file: BinaryIO | None, outside: Comparison | None
) -> NoReturn:
    """Judge the plans of all stacks, and end the command."""
    if plan_file:
        raise click.ClickException("give either a plan or --all-stacks.")
    if form == "markdown":
        raise click.ClickException("--all-stacks writes text or json; markdown is for one stack.")
    with errors_as_messages():
        look = partial(_looked, outside)
        found = look_at_all(stack_name, os.environ, look, as_json=form == "json")
    if form == "json":
        reports = {each.stack: each.report for each in found}
        echo_report(f"{json.dumps(reports, ensure_ascii=False, indent=2)}\n")
    sys.exit(status_of_all(found))


def _looked(outside: Comparison | None, stack_name: str) -> Looked:
    """Judge the plan of one of several stacks."""
    try:
        report = judged(stack_name, os.environ, _tell, outside=outside)
    except NoPlanError as error:
        last = (error.said.splitlines() or ["pulumi preview gave no plan"])[-1]
        return Looked(stack_name, _UNKNOWN, f"could not tell: {last}", {"problem": error.said})
    except (
        PlanError,
        StackError,
        SettingsError,
        PortalError,
        MemoryUnreadableError,
    ) as error:
        return Looked(stack_name, _UNKNOWN, f"could not tell: {error}", {"problem": str(error)})
    problems = [each.problem for each in report.of(Severity.BLOCKER)] or [report.problem]
    more = f"(and {len(problems) - 1} more)" if len(problems) > 1 else ""
    line = " ".join(filter(None, [report.summary, problems[0], more]))
    return Looked(stack_name, report.verdict.exit_status, line, report.as_json())
