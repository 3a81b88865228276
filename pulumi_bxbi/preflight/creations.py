"""Checks of creations and changes: what they need has to be on the portal."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from pulumi_bxbi.portal import ObjectRef
from pulumi_bxbi.portal.identity import AFTER_A_NEW_REGISTRATION
from pulumi_bxbi.portal.objects.lookalike_titles import difference
from pulumi_bxbi.preflight.findings import blocker, not_judged, warning
from pulumi_bxbi.preflight.inventory import is_missing
from pulumi_bxbi.preflight.names import judge_name
from pulumi_bxbi.preflight.ownership import OWNERS
from pulumi_bxbi.preflight.plan import Operation, kind_of
from pulumi_bxbi.resources.connector import parameter_codes
from pulumi_bxbi.resources.misspelling import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_bxbi.preflight.findings import Finding
    from pulumi_bxbi.preflight.inventory import Inventory
    from pulumi_bxbi.preflight.plan import Plan, Step
    from pulumi_bxbi.preflight.state import State


def judge_creations(plan: Plan, state: State, inventory: Inventory) -> Iterator[Finding]:
    """Judge every creation and every change, and the new side of replacements.

    Args:
        plan: The plan.
        state: What the state knows beyond it.
        inventory: What the portal holds of it.
    """
    for step in plan.steps:
        if step.operation is Operation.UPDATE:
            yield from _judge_existence(step, inventory)
            if is_missing(step, inventory):
                continue
        if step.makes or (step.kind == "source" and step.operation is Operation.UPDATE):
            yield from _judge_owner(step, plan, inventory)
        if step.kind == "table" and step.makes and not step.keeps_name:
            yield from judge_name(step, plan, state, inventory)
        if step.kind != "table" and step.operation is Operation.CREATE:
            yield from _judge_title(step, plan, state, inventory)


def _judge_existence(step: Step, inventory: Inventory) -> Iterator[Finding]:
    found = inventory.found(step.kind)
    if found is None:
        yield not_judged(step, f"Whether {step.object} is still on the portal, to be changed.")
    elif is_missing(step, inventory):
        yield _missing(step, inventory)


def _missing(step: Step, inventory: Inventory) -> Finding:
    """Return why an object cannot be changed that is not there for this application."""
    made_by, present = step.memory.application, inventory.application
    if made_by and present and made_by != present:
        return blocker(
            step,
            f"{step.object} cannot be changed by application {present}, which does not see it: "
            f"application {made_by} made it.",
            f"use the credentials of application {made_by}. {AFTER_A_NEW_REGISTRATION}",
        )
    cure = (
        "run `pulumi refresh`, which takes it out of the state; then a preview shows that it is "
        "created again."
    )
    if not (made_by and present):
        by = f" ({made_by}, as the state says)" if made_by else ""
        cure = (
            f"if another application{by} made it, it is still there: use the credentials of that "
            f"application. If it is gone, {cure}"
        )
    return blocker(
        step,
        f"{step.object} cannot be changed: the portal has it no more for this application.",
        cure,
    )


def _judge_owner(step: Step, plan: Plan, inventory: Inventory) -> Iterator[Finding]:
    """Judge whether the connector of a source, or the source of a table, is there."""
    if step.kind not in OWNERS:
        return
    kind, reference = OWNERS[step.kind]
    own = step.lifecycle.spelling.reference(reference, "NAME")
    owner = owner_of(step, plan)
    number = step.new_id(reference)
    stays = owner is None or owner.operation in {Operation.DELETE, Operation.SAME}
    if number is None and stays:
        yield not_judged(
            step,
            f"Whether the {kind} of {step.object} exists: its id is not known before `pulumi up`.",
            f"name a {kind} of the same program ({own}), or its number.",
        )
        return
    if stays:
        found = inventory.found(kind)
        if found is None:
            yield not_judged(step, f"Whether the portal has the {kind} {number} of {step.object}.")
            return
        if number not in found:
            yield blocker(
                step,
                f"{step.object} names {kind} {number}, and the portal has no such {kind} for this "
                "application.",
                f"give the id of a {kind} that this application made; where the {kind} is in the "
                f"same program, write {own}.",
            )
            return
    if step.kind == "source":
        yield from _judge_settings(step, owner, number, inventory)


def _judge_settings(
    step: Step, connector: Step | None, number: int | None, inventory: Inventory
) -> Iterator[Finding]:
    """Judge the keys of settings by what the connector declares, or will declare."""
    settings = step.new.get("settings")
    if connector and (connector.makes or connector.operation is Operation.UPDATE):
        declared, shown = parameter_codes(connector.new.get("parameters")), connector.object
    else:
        found = (inventory.connectors or {}).get(number or 0)
        declared = [each.code for each in found.parameters] if found else None
        shown = f'connector {number} "{found.title}"' if found else f"connector {number}"
    if "settings" in step.secrets:
        yield warning(
            step,
            f"The settings of {step.object} are secret as a whole, so their keys are not in the "
            "plan: the preview has judged them, unless it was offline.",
            "make the values secret one by one, and a reviewer sees the keys too.",
        )
        return
    if not isinstance(settings, dict) or declared is None:
        yield not_judged(
            step,
            f"Whether {shown} declares the settings of {step.object}: they are not known before "
            "`pulumi up`.",
        )
        return
    for code in settings:
        if code not in declared:
            yield blocker(
                step,
                f"{step.object} gives the setting {code}, which {shown} does not declare"
                f"{nearest(code, declared) or '.'}",
                f"it declares: {', '.join(declared) or 'none'}. Write one of these, or declare "
                f"{code} in the connector's parameters.",
            )
    yield from _left_out(step, [code for code in declared if code not in settings], shown)


def _left_out(step: Step, codes: list[str], connector: str) -> Iterator[Finding]:
    """Find the parameters that get no value from a source that is new, or changes its settings."""
    before = step.old.get("settings")
    if not codes or (not step.makes and before == step.new.get("settings")):
        return
    had = before if isinstance(before, dict) and not step.makes else {}
    emptied = [code for code in codes if code in had]
    never = [code for code in codes if code not in had]
    told = [f"empties {', '.join(emptied)}"] if emptied else []
    told += [f"gives no value for {', '.join(never)}"] if never else []
    yield warning(
        step,
        f"{step.object} {' and '.join(told)}, which {connector} declares: its endpoints get it "
        "empty.",
    )


def _judge_title(step: Step, plan: Plan, state: State, inventory: Inventory) -> Iterator[Finding]:
    """Hint at objects whose title is, or looks like, that of one that is to be created."""
    if not step.label:
        return
    found = inventory.found(step.kind)
    if found is None:
        yield not_judged(
            step, f'Whether the portal has a {step.kind} with the title "{step.label}" already.'
        )
        return
    managed = {each.id for each in plan.of(step.kind)}
    others = [
        ObjectRef(step.kind, each.id, each.label)
        for each in found.values()
        if each.id not in managed and (step.kind, each.id) not in state.objects
    ]
    alike = tuple(each for each in others if each.name == step.label)
    if alike:
        yield warning(
            step,
            f"{step.object} is created, and the portal has {', '.join(map(str, alike))} already: "
            f"then {'both' if len(alike) == 1 else 'all'} have the same title.",
            f"if {step.name} is meant to be that one, take it into the state: "
            f"`{_import_of(alike[0], step)}`."
            if len(alike) == 1
            else f"if {step.name} is meant to be one of them, take that one into the state: `bxbi "
            f"import {step.kind} ID --name {shlex.quote(step.name)}`.",
            alike,
        )
    for each in others:
        if how := difference(step.label, each.name):
            yield warning(
                step,
                f"{step.object} is created, and the portal has {each} already, whose title only "
                f"looks the same ({how}).",
                f"if {step.name} is meant to be that one, write its title as it is there and take "
                f"it into the state: `{_import_of(each, step)}`.",
                (each,),
            )


def _import_of(found: ObjectRef, step: Step) -> str:
    return f"bxbi import {found.kind} {found.id} --name {shlex.quote(step.name)}"


def owner_of(step: Step, plan: Plan) -> Step | None:
    """Find the step of the connector of a source, or of the source of a table.

    Args:
        step: The step of the source or the table.
        plan: The plan.

    Returns:
        The step; ``None`` where there is none, or where the id comes from one of several.
    """
    kind, reference = OWNERS[step.kind]
    number = step.new_id(reference)
    if number is not None:
        return next((each for each in plan.of(kind) if each.id == number), None)
    referred = {urn for urn in step.references.get(reference, ()) if kind_of(urn) == kind}
    if len(referred) > 1:
        return None
    return next((each for each in plan.of(kind) if each.urn in referred), None)
