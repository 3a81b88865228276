"""What a verification has found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """What a finding means for reports of BI Builder."""

    #: A documented rule is broken: the portal refuses the answer, or shows it wrongly.
    BROKEN = "broken"
    #: It could not be told whether a rule is kept.
    UNKNOWN = "unknown"
    #: The documentation leaves open whether the portal copes with it.
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that endpoints have to do.

    Attributes:
        id: Its name in reports, such as ``row-width``.
        severity: What it means where it is not kept.
        wanted: What the documentation wants, as a sentence.
        cure: What to change in the endpoint, or elsewhere, as a clause; empty where each finding
            has its own.
    """

    id: str
    severity: Severity
    wanted: str
    cure: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is not kept, seen once.

    Attributes:
        rule: The rule.
        subject: The subject's name; empty where the finding is about none.
        endpoint: The property of the endpoint's address, such as ``urlData``; several of them, with
            commas between them, where a host is not reached; may be empty.
        table: The code of the table, or its name for people; empty where it is about none.
        asked: What was asked, as a clause without any value of the settings.
        came: What came, as a sentence; cells of data only as far as it needs them.
        cure: What to do, where it is not the rule's cure.
    """

    rule: Rule
    subject: str
    endpoint: str
    table: str
    asked: str
    came: str
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """How fast an endpoint gave the rows of a table.

    Attributes:
        table: The code of the table.
        rows: The number of rows.
        seconds: The time for the whole answer.
        size_bytes: The size of the answer.
    """

    table: str
    rows: int
    seconds: float
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Verified:
    """The result for one subject.

    Attributes:
        name: The subject's name.
        findings: The findings, in the order of the endpoints.
        measurements: How fast rows came.
        requests: The number of requests that were sent.
        tables: The number of tables whose description or rows came.
    """

    name: str
    findings: tuple[Finding, ...]
    measurements: tuple[Measurement, ...] = ()
    requests: int = 0
    tables: int = 0
