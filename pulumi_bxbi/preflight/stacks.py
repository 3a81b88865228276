"""The preflight of a stack: its plan, its state, what the portal holds, and the verdict."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.portal import Catalog
from pulumi_bxbi.preflight.inventory import Inventory, questions, take
from pulumi_bxbi.preflight.judging import OnPortal, judge
from pulumi_bxbi.preflight.outside import ask_outside, not_asked, tables_after
from pulumi_bxbi.preflight.plan import Failed, Operation, PlanError, read_plan
from pulumi_bxbi.preflight.state import State, read_state
from pulumi_bxbi.resources.spelling import PYTHON, spelling_of
from pulumi_bxbi.settings.loading import load_settings
from pulumi_bxbi.settings.names import SettingsError
from pulumi_bxbi.stack.project import project_in
from pulumi_bxbi.stack.provider_configuration import settings_in_state
from pulumi_bxbi.stack.pulumi_command import NoStackError, Stack, StackError
from pulumi_bxbi.stack.state import providers_in
from pulumi_bxbi.stack.urns import Urn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_bxbi.external.comparison import Comparison
    from pulumi_bxbi.portal import Portal
    from pulumi_bxbi.preflight.findings import Finding
    from pulumi_bxbi.preflight.plan import Plan
    from pulumi_bxbi.preflight.report import Report
    from pulumi_bxbi.resources.spelling import Spelling
    from pulumi_bxbi.settings.loading import Settings

#: How many lines are quoted of what a failed preview said.
_QUOTED: Final = 5


class NoPlanError(Exception):
    """A preview gave no plan.

    Args:
        status: Its exit status.
        said: What it said.
    """

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status
        self.said = said


def judged(
    stack_name: str,
    environment: Mapping[str, str],
    tell: Callable[[str], None],
    given: bytes | None = None,
    outside: Comparison | None = None,
) -> Report:
    """Judge a plan of a stack.

    Args:
        stack_name: The stack's name; empty for the one that is selected.
        environment: The environment's variables.
        tell: Takes each line about what goes on.
        given: What Pulumi has printed as the plan; ``None`` to preview the stack.
        outside: The outside systems, which are asked about the tables; ``None`` to ask none.

    Raises:
        PlanError: What was given is no plan, or one of another stack.
        NoPlanError: The preview gave none.
        StackError: Pulumi refused or failed.
    """
    if given is not None:
        plan = read_plan(given)
        _require_stack(plan, stack_name)
        stack = Stack(stack_name or plan.stack, environment)
    else:
        # A plan has a stack's name without its organization, which may be another than yours.
        stack = Stack(stack_name, environment)
        plan = _previewed(stack, tell)
    deployment = _deployment(stack, plan, is_named=bool(stack_name))
    spelt = plan.spelt(_spelling())
    known = () if isinstance(deployment, State) else providers_in(deployment)
    others = dict.fromkeys([*plan.providers(), *known])
    exported = cache(stack.export)
    settings = {
        "": partial(_settings, stack),
        **{each: partial(_settings_of, each, plan, exported) for each in others},
    }
    return judge(
        *(
            _asked(_on_portal(provider, spelt, deployment), settings_of, outside, tell)
            for provider, settings_of in settings.items()
        )
    )


def _on_portal(provider: str, plan: Plan, deployment: Mapping[str, Any] | State) -> OnPortal:
    """Return what a plan does on the portal of a provider, which is not asked yet.

    Args:
        provider: The URN of an explicit provider; empty for the stack's own portal.
        plan: The plan.
        deployment: The exported state; where it could not be read, a state that says why.
    """
    if isinstance(deployment, State):
        state = State() if provider else deployment
    else:
        state = read_state(deployment, provider)
    return OnPortal(state.complete(plan.of_provider(provider)), state, Inventory(), provider)


def _spelling() -> Spelling:
    """Return how the program of the current folder writes arguments; as in Python for none."""
    try:
        project = project_in(Path())
    except ValueError:
        project = None
    return spelling_of(project.runtime) if project else PYTHON


def _require_stack(plan: Plan, stack_name: str) -> None:
    """Refuse a plan of another stack than the one that the user has named."""
    if stack_name and plan.stack and stack_name.rpartition("/")[2] != plan.stack:
        raise PlanError(
            f"the plan is of the stack {plan.stack}, and --stack says {stack_name}. Leave out "
            "--stack: a plan names its stack itself."
        )


def _previewed(stack: Stack, tell: Callable[[str], None]) -> Plan:
    """Preview a stack of the current folder.

    Raises:
        NoPlanError: It gave no plan.
    """
    tell("Running pulumi preview ...")
    ended = stack.preview()
    if ended.stdout.lstrip().startswith("{"):
        plan = read_plan(ended.stdout)
        if ended.status == 0 or plan.failed:
            return plan
        # For example a mandatory policy is violated.
        said = "\n".join(ended.stderr.strip().splitlines()[-_QUOTED:])
        reason = f"`pulumi preview` ended with status {ended.status}" + (said and f":\n{said}")
        return replace(plan, failed=(Failed("", reason),))
    raise NoPlanError(ended.status, (ended.stderr + ended.stdout).strip())


def _deployment(stack: Stack, plan: Plan, *, is_named: bool) -> Mapping[str, Any] | State:
    """Read the state of a plan's stack.

    Args:
        stack: The stack.
        plan: The plan.
        is_named: Whether the user has named the stack.

    Returns:
        The exported state (``deployment``); where it cannot be read, a state that says why.

    Raises:
        StackError: There is no stack of the name that the user gave.
    """
    elsewhere = State(
        problem=f"this folder has another project than {plan.project}, the plan's.",
        is_elsewhere=True,
    )
    try:
        deployment: Mapping[str, Any] = stack.state()
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
    if plan.project and any(Urn.parse(urn).project != plan.project for urn in urns):
        return elsewhere
    return deployment


def _asked(
    here: OnPortal,
    settings_of: Callable[[], Settings],
    outside: Comparison | None,
    tell: Callable[[str], None],
) -> OnPortal:
    """Ask the portal about a plan, and the outside systems about its tables.

    Where that is not possible, the inventory and a finding say why.
    """
    plan, state = here.plan, here.state
    tables = tables_after(plan) if outside else ()
    number = sum(map(len, questions(plan).values()))
    is_idle = here.provider and all(step.operation is Operation.SAME for step in plan.steps)
    if not (number or tables) and (is_idle or not state.held):
        return here
    try:
        portal = _connected(settings_of, tell)
    except _NotAskedError as error:
        inventory = Inventory(problem=str(error) if number else "")
        return replace(here, inventory=inventory, outside=not_asked(tables, str(error)))
    if number:
        tell(f"Asking {portal.address} about {number} {'object' if number == 1 else 'objects'} ...")
    with closing(portal):
        catalog = Catalog(portal)
        inventory = take(plan, state, catalog)
        found: tuple[Finding, ...] = ()
        if inventory.problem:
            found = not_asked(tables, inventory.problem)
        elif outside and not inventory.wrong_portal:
            found = ask_outside(tables, plan, catalog, outside, tell)
    return replace(here, inventory=inventory, outside=found)


class _NotAskedError(Exception):
    """A portal cannot be asked; the message says why, as sentences."""


def _connected(settings_of: Callable[[], Settings], tell: Callable[[str], None]) -> Portal:
    try:
        settings = settings_of()
        if settings.misspelt:
            tell(f"Warning: {settings.misspelt}.")
        if not settings.offline:
            return settings.connect()
    except (SettingsError, StackError) as error:
        raise _NotAskedError(f"The portal was not asked: {error}") from None
    raise _NotAskedError("The portal was not asked, because BXBI_OFFLINE (or bxbi:offline) is set.")


def _settings(stack: Stack) -> Settings:
    """Read the settings of the stack, or of the environment alone where there is no stack."""
    try:
        return stack.settings()
    except NoStackError:
        return load_settings(lambda _: None, stack.environment)


def _settings_of(provider: str, plan: Plan, exported: Callable[[], Mapping[str, Any]]) -> Settings:
    """Read the settings of an explicit provider from the state: a plan does not show its secrets.

    Args:
        provider: The URN of the provider.
        plan: The plan.
        exported: Reads the state with its secrets in plain text.

    Raises:
        SettingsError: A setting is wrong, or the state does not have what the plan says.
        StackError: The state could not be read.
    """
    if provider in plan.changed_providers:
        raise SettingsError(
            "the plan makes or changes the provider, and a plan does not show its secrets."
        )
    return settings_in_state(provider, exported().get("resources") or ())
