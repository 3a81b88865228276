"""The verdict on a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_bxbi.portal import WrongPortal
from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.preflight.consequences import foresee
from pulumi_bxbi.preflight.creations import judge_creations
from pulumi_bxbi.preflight.deletions import judge_deletions
from pulumi_bxbi.preflight.findings import Finding, Severity
from pulumi_bxbi.preflight.plan import named
from pulumi_bxbi.preflight.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_bxbi.preflight.inventory import Inventory
    from pulumi_bxbi.preflight.plan import Plan
    from pulumi_bxbi.preflight.state import State


def judge(plan: Plan, state: State, inventory: Inventory) -> Report:
    """Compare a plan with what the portal holds.

    Args:
        plan: The plan, completed by the state.
        state: What the state knows beyond the plan.
        inventory: What the portal holds of it.
    """
    findings = (
        *_of_another_portal(inventory),
        *_pending(state),
        *_failed(plan, state, inventory),
        *_on_other_portals(plan),
        *judge_deletions(plan, state, inventory),
        *judge_creations(plan, state, inventory),
        *foresee(plan, inventory),
    )
    return Report(plan, inventory.address, inventory.problem, findings)


def _of_another_portal(inventory: Inventory) -> Iterator[Finding]:
    if wrong := inventory.wrong_portal:
        yield Finding(
            Severity.BLOCKER,
            "the state",
            one_line(f"{wrong.object} does not belong to {wrong.portal}. {wrong.observed}"),
            wrong.cure,
        )


def _on_other_portals(plan: Plan) -> Iterator[Finding]:
    if plan.on_other_portals:
        yield Finding(
            Severity.NOT_JUDGED,
            "other portals",
            "Only the portal of the stack's configuration was asked. These resources have a "
            f"provider of their own: {', '.join(map(named, plan.on_other_portals))}.",
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


def _failed(plan: Plan, state: State, inventory: Inventory) -> Iterator[Finding]:
    for each in plan.failed:
        if inventory.wrong_portal and WrongPortal.__name__ in each.reason:
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
        planned = {step.old_urn for step in plan.steps}
        missing = ", ".join(named(urn) for urn in state.urns if urn not in planned)
        yield Finding(
            Severity.NOT_JUDGED,
            "the rest of the plan",
            "What the preview had not come to when it failed"
            + (f"; of the state, it does not show: {missing}." if missing else "."),
        )
