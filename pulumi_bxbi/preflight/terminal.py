"""A report for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_bxbi.portal.display import wrapped
from pulumi_bxbi.preflight.findings import Severity

if TYPE_CHECKING:
    from pulumi_bxbi.preflight.report import Report

_HEADINGS: Final = {
    Severity.BLOCKER: "Blockers",
    Severity.WARNING: "Warnings",
    Severity.NOT_JUDGED: "Not judged",
    Severity.NOTE: "Notes",
}


def for_terminal(report: Report, width: int) -> str:
    """Write a report in lines.

    Args:
        report: The report.
        width: How many characters a line may have.
    """
    lines = [*wrapped(report.summary, width)]
    if report.limits:
        lines += wrapped(report.limits, width)
    if report.problem:
        lines += ["", *wrapped(f"Why: {report.problem}", width)]
    for severity, heading in _HEADINGS.items():
        findings = report.of(severity)
        if findings:
            lines += ["", f"{heading}:"]
        for finding in findings:
            first, *rest = wrapped(finding.problem, width, "    ")
            lines += [f"  - {first.strip()}", *rest]
            if finding.cure:
                lines += wrapped(f"What to do: {finding.cure}", width, "    ")
    return "\n".join(lines)
