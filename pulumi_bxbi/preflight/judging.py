"""The verdict on a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulumi_bxbi.portal import WrongPortal
from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.preflight.consequences import foresee
from pulumi_bxbi.preflight.creations import judge_creations
from pulumi_bxbi.preflight.deletions import judge_deletions
from pulumi_bxbi.preflight.findings import Finding, Severity
from pulumi_bxbi.preflight.plan import named
from pulumi_bxbi.preflight.report import Report
from pulumi_bxbi.stack.urns import Urn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulumi_bxbi.preflight.inventory import Inventory
    from pulumi_bxbi.preflight.plan import Plan
    from pulumi_bxbi.preflight.state import State


@dataclass(frozen=True, slots=True)
class OnPortal:
    """What a plan does on one portal.

    Attributes:
        plan: The plan, as far as it is of this portal, completed by the state.
        state: What the state knows of this portal's objects beyond the plan.
        inventory: What the portal holds of it.
        provider: The URN of the explicit provider that leads there; empty for the stack's own
            portal.
        outside: What the outside systems of its sources say of the tables; empty where they were
            not asked.
    """

    plan: Plan
    state: State
    inventory: Inventory
    provider: str = ""
    outside: tuple[Finding, ...] = ()


def judge(own: OnPortal, *others: OnPortal) -> Report:
    """Compare a plan with what the portals hold.

    Args:
        own: What it does on the stack's own portal.
        others: What it does on the portals of explicit providers.
    """
    portals = (own, *others)
    findings = (
        *(found for each in portals for found in _of_another_portal(each.inventory)),
        *(found for each in portals for found in _pending(each.state)),
        *_failed(portals),
        *(found for each in others for found in _not_asked(each)),
        *(found for each in portals for found in _of_steps(each)),
    )
    steps = tuple(step for each in portals for step in each.plan.steps)
    plan = replace(own.plan, steps=steps)
    return Report(plan, own.inventory.address, own.inventory.problem, findings)


def _of_steps(on: OnPortal) -> Iterator[Finding]:
    yield from judge_deletions(on.plan, on.state, on.inventory)
    yield from judge_creations(on.plan, on.state, on.inventory)
    yield from foresee(on.plan, on.inventory)
    yield from on.outside


def _of_another_portal(inventory: Inventory) -> Iterator[Finding]:
    if wrong := inventory.wrong_portal:
        yield Finding(
            Severity.BLOCKER,
            "the state",
            one_line(f"{wrong.object} does not belong to {wrong.portal}. {wrong.observed}"),
            wrong.cure,
        )


def _not_asked(on: OnPortal) -> Iterator[Finding]:
    if on.inventory.problem:
        resources = ", ".join(named(step.urn) for step in on.plan.steps)
        yield Finding(
            Severity.NOT_JUDGED,
            f"Provider {Urn.parse(on.provider).name}",
            f"What the plan does with {resources}: {on.inventory.problem}",
            urn=on.provider,
        )


def _pending(state: State) -> Iterator[Finding]:
    if state.problem:
        severity = Severity.WARNING if state.is_elsewhere else Severity.NOT_JUDGED
        yield Finding(
            severity,
            "the state",
            "Whether a killed run or a failed deletion has left something in the state was not "
            f"judged: {state.problem}",
            "run it in the folder of the Pulumi project, with the stack's backend and passphrase.",
        )
    for each in state.pending:
        yield Finding(
            Severity.BLOCKER,
            named(each.urn),
            f"A run was killed while {each.action} {named(each.urn)}, and the state does not know "
            f"what became of it. {_risk(each.urn, state)}",
            "run `bxbi recover`, then preview again.",
            each.urn,
        )


def _risk(urn: str, state: State) -> str:
    """Return what may be wrong after a killed operation, or go wrong next."""
    if urn in state.urns:
        return "The portal may have another object than the one in the state."
    return "The next `pulumi up` could make it a second time."


def _failed(portals: Sequence[OnPortal]) -> Iterator[Finding]:
    plan = portals[0].plan
    is_wrong = any(each.inventory.wrong_portal for each in portals)
    for each in plan.failed:
        if is_wrong and WrongPortal.__name__ in each.reason:
            continue  # told already, for the state as a whole
        subject = named(each.urn) if each.urn else "the preview"
        said, _, cure = each.reason.partition("What to do: ")
        yield Finding(
            Severity.BLOCKER,
            subject,
            f"The preview failed: {said.strip()}",
            cure.strip() or "put that right, then preview again.",
            each.urn,
        )
    if plan.failed:
        planned = {step.old_urn for on in portals for step in on.plan.steps}
        known = (urn for on in portals for urn in on.state.urns)
        missing = ", ".join(named(urn) for urn in known if urn not in planned)
        yield Finding(
            Severity.NOT_JUDGED,
            "the rest of the plan",
            "What the preview had not come to when it failed"
            + (f"; of the state, it does not show: {missing}." if missing else "."),
        )
