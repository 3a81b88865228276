"""Whether the name of a table is free when the table is created.

A portal has each name once. Pulumi creates before it deletes: a table that is renamed, and one that
leaves the program, have their names until the end of a deployment.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from pulumi_bxbi.portal import ObjectRef
from pulumi_bxbi.preflight.findings import blocker, not_judged
from pulumi_bxbi.preflight.plan import Operation
from pulumi_bxbi.resources.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_bxbi.preflight.findings import Finding
    from pulumi_bxbi.preflight.inventory import Inventory
    from pulumi_bxbi.preflight.plan import Plan, Step
    from pulumi_bxbi.preflight.state import State


def judge_name(step: Step, plan: Plan, state: State, inventory: Inventory) -> Iterator[Finding]:
    """Judge whether a table's name is free, as far as this application sees.

    Args:
        step: The step that makes the table.
        plan: The plan.
        state: What the state knows beyond it.
        inventory: What the portal holds of it.
    """
    name = step.new.get("name")
    if name is UNKNOWN or not isinstance(name, str):
        yield not_judged(
            step, f"Whether the name of {step.object} is free: it is not known before `pulumi up`."
        )
        return
    earlier = plan.steps[: plan.steps.index(step)]
    twin = next((each for each in earlier if _comes_as(each, name)), None)
    if twin:
        yield blocker(
            step,
            f'{step.object} cannot be created: {twin.name} in this program has the name "{name}" '
            "too, and a portal has it only once.",
            "give one of the two another name.",
        )
    if inventory.tables is None:
        yield not_judged(step, f'Whether the table name "{name}" is free on the portal.')
        return
    names = _Names(plan, state, inventory)
    taken = names.taken.get(name)
    holder = names.holders.get(taken.id) if taken else None
    if taken is None or (holder and holder.removes and holder.deletes_first and holder in earlier):
        return
    yield blocker(
        step,
        f"{step.object} cannot be created: {taken} has that name when it is created, and a "
        "portal has it only once.",
        names.cure(step, taken),
        (taken,),
    )


class _Names:
    """Who has which name, and who wants it.

    Attributes:
        taken: The tables that have a name that a table of the plan wants, by their names.
        holders: What the plan does with these tables, by their ids.
    """

    def __init__(self, plan: Plan, state: State, inventory: Inventory) -> None:
        self.taken = {
            each.name: ObjectRef("table", each.id, each.name)
            for each in (inventory.tables or {}).values()
        }
        self.holders = {
            each.id: each for each in plan.of("table") if each.operation is not Operation.CREATE
        }
        self._managed = state.objects
        self._left_over = {each.id for each in state.deleting if each.kind == "table"}

    def cure(self, step: Step, taken: ObjectRef) -> str:
        """Return how a table comes to a name that another one has."""
        holder = self.holders.get(taken.id)
        manager = holder.name if holder else self._managed.get(("table", taken.id), "")
        if not manager:
            return (
                f"give {step.name} another name. Or, if it is meant to be that table: `bxbi import "
                f"table {taken.id} --name {shlex.quote(step.name)}`."
            )
        if holder and holder.is_retained:
            option = holder.argument("retainOnDelete")
            return (
                f"{holder.name} leaves it on the portal ({option}): give {step.name} another name, "
                f"or remove {option} from {holder.name} and run `pulumi up` before."
            )
        deployments = self._deployments(step)
        if holder is None or not deployments:
            return f"it is {manager} in this program: give {step.name} another name."
        is_renamed = holder.operation is Operation.DELETE and step.operation is Operation.CREATE
        alias = (
            f"if it is the same table under another resource name, give {step.name} the option "
            f'aliases=[pulumi.Alias(name="{holder.name}")], and it stays as it is. Otherwise: '
            if is_renamed and taken.id not in self._left_over
            else ""
        )
        turns = "; ".join(f"{place}. {each}" for place, each in enumerate(deployments, 1))
        return (
            f"{alias}Pulumi deletes the table that has the name only at the end of a deployment. "
            f"Spread the change over {len(deployments)} deployments, with `pulumi up` after each: "
            f"{turns}."
        )

    def _deployments(self, step: Step) -> list[str]:
        """Return what each of several deployments does; empty where the name stays taken."""
        chain, is_circle = self._chain(step)
        if len(chain) == 1:
            return []
        turns = chain[::-1]
        first = turns[0]
        told = [self._turn(each) for each in turns]
        if is_circle:
            first = min(turns, key=lambda each: each.name)
            place = turns.index(first) + 1
            turns = [*turns[place:], *turns[:place]]
            told = [f"{first.name} gets a name that no table has", *map(self._turn, turns)]
        waiting = "".join(f", and {_until_then(each)}" for each in turns if each is not first)
        return [f"{told[0]}{waiting}", *told[1:]]

    def _chain(self, step: Step) -> tuple[list[Step], bool]:
        """Follow who has the name that a table wants, and the name that this one wants, and so on.

        Returns:
            The steps from that table on, and whether the last one wants the name of the first. The
            chain is the table alone where somebody keeps a name.
        """
        chain = [step]
        while taken := self.taken.get(chain[-1].label):
            holder = self.holders.get(taken.id)
            if holder is step:
                return chain, True
            if holder is None or holder in chain or not self._leaves_name(holder):
                return [step], False
            chain.append(holder)
            if holder.operation is Operation.DELETE:
                break
        return chain, False

    def _leaves_name(self, step: Step) -> bool:
        return step.removes and (
            step.operation is Operation.DELETE or step.old.get("name") != step.label
        )

    def _turn(self, step: Step) -> str:
        if step.operation is Operation.CREATE:
            return f"{step.name} is added"
        if step.operation is not Operation.DELETE:
            return f'{step.name} gets the name "{step.label}"'
        if step.id in self._left_over:
            return (
                f"the old table of {step.name} is deleted, which an earlier `pulumi up` has left "
                "over"
            )
        return f"{step.name} leaves the program"


def _until_then(step: Step) -> str:
    if step.operation is Operation.CREATE:
        return f"{step.name} stays out of the program"
    return f'{step.name} keeps the name "{step.old.get("name")}"'


def _comes_as(step: Step, name: str) -> bool:
    return step.kind == "table" and step.makes and step.new.get("name") == name
