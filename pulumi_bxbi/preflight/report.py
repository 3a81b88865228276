"""The result of a preflight, and its documented form as JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.preflight.findings import Severity
from pulumi_bxbi.preflight.plan import Operation

if TYPE_CHECKING:
    from pulumi_bxbi.preflight.findings import Finding
    from pulumi_bxbi.preflight.plan import Plan

#: The version of the form as JSON; another one would be no superset of it.
VERSION: Final = 1

#: What steps do, as a summary says it.
_DONE: Final = {
    Operation.CREATE: "created",
    Operation.UPDATE: "changed",
    Operation.REPLACE: "replaced",
    Operation.DELETE: "deleted",
}


class Verdict(Enum):
    """Whether the plan will go through."""

    CLEAR = "clear"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"

    @property
    def exit_status(self) -> int:
        """The status that a command ends with."""
        return {Verdict.CLEAR: 0, Verdict.BLOCKED: 3, Verdict.UNKNOWN: 4}[self]


@dataclass(frozen=True, slots=True)
class Report:
    """What a preflight has found.

    Attributes:
        plan: The plan.
        portal: The portal's address; empty where it was not asked.
        problem: Why the portal did not tell everything; empty where it did.
        findings: Everything that was found.
    """

    plan: Plan
    portal: str
    problem: str
    findings: tuple[Finding, ...]

    def of(self, severity: Severity) -> list[Finding]:
        """Return the blockers, the warnings, what could not be judged, or the notes."""
        return [each for each in self.findings if each.severity is severity]

    @property
    def verdict(self) -> Verdict:
        """Whether the plan will go through, as far as it could be judged."""
        if self.of(Severity.BLOCKER):
            return Verdict.BLOCKED
        return Verdict.UNKNOWN if self.of(Severity.NOT_JUDGED) else Verdict.CLEAR

    @property
    def summary(self) -> str:
        """The verdict and what the plan does, in one line."""
        blockers, warnings, unknown, _ = (len(self.of(each)) for each in Severity)
        verdict = {
            Verdict.CLEAR: "Clear: nothing stands in the way of this plan",
            Verdict.BLOCKED: f"Blocked: {_counted(blockers, 'blocker')}",
            Verdict.UNKNOWN: f"Could not tell: {_counted(unknown, 'thing')} not judged",
        }[self.verdict]
        more = f", {_counted(warnings, 'warning')}" if warnings else ""
        if unknown and self.verdict is Verdict.BLOCKED:
            more += f", {_counted(unknown, 'thing')} not judged"
        return f"{verdict}{more}. {self.changes}"

    @property
    def changes(self) -> str:
        """What the plan does, as a sentence."""
        counts = Counter(step.operation for step in self.plan.steps)
        told = [f"{counts[each]} {done}" for each, done in _DONE.items() if counts[each]]
        nothing = "not known, because the preview failed" if self.plan.failed else "nothing changes"
        done = ", ".join(told) or nothing
        return f"Connectors, sources and tables: {done}."

    @property
    def limits(self) -> str:
        """What the plan leaves out, as a sentence; empty where that is nothing, or not known."""
        left = self.plan.left_alone
        if not left:
            return ""
        are = "is left as it is" if left == 1 else "are left as they are"
        return (
            f"The plan is limited by --target or --exclude: {left} of them {are}, whatever the "
            "program says."
        )

    def as_json(self) -> dict[str, Any]:
        """Return the report in its documented form."""
        counts = Counter(step.operation for step in self.plan.steps)
        return {
            "version": VERSION,
            "verdict": self.verdict.value,
            "portal": self.portal,
            "problem": self.problem,
            "changes": {each.value: counts[each] for each in _DONE},
            "leftAlone": self.plan.left_alone,
            **{f"{each.value}s": list(map(_as_json, self.of(each))) for each in _LISTED},
            Severity.NOT_JUDGED.value: list(map(_as_json, self.of(Severity.NOT_JUDGED))),
        }


_LISTED: Final = (Severity.BLOCKER, Severity.WARNING, Severity.NOTE)


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "urn": finding.urn,
        "subject": finding.subject,
        "problem": finding.problem,
        "cure": finding.cure,
        "objects": [
            {"kind": each.kind, "id": each.id, "name": each.name} for each in finding.objects
        ],
    }


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
