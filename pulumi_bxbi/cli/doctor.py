"""The command `bxbi doctor`."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from typing import Final

import click

from pulumi_bxbi.cli.all_stacks import Looked, all_stacks_option, look_at_all, status_of_all
from pulumi_bxbi.cli.output import echo_report
from pulumi_bxbi.cli.stack import errors_as_messages, stack_option
from pulumi_bxbi.doctor import Check, Examination, Status, is_healthy, report_of
from pulumi_bxbi.resources.memory import MemoryUnreadableError
from pulumi_bxbi.settings.names import SettingsError
from pulumi_bxbi.stack.pulumi_command import StackError, settings_of, state_of

_COLOURS: Final = {
    Status.OK: "green",
    Status.WARNING: "yellow",
    Status.FAILED: "red",
    Status.NOT_CHECKED: None,
}
_WIDEST: Final = 100


@click.command(context_settings={"max_content_width": 100})
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for a pipeline.")
@all_stacks_option
@stack_option
def doctor(*, as_json: bool, all_stacks: bool, stack_name: str) -> None:
    """Check whether the provider is set up for a deployment.

    Checks the settings, the portal, the credentials and their age, the scope, both permissions,
    the form of the API, the clock and the limits, and whether the state of the stack belongs to
    this portal and this application. Changes nothing on the portal. An expired access token in the
    token store is renewed, as by any call.

    In the folder of a Pulumi project the configuration of its stack is read too, as in a
    deployment.

    Exits with status 1 if a check failed. Warnings do not count.

    \b
    Examples:
      bxbi doctor
      bxbi doctor --stack production --json
      bxbi doctor --all-stacks
    """  # noqa: D301 - click's mark of a paragraph that keeps its lines
    if all_stacks:
        with errors_as_messages():
            found = look_at_all(stack_name, os.environ, _looked, as_json=as_json)
        if as_json:
            reports = {each.stack: each.report for each in found}
            echo_report(f"{json.dumps(reports, ensure_ascii=False, indent=2)}\n")
        sys.exit(status_of_all(found))
    checks = _checked(stack_name)
    if as_json:
        echo_report(f"{json.dumps(report_of(checks), ensure_ascii=False, indent=2)}\n")
    else:
        _show(checks)
    if not is_healthy(checks):
        sys.exit(1)


def _checked(stack_name: str) -> list[Check]:
    try:
        settings = settings_of(stack_name, os.environ)
        return Examination(settings, state_of(stack_name, os.environ)).run()
    except (SettingsError, StackError, MemoryUnreadableError) as error:
        return [Check("settings", Status.FAILED, str(error))]


def _looked(stack_name: str) -> Looked:
    """Look at one of several stacks."""
    checks = _checked(stack_name)
    failed = [each for each in checks if each.status is Status.FAILED]
    warned = [each for each in checks if each.status is Status.WARNING]
    told = "; ".join(f"{each.name}: {each.found}" for each in (*failed, *warned))
    word = "failed" if failed else "warning" if warned else "ok"
    status = 0 if is_healthy(checks) else 1
    return Looked(stack_name, status, f"{word} {told}", report_of(checks))


def _show(checks: list[Check]) -> None:
    name_width = max(len(each.name) for each in checks) + 2
    indent = " " * (13 + name_width)
    for each in checks:
        status = click.style(f"{each.status.value:<13}", fg=_COLOURS[each.status])
        texts = [each.found, f"What to do: {each.cure}"] if each.cure else [each.found]
        first, *more = (line for text in texts for line in _wrapped(text, len(indent)))
        click.echo(f"{status}{each.name:<{name_width}}{first}")
        for line in more:
            click.echo(indent + line)


def _wrapped(text: str, indent: int) -> list[str]:
    """Return the lines of a text, wrapped between words for a terminal, and not for a pipe."""
    if not (sys.stdout and sys.stdout.isatty()):
        return text.splitlines()
    wide = min(shutil.get_terminal_size().columns, _WIDEST)
    return [
        part
        for line in text.splitlines()
        for part in textwrap.wrap(
            line, max(20, wide - indent), break_long_words=False, break_on_hyphens=False
        )
    ]
