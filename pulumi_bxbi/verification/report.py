"""The result of a verification, and its documented form as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.verification.findings import Severity

if TYPE_CHECKING:
    from pulumi_bxbi.verification.findings import Finding, Measurement, Verified

#: The version of the form as JSON; another one would be no superset of it.
VERSION: Final = 1
#: A shorter time counts as this.
_SHORTEST_SECONDS: Final = 0.001
_TABLE: Final = "table "


class Verdict(Enum):
    """Whether the endpoints do what BI Builder needs."""

    FINE = "fine"
    BROKEN = "broken"
    UNKNOWN = "unknown"

    @property
    def exit_status(self) -> int:
        """The status that a command ends with."""
        return {Verdict.FINE: 0, Verdict.BROKEN: 3, Verdict.UNKNOWN: 4}[self]


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a verification.

    Attributes:
        verified: The result for each subject.
        only_drift: Whether declared tables were compared, and nothing else was tried.
    """

    verified: tuple[Verified, ...]
    only_drift: bool = False

    def of(self, severity: Severity) -> list[Finding]:
        """Return the findings that mean the same for reports of BI Builder.

        Args:
            severity: What they mean.
        """
        return [
            each
            for subject in self.verified
            for each in subject.findings
            if each.rule.severity is severity
        ]

    @property
    def verdict(self) -> Verdict:
        """Whether the endpoints do what BI Builder needs, as far as that could be told."""
        if self.of(Severity.BROKEN):
            return Verdict.BROKEN
        return Verdict.UNKNOWN if self.of(Severity.UNKNOWN) else Verdict.FINE

    @property
    def summary(self) -> str:
        """The verdict and what was tried, in one line."""
        if not self.verified:
            return self.extent
        broken, unknown, warnings = (len(self.of(each)) for each in Severity)
        verdict = {
            Verdict.FINE: "No schema drift"
            if self.only_drift
            else "Fine: no documented rule is broken",
            Verdict.BROKEN: f"Schema drift: {_counted(broken, 'difference')}"
            if self.only_drift
            else "Broken: "
            + _counted(broken, "breach of a documented rule", "breaches of documented rules"),
            Verdict.UNKNOWN: f"Could not tell: {_counted(unknown, 'thing')} could not be "
            + self._done,
        }[self.verdict]
        more = f", {_counted(warnings, 'warning')}" if warnings else ""
        if unknown and self.verdict is Verdict.BROKEN:
            more += f", {_counted(unknown, 'thing')} could not be {self._done}"
        return f"{verdict}{more}. {self.extent}"

    @property
    def extent(self) -> str:
        """What was tried, as a sentence."""
        if not self.verified:
            return "The state holds nothing that could be tried."
        tables = sum(each.tables for each in self.verified)
        requests = sum(each.requests for each in self.verified)
        done = self._done.capitalize()
        return f"{done} {_counted(tables, 'table')} with {_counted(requests, 'request')}."

    def good(self, verified: Verified) -> str:
        """Return what is as it should be with a subject about which nothing was found.

        Args:
            verified: The result for the subject.
        """
        if not self.only_drift:
            return "Every rule is kept."
        verbs = "is described as it is" if verified.tables == 1 else "are described as they are"
        return f"{_counted(verified.tables, 'table')} {verbs} declared."

    @property
    def _done(self) -> str:
        """What was done with tables."""
        return "compared" if self.only_drift else "tried"

    def as_json(self) -> dict[str, Any]:
        """Return the report in its documented form."""
        return {
            "version": VERSION,
            "verdict": self.verdict.value,
            "subjects": [
                {
                    "name": each.name,
                    "tables": each.tables,
                    "requests": each.requests,
                    "findings": list(map(_finding, each.findings)),
                    "measurements": list(map(_measurement, each.measurements)),
                }
                for each in self.verified
            ],
        }


def table_of(table: str) -> str:
    """Return a table for people: ``table orders``, or ``table 7 "orders"`` where it is declared.

    Args:
        table: The table of a finding or of a measurement.
    """
    return table if table.startswith(_TABLE) else f"{_TABLE}{table}"


def place_of(finding: Finding) -> str:
    """Return where a rule was not kept, for people: ``urlData, table orders``; may be empty.

    Args:
        finding: The finding.
    """
    table = table_of(finding.table) if finding.table else ""
    return ", ".join(filter(None, [finding.endpoint, table]))


def cure_of(finding: Finding) -> str:
    """Return what to do about a finding, with its full stop.

    Args:
        finding: The finding.
    """
    return f"{(finding.cure or finding.rule.cure).rstrip('.')}."


def rows_a_second(measurement: Measurement) -> int:
    """Return how many rows an endpoint gives in a second.

    Args:
        measurement: How long it took for some rows.
    """
    return round(measurement.rows / max(measurement.seconds, _SHORTEST_SECONDS))


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule.id,
        "severity": finding.rule.severity.value,
        "endpoint": finding.endpoint,
        "table": finding.table,
        "asked": finding.asked,
        "came": finding.came,
        "wanted": finding.rule.wanted,
        "cure": cure_of(finding),
    }


def _measurement(measurement: Measurement) -> dict[str, Any]:
    return {
        "table": measurement.table,
        "rows": measurement.rows,
        "seconds": round(measurement.seconds, 3),
        "sizeBytes": measurement.size_bytes,
        "rowsPerSecond": rows_a_second(measurement),
    }


def _counted(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {plural or f'{noun}s'}"
