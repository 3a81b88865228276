"""The plans that are recorded in `plans/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_bxbi.preflight.plan import read_plan

if TYPE_CHECKING:
    from pulumi_bxbi.preflight.plan import Plan

PLANS = Path(__file__).parent / "plans"


def plan_text(name: str) -> str:
    return (PLANS / f"{name}.json").read_text("utf-8")


def plan_of(name: str) -> Plan:
    return read_plan(plan_text(name))


def edited(name: str, resource: str, **changes: dict[str, Any]) -> Plan:
    """Return a recorded plan with some values of one of its steps changed.

    Args:
        name: The plan.
        resource: The name of the resource.
        changes: For `inputs` (of the program) or `outputs` (of the state), the new values.
    """
    document = json.loads(plan_text(name))
    (step,) = (each for each in document["steps"] if each["urn"].endswith(f"::{resource}"))
    step.get("newState", {}).get("inputs", {}).update(changes.get("inputs", {}))
    step.get("oldState", {}).get("outputs", {}).update(changes.get("outputs", {}))
    return read_plan(json.dumps(document))
