"""What a preflight has found, in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from pulumi_bxbi.portal.display import one_line

if TYPE_CHECKING:
    from pulumi_bxbi.portal import ObjectRef
    from pulumi_bxbi.preflight.plan import Step


class Severity(Enum):
    """What a finding means for the plan."""

    BLOCKER = "blocker"
    WARNING = "warning"
    NOT_JUDGED = "notJudged"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes:
        severity: What it means for the plan.
        subject: What it is about, for people: ``source 42 "CRM"``.
        problem: What is wrong, what will happen or what is worth knowing, as a sentence.
        cure: What to do; empty where nothing.
        urn: The resource's URN; empty where it is about no single one.
        objects: The objects of the portal that have to do with it.
    """

    severity: Severity
    subject: str
    problem: str
    cure: str = ""
    urn: str = ""
    objects: tuple[ObjectRef, ...] = ()


def blocker(step: Step, problem: str, cure: str, objects: tuple[ObjectRef, ...] = ()) -> Finding:
    """Return a finding: a step will fail.

    Args:
        step: The step.
        problem: Why, as a sentence.
        cure: What to do.
        objects: The objects of the portal that are in the way.
    """
    return _of(step, Severity.BLOCKER, problem, cure, objects)


def warning(
    step: Step, problem: str, cure: str = "", objects: tuple[ObjectRef, ...] = ()
) -> Finding:
    """Return a finding: a step has a consequence that people should know.

    Args:
        step: The step.
        problem: What, as a sentence.
        cure: What to do where that is not wanted; may be empty.
        objects: The objects of the portal that it happens to.
    """
    return _of(step, Severity.WARNING, problem, cure, objects)


def note(step: Step, problem: str, cure: str) -> Finding:
    """Return a finding: something about a step is worth knowing, and nothing comes of it.

    Args:
        step: The step.
        problem: What, as a sentence.
        cure: What people can make of it.
    """
    return _of(step, Severity.NOTE, problem, cure)


def not_judged(step: Step, problem: str, cure: str = "") -> Finding:
    """Return a finding: something about a step could not be judged.

    Args:
        step: The step.
        problem: What and why, as a sentence.
        cure: What to do; may be empty.
    """
    return _of(step, Severity.NOT_JUDGED, problem, cure)


def _of(
    step: Step, severity: Severity, problem: str, cure: str, objects: tuple[ObjectRef, ...] = ()
) -> Finding:
    """Make a finding whose texts are one line each, whatever the titles in them hold."""
    return Finding(severity, step.object, one_line(problem), one_line(cure), step.urn, objects)
