"""Checks of deletions: the portal refuses to delete an object that others depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pulumi_bxbi.portal import ObjectRef
from pulumi_bxbi.portal.identity import AFTER_A_NEW_REGISTRATION
from pulumi_bxbi.preflight.findings import blocker, not_judged, warning
from pulumi_bxbi.preflight.inventory import is_missing
from pulumi_bxbi.preflight.ownership import DEPENDENTS, OWNERS, owner_id
from pulumi_bxbi.preflight.plan import Operation, whole
from pulumi_bxbi.resources.deletion import or_force

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_bxbi.preflight.findings import Finding
    from pulumi_bxbi.preflight.inventory import Inventory
    from pulumi_bxbi.preflight.plan import Plan, Step
    from pulumi_bxbi.preflight.state import State


class _Reason(NamedTuple):
    """Why an object is still there when the one that it depends on is to be deleted.

    Attributes:
        why: The reason, as a clause.
        cure: What to do.
    """

    why: str
    cure: str


class _InTheWay(NamedTuple):
    """An object that is still there when the one that it depends on is to be deleted.

    Attributes:
        shown: The object, for people.
        object: The object; ``None`` where the plan has yet to create it.
        reason: Why it is still there.
    """

    shown: str
    object: ObjectRef | None
    reason: _Reason


def judge_deletions(plan: Plan, state: State, inventory: Inventory) -> Iterator[Finding]:
    """Judge every deletion of a connector or a source, and what replacements leave behind.

    Args:
        plan: The plan.
        state: The state of the stack, as far as the plan does not show it.
        inventory: The objects of the plan that are on the portal.
    """
    for step in plan.steps:
        if step.operation not in {Operation.DELETE, Operation.REPLACE}:
            continue
        yield from _kept(step)
        yield from _missing(step, inventory)
        if step.removes and step.kind in DEPENDENTS:
            yield from _judge(step, plan, state, inventory)


def _kept(step: Step) -> Iterator[Finding]:
    """Find an object that leaves the state and stays on the portal."""
    if step.is_retained:
        yield warning(
            step,
            f"{step.object} stays on the portal, and no stack manages it any more "
            f"({step.argument('retainOnDelete')}).",
        )
    elif step.deleted_with:
        yield warning(
            step,
            f"{step.object} stays on the portal: because of the option "
            f"{step.argument('deletedWith')} Pulumi forgets it without deleting it, and the portal "
            "deletes nothing along with another object.",
            f"remove {step.argument('deletedWith')} from {step.name} and run `pulumi up` before it "
            "is deleted.",
        )


def _missing(step: Step, inventory: Inventory) -> Iterator[Finding]:
    """Find an object that is to be deleted and is not there for this application."""
    if not is_missing(step, inventory):
        return
    made_by, present = step.memory.application, inventory.application
    if not (made_by and present):
        yield warning(
            step,
            f"{step.object} is not there for this application, so it only leaves the state. If "
            "another application made it, it stays on the portal"
            + (f": the state says {made_by}." if made_by else "."),
            "look for it in the portal's Analytics hub before.",
        )
    elif made_by != present:
        yield blocker(
            step,
            f"{step.object} cannot be deleted by application {present}, which does not see it: "
            f"application {made_by} made it.",
            f"use the credentials of application {made_by}. {AFTER_A_NEW_REGISTRATION}",
        )


def _judge(step: Step, plan: Plan, state: State, inventory: Inventory) -> Iterator[Finding]:
    kind, _ = DEPENDENTS[step.kind]
    if inventory.found(kind) is None:
        yield not_judged(
            step, f"Whether a {kind} depends on {step.object}, which then cannot be deleted."
        )
        return
    in_the_way = list(_in_the_way(step, plan, state, inventory))
    if not in_the_way:
        return
    objects = tuple(each.object for each in in_the_way if each.object)
    if step.forces:
        yield from _forced(step, in_the_way, plan, inventory)
        return
    reasons = "; ".join(dict.fromkeys(f"{each.shown} {each.reason.why}" for each in in_the_way))
    cures = " ".join(dict.fromkeys(each.reason.cure for each in in_the_way))
    yield blocker(
        step,
        f"{step.object} cannot be deleted: {reasons}.",
        f"{cures} {or_force(step.name, step.lifecycle.spelling)}",
        objects,
    )


def _forced(
    step: Step, in_the_way: list[_InTheWay], plan: Plan, inventory: Inventory
) -> Iterator[Finding]:
    """Find what `forceDestroy` deletes that the plan does not show."""
    removed = {(each.kind, each.id) for each in plan.steps if each.removes}
    left = [each for each in in_the_way if not each.object or _key(each.object) not in removed]
    objects = tuple(each.object for each in left if each.object)
    below = tuple(each for each in _below(objects, inventory) if _key(each) not in removed)
    spelling = step.lifecycle.spelling
    if left:
        shown = ", ".join([*(each.shown for each in left), *map(str, below)])
        yield warning(
            step,
            f"{step.object} is deleted together with {shown}, because "
            f"{step.argument('forceDestroy')} is set.",
            f"if that is not wanted, set {spelling.switch('forceDestroy', on=False)} and run "
            "`pulumi up` before.",
            (*objects, *below),
        )


def _key(dependent: ObjectRef) -> tuple[str, int | None]:
    return dependent.kind, dependent.id


def _in_the_way(step: Step, plan: Plan, state: State, inventory: Inventory) -> Iterator[_InTheWay]:
    """Find dependents of an object that are still there, or new, when it is deleted."""
    kind, reference = DEPENDENTS[step.kind]
    steps = {each.id: each for each in plan.of(kind) if each.operation is not Operation.CREATE}
    for found in (inventory.found(kind) or {}).values():
        if whole(owner_id(found, kind)) != step.id:
            continue
        dependent = ObjectRef(kind, found.id, found.label)
        of_dependent = steps.get(found.id)
        reason: _Reason | None
        if of_dependent:
            reason = _why_still_there(of_dependent, step, plan)
        elif step.deletes_first and step.old_urn in state.references.get((kind, found.id), ()):
            # Pulumi deletes this dependent first, although the plan shows no step for it: a plan
            # shows such a deletion only where the dependent is created again.
            reason = None
        else:
            reason = _not_in_plan(dependent, step, state.objects.get((kind, found.id), ""))
        if reason:
            yield _InTheWay(str(dependent), dependent, reason)
    for each in plan.of(kind):
        if each.makes and each.new_id(reference) == step.id:
            yield _InTheWay(
                f'{kind} "{each.label or each.name}"',
                None,
                _Reason(
                    "is created on it by this very plan",
                    f"give {each.name} another {step.kind}, or keep {step.name} in the program.",
                ),
            )


def _not_in_plan(dependent: ObjectRef, owner: Step, name: str) -> _Reason:
    """Return the reason why a dependent without a step in the plan is in the way.

    Args:
        dependent: The dependent.
        owner: The step of what it depends on.
        name: The dependent's name in the program; empty where the stack does not manage it.
    """
    if name:
        return _stays(name, owner)
    return _Reason(
        "depends on it, and this plan does not delete it",
        f"delete {dependent} first, in the portal's Analytics hub. Or take it into this stack "
        f"(`bxbi import {dependent.kind} {dependent.id} --name NAME`), with {owner.name} still in "
        "the program, run `pulumi up`, and delete both after it.",
    )


def _stays(name: str, owner: Step) -> _Reason:
    return _Reason(
        f"depends on it and stays: it is {name} in this program",
        f"remove {name} from the program too, or give it another {owner.kind}.",
    )


def _why_still_there(of_dependent: Step, owner: Step, plan: Plan) -> _Reason | None:
    """Return why a dependent is still there; ``None`` where it is gone by then."""
    name, spelling = of_dependent.name, of_dependent.lifecycle.spelling
    for stays, option, why in (
        (of_dependent.is_retained, "retainOnDelete", "stays on the portal"),
        (of_dependent.deleted_with, "deletedWith", "is forgotten without being deleted"),
    ):
        if stays:
            return _Reason(
                f"depends on it and {why} ({spelling.name(option)})",
                f"remove {spelling.name(option)} from {name} and run `pulumi up` before.",
            )
    if not of_dependent.removes:
        return _stays(name, owner)
    if owner.deletes_first and not of_dependent.deletes_first:
        option = spelling.name("deleteBeforeReplace")
        return _Reason(
            "depends on it and is deleted only after it, because it is deleted before its "
            f"replacement is created ({option})",
            f"remove {option} from {owner.name}; or delete {name} first, by itself.",
        )
    goes_first = of_dependent.deletes_first and not owner.deletes_first
    if goes_first or plan.puts_in_order(of_dependent, owner):
        return None
    reference = spelling.reference(OWNERS[of_dependent.kind].reference, owner.name)
    return _Reason(
        "depends on it and may still be there when it is deleted: the state does not know that "
        f"{name} depends on {owner.name}",
        f"write {reference} for {name} and run `pulumi up` before; or delete "
        f"{name} first, by itself.",
    )


def _below(objects: tuple[ObjectRef, ...], inventory: Inventory) -> Iterator[ObjectRef]:
    """Return the tables of sources that are deleted together with their connector."""
    sources = {each.id for each in objects if each.kind == "source"}
    for table in (inventory.tables or {}).values():
        if table.source_id in sources:
            yield ObjectRef("table", table.id, table.name)
