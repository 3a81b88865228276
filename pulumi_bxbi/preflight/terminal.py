"""A report for a terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.preflight.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_bxbi.preflight.report import Report

_HEADINGS: Final = {
    Severity.BLOCKER: "Blockers",
    Severity.WARNING: "Warnings",
    Severity.NOT_JUDGED: "Not judged",
}


def for_terminal(report: Report, width: int) -> str:
    """Write a report in lines.

    Args:
        report: The report.
        width: How many characters a line may have.
    """
    lines = [*_wrapped(report.summary, width, "")]
    if report.limits:
        lines += _wrapped(report.limits, width, "")
    if report.problem:
        lines += ["", *_wrapped(f"Why: {report.problem}", width, "")]
    for severity, heading in _HEADINGS.items():
        findings = report.of(severity)
        if findings:
            lines += ["", f"{heading}:"]
        for finding in findings:
            first, *rest = _wrapped(finding.problem, width, "    ")
            lines += [f"  - {first.strip()}", *rest]
            if finding.cure:
                lines += _wrapped(f"What to do: {finding.cure}", width, "    ")
    return "\n".join(lines)


def _wrapped(text: str, width: int, indent: str) -> Iterator[str]:
    for line in _printable(text).splitlines() or [""]:
        yield from textwrap.wrap(
            line,
            width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]


def _printable(text: str) -> str:
    """Leave out what a terminal would obey: titles are written by anyone."""
    return "".join(each for each in text if each == "\n" or each.isprintable())
