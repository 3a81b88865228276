"""A report for a pipeline, in the form of JUnit: XML that GitLab and Jenkins show.

Vendor's page: "Unit test reports" (https://docs.gitlab.com/ci/testing/unit_test_reports/).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET  # writes, and reads nothing

from pulumi_bxbi.verification.findings import Severity
from pulumi_bxbi.verification.report import cure_of, place_of, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pulumi_bxbi.verification.findings import Finding, Measurement, Verified
    from pulumi_bxbi.verification.report import Report

#: The element that says what a finding means; a warning fails no test.
_ELEMENTS: Final = {
    Severity.BROKEN: "failure",
    Severity.UNKNOWN: "error",
    Severity.WARNING: "system-out",
}
#: The characters that XML 1.0 does not have.
_NOT_XML: Final = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def for_pipeline(report: Report) -> str:
    """Write a report as XML: a suite for each subject, with a test for each finding.

    A rule that is not kept at one place is one test, however often that was seen. What nothing was
    found about is a test that has passed: the subject as a whole, or a table whose rows came.

    Args:
        report: The report.
    """
    root = ET.Element("testsuites", {"name": "bxbi verify"})
    for verified in report.verified:
        _add_suite(root, verified, "declared tables" if report.only_drift else "every rule")
    ET.indent(root)
    written = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'


def _add_suite(root: ET.Element, verified: Verified, good: str) -> None:
    """Add the suite of a subject, with a test of this name where nothing was found."""
    name = _text(verified.name)
    suite = ET.SubElement(root, "testsuite", {"name": name})
    grouped: dict[str, list[Finding]] = {}
    for finding in verified.findings:
        where = place_of(finding)
        case = f"{where}: {finding.rule.id}" if where else finding.rule.id
        grouped.setdefault(_text(case), []).append(finding)
    for case, findings in grouped.items():
        severity = findings[0].rule.severity
        element = ET.SubElement(
            ET.SubElement(suite, "testcase", {"classname": name, "name": case}),
            _ELEMENTS[severity],
            {} if severity is Severity.WARNING else _attributes(findings[0]),
        )
        element.text = _text("\n\n".join(map(_told, findings)))
    if not verified.findings:
        ET.SubElement(suite, "testcase", {"classname": name, "name": good})
    for measurement in _without_findings(verified):
        attributes = {"classname": name, "name": _text(table_of(measurement.table))}
        time = f"{measurement.seconds:.3f}"
        ET.SubElement(suite, "testcase", {**attributes, "time": time})
    _count(suite)


def _attributes(finding: Finding) -> dict[str, str]:
    return {"type": finding.rule.id, "message": _text(finding.came)}


def _told(finding: Finding) -> str:
    told = {
        "Asked": finding.asked,
        "Came": finding.came,
        "Wanted": finding.rule.wanted,
        "What to do": cure_of(finding),
    }
    return "\n".join(f"{heading}: {text}" for heading, text in told.items() if text)


def _without_findings(verified: Verified) -> Iterable[Measurement]:
    """Return the measurements of the tables about which nothing was found, one each."""
    found = {each.table for each in verified.findings}
    measured = {each.table: each for each in verified.measurements}
    return [each for table, each in measured.items() if table not in found]


def _count(suite: ET.Element) -> None:
    cases: Sequence[ET.Element] = suite.findall("testcase")
    for name, elements in (
        ("tests", cases),
        ("failures", suite.findall("testcase/failure")),
        ("errors", suite.findall("testcase/error")),
    ):
        suite.set(name, str(len(elements)))


def _text(text: str) -> str:
    return _NOT_XML.sub("", text)
