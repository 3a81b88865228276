"""A report as a comment on a pull request."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.markdown import LONGEST_COMMENT, Section, escaped, shortened, with_code
from pulumi_bxbi.verification.findings import Severity
from pulumi_bxbi.verification.report import cure_of, place_of, rows_a_second, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi_bxbi.verification.findings import Finding
    from pulumi_bxbi.verification.report import Report

_HEADINGS: Final = {
    Severity.BROKEN: "Broken rules",
    Severity.UNKNOWN: "Not known",
    Severity.WARNING: "Warnings",
}
_COLUMNS: Final = "| Where | What came | What is wanted | What to do |\n|---|---|---|---|"
_SPEED: Final = "\n### Speed\n\n| Where | Rows | Seconds | Rows a second |\n|---|---|---|---|"


def for_comment(report: Report, longest: int = LONGEST_COMMENT) -> str:
    """Write a report in Markdown.

    Where it would be too long, the speed is left out first, then warnings, then the rest.

    Args:
        report: The report.
        longest: How many characters it may have.
    """
    head = f"**{escaped(report.summary)}**\n"
    found = {each: report.of(each) for each in Severity if report.of(each)}
    everything = "".join(
        "\n".join([_heading(severity), *map(_row, findings), ""])
        for severity, findings in found.items()
    )
    for shown in (everything + _speed(report), everything):
        if len(head) + len(shown) <= longest:
            return head + shown
    return head + _shortened(found, longest - len(head))


def _heading(severity: Severity) -> str:
    return f"\n### {_HEADINGS[severity]}\n\n{_COLUMNS}"


def _shortened(found: Mapping[Severity, Sequence[Finding]], longest: int) -> str:
    """Write as many rows as there is room for, broken rules first."""
    sections = [
        Section(_heading(severity), [*map(_row, findings)], partial(_more, severity=severity))
        for severity, findings in found.items()
    ]
    return shortened(sections, longest)


def _more(number: int, severity: Severity) -> str:
    return f"\n{number} more under {_HEADINGS[severity]}: `bxbi verify` shows them.\n"


def _row(finding: Finding) -> str:
    where = ", ".join(filter(None, [finding.subject, place_of(finding)]))
    came = f"{finding.came} Asked: {finding.asked}" if finding.asked else finding.came
    wanted = f"{finding.rule.wanted} ({finding.rule.id})"
    return f"| {escaped(where)} | {' | '.join(map(with_code, [came, wanted, cure_of(finding)]))} |"


def _speed(report: Report) -> str:
    rows = [
        f"| {escaped(f'{verified.name}, {table_of(each.table)}')} | {each.rows} | "
        f"{each.seconds:.3f} | {rows_a_second(each)} |"
        for verified in report.verified
        for each in verified.measurements
    ]
    return "\n".join([_SPEED, *rows, ""]) if rows else ""
