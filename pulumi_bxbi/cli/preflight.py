"""The command `bxbi preflight`."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from pulumi_bxbi.adoption.project import project_in
from pulumi_bxbi.cli.all_stacks import Looked, all_stacks_option, look_at_all, status_of_all
from pulumi_bxbi.cli.output import echo_report
from pulumi_bxbi.cli.stack import (
    NoStackError,
    Stack,
    StackError,
    errors_as_messages,
    stack_option,
)
from pulumi_bxbi.portal import Catalog, PortalError
from pulumi_bxbi.preflight.findings import Severity
from pulumi_bxbi.preflight.inventory import Inventory, questions, take
from pulumi_bxbi.preflight.judging import judge
from pulumi_bxbi.preflight.markdown import for_comment
from pulumi_bxbi.preflight.plan import Failed, PlanError, read_plan
from pulumi_bxbi.preflight.report import Verdict
from pulumi_bxbi.preflight.state import State, read_state
from pulumi_bxbi.preflight.terminal import for_terminal
from pulumi_bxbi.resources.memory import MemoryUnreadableError
from pulumi_bxbi.resources.types import project_of
from pulumi_bxbi.settings.loading import load_settings
from pulumi_bxbi.settings.names import SettingsError

if TYPE_CHECKING:
    from typing import BinaryIO

    from pulumi_bxbi.preflight.plan import Plan
    from pulumi_bxbi.preflight.report import Report
    from pulumi_bxbi.settings.loading import Settings

_WIDEST: Final = 100
#: How many lines are quoted of what a failed preview said.
_QUOTED: Final = 5
#: The exit status of what could not be told.
_UNKNOWN: Final = Verdict.UNKNOWN.exit_status
#: The exit statuses that say something of the plan.
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
@all_stacks_option
@stack_option
def preflight(*, plan_file: BinaryIO | None, form: str, all_stacks: bool, stack_name: str) -> None:
    """Tell before `pulumi up` whether its plan will go through.

    PLAN is what `pulumi preview --json` or `pulumi destroy --preview-only --json` has printed; - is
    standard input. Without it the command runs `pulumi preview --json` itself.

    It asks the portal what hangs on each object that the plan deletes or replaces, whether what it
    changes is still there, and whether names are free, and the state what a killed run has left,
    which no plan shows. It changes nothing. What belongs to another application, or was made by a
    person in the portal, may be invisible to it.

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
      bxbi preflight --all-stacks
    """  # noqa: D301 - click's mark of a paragraph that keeps its lines
    if all_stacks:
        _judge_all(stack_name, form, plan_file)
    with errors_as_messages():
        try:
            report = _judged(stack_name, plan_file)
        except _NoPlanError as error:
            click.echo(error.said, err=True)
            sys.exit(error.status if error.status not in _VERDICTS else 1)
    if form == "json":
        echo_report(f"{json.dumps(report.as_json(), ensure_ascii=False, indent=2)}\n")
    elif form == "markdown":
        echo_report(for_comment(report))
    else:
        click.echo(for_terminal(report, min(shutil.get_terminal_size().columns, _WIDEST)))
    sys.exit(report.verdict.exit_status)


class _NoPlanError(Exception):
    """A preview gave no plan.

    Args:
        status: Its exit status.
        said: What it said.
    """

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status
        self.said = said


def _judged(stack_name: str, plan_file: BinaryIO | None = None) -> Report:
    """Judge a plan, or that of a preview.

    Raises:
        _NoPlanError: The preview gave none.
        StackError: Pulumi refused or failed.
    """
    if plan_file:
        plan = _read(plan_file.read())
        _require_stack(plan, stack_name)
        stack = Stack(stack_name or plan.stack, os.environ)
    else:
        # A plan has a stack's name without its organization, which may be another than yours.
        stack = Stack(stack_name, os.environ)
        plan = _previewed(stack)
    state = _state(stack, plan, is_named=bool(stack_name))
    plan = state.complete(plan)
    return judge(plan, state, _asked(plan, state, stack))


def _judge_all(stack_name: str, form: str, plan_file: BinaryIO | None) -> NoReturn:
    """Judge the plans of all stacks, and end the command."""
    if plan_file:
        raise click.ClickException("give either a plan or --all-stacks.")
    if form == "markdown":
        raise click.ClickException("--all-stacks writes text or json: give --format of one stack.")
    with errors_as_messages():
        found = look_at_all(stack_name, os.environ, _looked, as_json=form == "json")
    if form == "json":
        reports = {each.stack: each.report for each in found}
        echo_report(f"{json.dumps(reports, ensure_ascii=False, indent=2)}\n")
    sys.exit(status_of_all(found))


def _looked(stack_name: str) -> Looked:
    """Judge the plan of one of several stacks."""
    try:
        report = _judged(stack_name)
    except _NoPlanError as error:
        last = (error.said.splitlines() or ["pulumi preview gave no plan"])[-1]
        return Looked(stack_name, _UNKNOWN, f"could not tell: {last}", {"problem": error.said})
    except (StackError, SettingsError, PortalError, MemoryUnreadableError) as error:
        return Looked(stack_name, _UNKNOWN, f"could not tell: {error}", {"problem": str(error)})
    problems = [each.problem for each in report.of(Severity.BLOCKER)] or [report.problem]
    line = " ".join(filter(None, [report.summary, *problems]))
    return Looked(stack_name, report.verdict.exit_status, line, report.as_json())


def _read(text: str | bytes) -> Plan:
    try:
        return read_plan(text)
    except PlanError as error:
        raise click.ClickException(str(error)) from None


def _require_stack(plan: Plan, stack_name: str) -> None:
    """Refuse a plan of another stack than the one that the user has named."""
    if stack_name and plan.stack and stack_name.rpartition("/")[2] != plan.stack:
        raise click.ClickException(
            f"the plan is of the stack {plan.stack}, and --stack says {stack_name}. Leave out "
            "--stack: a plan names its stack itself."
        )


def _previewed(stack: Stack) -> Plan:
    """Preview a stack of the current folder.

    Raises:
        _NoPlanError: It gave no plan.
    """
    click.echo("Running pulumi preview ...", err=True)
    ended = stack.preview()
    if ended.stdout.lstrip().startswith("{"):
        plan = _read(ended.stdout)
        if ended.status == 0 or plan.failed:
            return plan
        # For example a mandatory policy is violated.
        said = "\n".join(ended.stderr.strip().splitlines()[-_QUOTED:])
        reason = f"`pulumi preview` ended with status {ended.status}" + (said and f":\n{said}")
        return replace(plan, failed=(Failed("", reason),))
    raise _NoPlanError(ended.status, (ended.stderr + ended.stdout).strip())


def _state(stack: Stack, plan: Plan, *, is_named: bool) -> State:
    """Read the state of a plan's stack.

    Args:
        stack: The stack.
        plan: The plan.
        is_named: Whether the user has named the stack.

    Raises:
        StackError: There is no stack of the name that the user gave.
    """
    elsewhere = State(
        problem=f"this folder has another project than {plan.project}, the plan's.",
        is_elsewhere=True,
    )
    try:
        deployment = stack.state()
    except NoStackError as error:
        if is_named:
            raise
        try:
            here = project_in(Path())
        except ValueError as unreadable:
            return State(problem=f"Pulumi.yaml {unreadable}.")
        if here is None:
            return State(problem="this folder has no Pulumi.yaml.", is_elsewhere=True)
        is_other = bool(here.name and plan.project) and here.name != plan.project
        return elsewhere if is_other else State(problem=str(error))
    except StackError as error:
        return State(problem=str(error))
    urns = [each["urn"] for each in deployment.get("resources") or ()]
    if plan.project and any(project_of(urn) != plan.project for urn in urns):
        return elsewhere
    return read_state(deployment)


def _asked(plan: Plan, state: State, stack: Stack) -> Inventory:
    """Ask the portal about a plan; where that is not possible, the inventory says why."""
    asked = questions(plan)
    if not any(asked.values()) and not state.held:
        return Inventory()
    try:
        settings = _settings(stack)
        if settings.misspelt:
            click.echo(f"Warning: {settings.misspelt}.", err=True)
        if settings.offline and not any(asked.values()):
            return Inventory()
        if settings.offline:
            return Inventory(
                problem="The portal was not asked, because BXBI_OFFLINE (or bxbi:offline) is set."
            )
        portal = settings.connect()
    except (SettingsError, StackError) as error:
        if not any(asked.values()):
            return Inventory()
        return Inventory(problem=f"The portal was not asked: {error}")
    if number := sum(map(len, asked.values())):
        click.echo(
            f"Asking {portal.address} about {number} {'object' if number == 1 else 'objects'} ...",
            err=True,
        )
    try:
        return take(plan, state, Catalog(portal, writers=1))
    finally:
        portal.close()


def _settings(stack: Stack) -> Settings:
    """Read the settings of the stack, or of the environment alone where there is no stack."""
    try:
        return stack.settings()
    except NoStackError:
        return load_settings(lambda _: None, os.environ)
