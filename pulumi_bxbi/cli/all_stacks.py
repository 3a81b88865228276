"""The option `--all-stacks`: a command looks at every stack of the current folder's project."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import click

from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.settings.names import SettingsError
from pulumi_bxbi.stack.pulumi_command import Stack, StackError, stack_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

#: How many portals are looked at in parallel; each runs `pulumi` commands that take a core.
_PORTALS: Final = 4

all_stacks_option = click.option(
    "--all-stacks",
    "all_stacks",
    is_flag=True,
    help="Look at every stack of the project, one line each.",
)


@dataclass(frozen=True, slots=True)
class Looked:
    """The result of a command for one stack.

    Attributes:
        stack: The stack's name.
        status: The exit status that the command would have for it alone.
        line: The result in one line.
        report: The whole result, for JSON.
    """

    stack: str
    status: int
    line: str
    report: Mapping[str, Any] = field(default_factory=dict)


def look_at_all(
    stack_name: str,
    environment: Mapping[str, str],
    look: Callable[[str], Looked],
    *,
    as_json: bool,
) -> list[Looked]:
    """Look at every stack and print each result as it comes; stacks of one portal take turns.

    Args:
        stack_name: The value of `--stack`.
        environment: The environment's variables.
        look: Looks at the stack with a name.
        as_json: Whether standard output is for JSON alone.

    Returns:
        The results, in the order of the stacks' names.

    Raises:
        ClickException: A stack was named as well, or there are no stacks.
        StackError: The stacks cannot be listed.
    """
    if stack_name:
        raise click.ClickException("give either --stack or --all-stacks.")
    names = stack_names(environment)
    if not names:
        raise click.ClickException("the project has no stacks: `pulumi stack init` makes one.")
    counted = "1 stack" if len(names) == 1 else f"{len(names)} stacks"
    click.echo(f"Looking at {counted} ...", err=True)
    width = max(map(len, names)) + 2
    found: list[Looked] = []
    with ThreadPoolExecutor(_PORTALS) as pool:
        portals = pool.map(lambda name: _portal_of(Stack(name, environment)), names)
        by_portal: defaultdict[str, list[str]] = defaultdict(list)
        for name, portal in zip(names, portals, strict=True):
            by_portal[portal or name].append(name)

        def look_at(group: Iterable[str]) -> list[Looked]:
            done = []
            for name in group:
                looked = look(name)
                line = one_line(" ".join(looked.line.split()))
                click.echo(f"{looked.stack:<{width}}{line}", err=as_json)
                done.append(looked)
            return done

        for done in as_completed([pool.submit(look_at, each) for each in by_portal.values()]):
            found += done.result()
    return sorted(found, key=lambda each: each.stack)


def status_of_all(found: Iterable[Looked]) -> int:
    """Return the exit status: 3 if a stack has 3, else 4 if one has 4, else the highest."""
    statuses = {each.status for each in found}
    return next((each for each in (3, 4) if each in statuses), max(statuses))


def _portal_of(stack: Stack) -> str:
    """Return the address of a stack's portal; empty where its settings cannot be read."""
    try:
        return stack.settings().portal
    except (StackError, SettingsError):
        return ""
