"""What a preflight has found, in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_bxbi.portal import Dependent
    from pulumi_bxbi.preflight.plan import Step


class Severity(Enum):
    """What a finding means for the plan."""

    BLOCKER = "blocker"
    WARNING = "warning"
    NOT_JUDGED = "notJudged"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes:
        severity: What it means for the plan.
        subject: What it is about, for people: ``source 42 "CRM"``.
        problem: What is wrong, or what will happen, as a sentence.
        cure: What to do; empty where nothing.
        urn: The resource's URN; empty where it is about no single one.
        objects: The objects of the portal that have to do with it.
    """

    severity: Severity
    subject: str
    problem: str
    cure: str = ""
    urn: str = ""
    objects: tuple[Dependent, ...] = ()


def blocker(step: Step, problem: str, cure: str, objects: tuple[Dependent, ...] = ()) -> Finding:
    """Say why a step will fail.

    Args:
        step: The step.
        problem: Why, as a sentence.
        cure: What to do.
        objects: The objects of the portal that are in the way.
    """
    return Finding(Severity.BLOCKER, step.object, problem, cure, step.urn, objects)


def warning(
    step: Step, problem: str, cure: str = "", objects: tuple[Dependent, ...] = ()
) -> Finding:
    """Say what a step will bring about.

    Args:
        step: The step.
        problem: What, as a sentence.
        cure: What to do where that is not wanted; may be empty.
        objects: The objects of the portal that it happens to.
    """
    return Finding(Severity.WARNING, step.object, problem, cure, step.urn, objects)


def not_judged(step: Step, problem: str, cure: str = "") -> Finding:
    """Say what is not known of a step.

    Args:
        step: The step.
        problem: What and why, as a sentence.
        cure: What to do; may be empty.
    """
    return Finding(Severity.NOT_JUDGED, step.object, problem, cure, step.urn)
