"""One trial of a service, and what every finding has to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_bxbi.verification.questions import ENDPOINTS
from pulumi_bxbi.verification.trial import Options, verified
from tests.verification.service import TOKEN

if TYPE_CHECKING:
    from pulumi_bxbi.verification.findings import Finding, Verified
    from pulumi_bxbi.verification.subject import Subject

#: Longer than any answer of a busy machine takes.
PATIENT = Options(timeout=60.0)


def tried(subject: Subject, options: Options = PATIENT) -> Verified:
    """Try one subject, and check that what is said of it can be shown to anybody."""
    lines: list[str] = []
    (result,) = verified([subject], lines.append, options)
    assert result.name == subject.name
    said = "\n".join([*lines, *map(repr, (result.findings, result.measurements))])
    assert TOKEN.casefold() not in said.casefold()
    assert "Traceback" not in said
    for each in result.findings:
        _check(each, subject)
    places = [ENDPOINTS.index(endpoints(each)[0]) for each in result.findings]
    assert places == sorted(places)
    return result


def ids(result: Verified) -> set[str]:
    """Return the rules of the findings."""
    return {each.rule.id for each in result.findings}


def endpoints(finding: Finding) -> list[str]:
    """Return the endpoints that a finding is about."""
    return finding.endpoint.split(", ")


def _check(finding: Finding, subject: Subject) -> None:
    assert finding.subject == subject.name
    assert finding.asked
    assert finding.cure or finding.rule.cure
    assert finding.came.endswith((".", ".)"))
    assert all(each.isprintable() for each in (finding.came, finding.table, finding.cure))
