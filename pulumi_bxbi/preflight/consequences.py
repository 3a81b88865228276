"""What a plan means to the people who use BI Builder, once it is carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_bxbi.portal import ObjectRef
from pulumi_bxbi.preflight.findings import not_judged, warning
from pulumi_bxbi.preflight.inventory import changes_columns, lost_parameters
from pulumi_bxbi.preflight.plan import whole
from pulumi_bxbi.resources.column_changes import column_changes
from pulumi_bxbi.resources.paths import right_path
from pulumi_bxbi.resources.table import left_behind
from pulumi_bxbi.resources.values import known_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_bxbi.preflight.findings import Finding
    from pulumi_bxbi.preflight.inventory import Inventory
    from pulumi_bxbi.preflight.plan import Plan, Step


def foresee(plan: Plan, inventory: Inventory) -> Iterator[Finding]:
    """Judge what every step means for the people who use BI Builder.

    Args:
        plan: The plan.
        inventory: What the portal holds of it.
    """
    for step in plan.steps:
        yield from _misspelt_paths(step)
        if step.kind == "table" and step.removes:
            yield _orphaned(step)
        if changes_columns(step):
            yield from _columns(step, inventory)
        if lost := lost_parameters(step):
            yield from _lost(step, lost, inventory)


def _misspelt_paths(step: Step) -> Iterator[Finding]:
    """Find options without effect that transformations give; a run judges the program's own."""
    names, part_names = step.lifecycle.property_names(), step.lifecycle.part_names()
    for option, paths in step.paths.items():
        for path in paths:
            right = right_path(path, names, part_names)
            if right not in {"", path}:
                yield warning(
                    step,
                    f"{step.object}: the option {step.argument(option)} of {step.name} has no "
                    f'effect for "{path}".',
                    f'options name properties as the state does: write "{right}".',
                )


def _orphaned(step: Step) -> Finding:
    """Return a warning about what people lose with a table that is deleted or replaced."""
    goes = "is replaced by a new one" if step.makes else "is deleted"
    return warning(
        step,
        f"{step.object} {goes}: {left_behind(whole(step.old.get('externalId')) or 0)}.",
        "tell those who use it; nothing moves to another table by itself.",
    )


def _columns(step: Step, inventory: Inventory) -> Iterator[Finding]:
    """Find what is lost with columns, by the portal where it is known, else by the state."""
    wanted = known_parts(step.new.get("columns"))
    if wanted is None:
        yield not_judged(
            step, f"Which columns of {step.object} go: they are not known before `pulumi up`."
        )
        return
    found = (inventory.tables or {}).get(step.id or 0)
    if found is None or found.columns is None:
        current = known_parts(step.old.get("columns")) or []
    else:
        current = step.lifecycle.to_inputs(found)["columns"]
    if losses := column_changes(current, wanted).losses():
        yield warning(step, f"{step.object}: {'; '.join(losses)}.")


def _lost(step: Step, lost: list[str], inventory: Inventory) -> Iterator[Finding]:
    """Find the sources that have values for parameters that the connector no longer declares."""
    if inventory.sources is None:
        yield not_judged(step, f"Which sources have values for {', '.join(lost)} of {step.object}.")
        return
    with_values = tuple(
        ObjectRef("source", each.id, each.title)
        for each in inventory.sources.values()
        if each.connector_id == step.id and any(each.values().get(code) for code in lost)
    )
    if with_values:
        yield warning(
            step,
            f"{step.object} no longer declares {', '.join(lost)}: the values of "
            f"{', '.join(map(str, with_values))} for it leave the portal with the next update.",
            objects=with_values,
        )
