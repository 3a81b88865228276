"""A report for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_bxbi.portal.display import wrapped
from pulumi_bxbi.verification.findings import Severity
from pulumi_bxbi.verification.report import cure_of, place_of, rows_a_second, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_bxbi.verification.findings import Finding, Measurement, Verified
    from pulumi_bxbi.verification.report import Report

_WORDS: Final = {
    Severity.BROKEN: "Broken",
    Severity.UNKNOWN: "Not known",
    Severity.WARNING: "Warning",
}
_INDENT: Final = "      "


def for_terminal(report: Report, width: int) -> str:
    """Write a report in lines: the summary, then the findings and the speed of each subject.

    Args:
        report: The report.
        width: How many characters a line may have.
    """
    lines = [*wrapped(report.summary, width)]
    for each in report.verified:
        lines += ["", *wrapped(f"{each.name}:", width), *_findings(report, each, width)]
        lines += _speed(each.measurements, width)
    return "\n".join(lines)


def _findings(report: Report, verified: Verified, width: int) -> Iterator[str]:
    """Yield the findings of a subject, under headings that say where they are from."""
    if not verified.findings:
        yield from wrapped(report.good(verified), width, "  ")
    before = None
    for finding in verified.findings:
        place = place_of(finding)
        if place and place != before:
            yield from wrapped(f"{place}:", width, "  ")
        before = place
        yield from _finding(finding, width)


def _finding(finding: Finding, width: int) -> Iterator[str]:
    rule = finding.rule
    first, *rest = wrapped(f"{_WORDS[rule.severity]}: {finding.came} ({rule.id})", width, _INDENT)
    yield f"    - {first.strip()}"
    yield from rest
    told = {"Asked": finding.asked, "Wanted": rule.wanted, "What to do": cure_of(finding)}
    for heading, text in told.items():
        if text:
            yield from wrapped(f"{heading}: {text}", width, _INDENT)


def _speed(measurements: tuple[Measurement, ...], width: int) -> Iterator[str]:
    if measurements:
        yield "  Speed:"
    for each in measurements:
        yield from wrapped(
            f"{table_of(each.table)}: {each.rows} rows in {each.seconds:.3f} seconds, "
            f"{rows_a_second(each)} rows a second, {each.size_bytes} bytes",
            width,
            "    ",
        )
