"""The trial of subjects: every endpoint of each one, and every table."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_bxbi.external.client import TIMEOUT_SECONDS
from pulumi_bxbi.external.columns import MappedColumn, mapped
from pulumi_bxbi.external.drift import listing_of
from pulumi_bxbi.external.host_limits import MOST_FOR_ONE_HOST
from pulumi_bxbi.side_by_side import side_by_side
from pulumi_bxbi.verification import data, rules
from pulumi_bxbi.verification.asking import Asker
from pulumi_bxbi.verification.check import check_findings
from pulumi_bxbi.verification.declared import changed_columns, table_gone
from pulumi_bxbi.verification.description import Description, description
from pulumi_bxbi.verification.findings import Verified
from pulumi_bxbi.verification.questions import ENDPOINTS, Questions
from pulumi_bxbi.verification.quoting import Quotes
from pulumi_bxbi.verification.tables import listing, searched
from pulumi_bxbi.verification.unknown_table import unknown_table_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pulumi_bxbi.external.drift import DeclaredTable
    from pulumi_bxbi.verification.findings import Finding, Measurement
    from pulumi_bxbi.verification.subject import Subject


@dataclass(frozen=True, slots=True)
class Options:
    """How subjects are tried.

    With the defaults, a run against hosts that never answer ends within 150 seconds: the last
    request to a host begins 85 seconds after the first one, and takes 60.

    Attributes:
        with_data: Whether findings may have cells of data.
        timeout: Seconds for one whole answer.
        silence: After how many seconds of requests without any answer a host gets no other one.
        clock: Returns seconds since any fixed moment.
    """

    with_data: bool = True
    timeout: float = TIMEOUT_SECONDS
    silence: float = 85.0
    clock: Callable[[], float] = time.monotonic


def verified(
    subjects: Sequence[Subject], tell: Callable[[str], None], options: Options
) -> list[Verified]:
    """Try the endpoints of subjects, as BI Builder would use them.

    All of them are on trial at the same time, with at most four requests at a time for one host.

    Args:
        subjects: The subjects.
        tell: Takes lines about the progress, one at a time.
        options: How they are tried.

    Returns:
        One result a subject, in their order.
    """
    asker = Asker(timeout=options.timeout, silence=options.silence, clock=options.clock)
    lock = threading.Lock()

    def tell_one(line: str) -> None:
        with lock:
            tell(line)

    def verify(subject: Subject) -> Verified:
        values = tuple(each.value for each in subject.parameters)
        questions = Questions(subject, asker, Quotes(values, options.with_data))
        return _Trial(questions, tell_one).result()

    return side_by_side(verify, subjects, len(subjects))


@dataclass(frozen=True, slots=True)
class _Found:
    """What a part of a trial has found.

    Attributes:
        findings: The findings.
        measurements: How fast rows came.
        tables: The number of tables whose description or rows came.
    """

    findings: tuple[Finding, ...]
    measurements: tuple[Measurement, ...] = ()
    tables: int = 0


@dataclass(frozen=True, slots=True)
class _Table:
    """A table on trial.

    Attributes:
        code: The code that ``urlTableDescription`` gets.
        external_code: The code that ``urlData`` gets.
        shown: The table that findings are about.
        place: Its place among the tables of its subject, for the progress.
        declared: What is declared of it; ``None`` for nothing.
    """

    code: str
    external_code: str
    shown: str
    place: str
    declared: DeclaredTable | None = None


@dataclass(frozen=True, slots=True)
class _Trial:
    """The trial of one subject.

    Attributes:
        questions: The questions about it.
        tell: Takes lines about the progress.
    """

    questions: Questions
    tell: Callable[[str], None]

    def result(self) -> Verified:
        """Try every endpoint, ``urlCheck`` beside the others."""
        parts = side_by_side(_Trial._part, (self._check, self._tables), 2)
        findings = [each for part in parts for each in part.findings]
        findings += self.questions.silent()
        findings.sort(key=lambda each: ENDPOINTS.index(each.endpoint.partition(",")[0]))
        return Verified(
            self.questions.subject.name,
            tuple(findings),
            tuple(each for part in parts for each in part.measurements),
            self.questions.requests,
            sum(part.tables for part in parts),
        )

    @staticmethod
    def _part(work: Callable[[], _Found]) -> _Found:
        return work()

    def _check(self) -> _Found:
        self._tell("urlCheck")
        return _Found(tuple(check_findings(self.questions)))

    def _tables(self) -> _Found:
        """Try the list of tables, each table, and a table that does not exist."""
        self._tell("urlTableList")
        listed = listing(self.questions)
        findings = list(listed.findings)
        tables: list[_Table] = []
        declared = self.questions.subject.tables
        if declared is None:
            number = len(listed.tables or ())
            for place, each in enumerate(listed.tables or (), start=1):
                shown = self.questions.quotes.name(each.external_code)
                of = f"table {place} of {number}"
                tables.append(_Table(each.code, each.external_code, shown, of))
        else:
            for place, table in enumerate(declared, start=1):
                of = f"table {place} of {len(declared)}"
                code = table.external_code
                if listed.tables is not None:
                    found = listing_of(table, listed.tables) or searched(self.questions, code)
                    if found is None:
                        findings.append(table_gone(self.questions, table))
                        continue
                    code = found.code
                columns = table if table.columns else None
                tables.append(_Table(code, table.external_code, table.name, of, columns))
        parts = side_by_side(self._table, tables, MOST_FOR_ONE_HOST)
        findings += [each for part in parts for each in part.findings]
        findings += unknown_table_findings(self.questions)
        measurements = tuple(each for part in parts for each in part.measurements)
        return _Found(tuple(findings), measurements, sum(part.tables for part in parts))

    def _table(self, table: _Table) -> _Found:
        """Try the description and the rows of a table."""
        self._tell(f"{table.place}, {table.shown}: urlTableDescription")
        described = description(self.questions, table.code, table.shown)
        findings = list(described.findings)
        if table.declared and described.columns:
            findings += changed_columns(self.questions, table.declared, described.columns)
        columns = _columns(table, described)
        if not columns:
            return _Found(tuple(findings), tables=int(described.columns is not None))
        self._tell(f"{table.place}, {table.shown}: urlData")
        codes = [each.code for each in described.columns or ()]
        tried = data.TriedTable(
            table.external_code,
            table.shown,
            columns[: rules.MOST_COLUMNS],
            tuple(dict.fromkeys(codes or [each.external_code for each in columns])),
            are_described=described.is_complete,
        )
        found, measurement = data.data_findings(self.questions, tried)
        has_come = described.columns is not None or measurement is not None
        return _Found(
            (*findings, *found), (measurement,) if measurement else (), tables=int(has_come)
        )

    def _tell(self, what: str) -> None:
        self.tell(f"{self.questions.subject.name}: {what}")


def _columns(table: _Table, described: Description) -> tuple[MappedColumn, ...]:
    """Return the columns to ask rows for, with their names in BI Builder."""
    columns = mapped(described.columns or ()).columns
    if not table.declared:
        return columns
    types = {each.external_code: each.type for each in columns}
    return tuple(
        MappedColumn(each.name, each.external_code, types.get(each.external_code, each.type))
        for each in table.declared.columns
        if each.external_code in types or not types
    )
