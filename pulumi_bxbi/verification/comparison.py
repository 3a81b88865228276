"""Declared tables against what the endpoints offer, and nothing else: for jobs of every night."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.external.client import EndpointError
from pulumi_bxbi.external.comparison import Comparison
from pulumi_bxbi.external.drift import Change
from pulumi_bxbi.external.system import Place
from pulumi_bxbi.verification.declared import RULES_OF_DRIFT
from pulumi_bxbi.verification.findings import Finding, Rule, Severity, Verified
from pulumi_bxbi.verification.questions import TABLE_DESCRIPTION, TABLE_LIST
from pulumi_bxbi.verification.quoting import Quotes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pulumi_bxbi.external.drift import DeclaredTable, Drift
    from pulumi_bxbi.verification.subject import Subject

#: An endpoint gave no usable answer, which says nothing about the tables.
NOT_COMPARED: Final = Rule(
    "not-compared",
    Severity.UNKNOWN,
    "The endpoints list the tables and describe their columns.",
    "run `bxbi verify` without --drift, which says more about the endpoint",
)


def compared(subjects: Sequence[Subject], tell: Callable[[str], None]) -> list[Verified]:
    """Compare the declared tables of subjects with what their endpoints list and describe.

    The endpoints get the right values alone, and no rows are asked for.

    Args:
        subjects: The subjects.
        tell: Takes lines about the progress.

    Returns:
        One result a subject that declares tables, in their order.
    """
    declaring = [each for each in subjects if each.tables]
    tables = [(table, _place(each)) for each in declaring for table in each.tables or ()]
    if tables:
        noun = "table" if len(tables) == 1 else "tables"
        tell(f"Comparing {len(tables)} {noun} with the outside systems ...")
    comparison = Comparison()
    answers = iter(comparison.drift(tables))
    return [
        Verified(
            each.name,
            tuple(_findings(each, [(table, next(answers)) for table in each.tables or ()])),
            requests=comparison.requests_to(_place(each)),
            tables=len(each.tables or ()),
        )
        for each in declaring
    ]


def _place(subject: Subject) -> Place:
    return Place(
        subject.name,
        subject.url_table_list,
        subject.url_table_description,
        tuple((each.code, each.value) for each in subject.parameters),
    )


def _findings(
    subject: Subject, answers: Sequence[tuple[DeclaredTable, tuple[Drift, ...] | EndpointError]]
) -> Iterator[Finding]:
    """Yield one finding for each difference, and for each way in which an endpoint failed."""
    quotes = Quotes(tuple(each.value for each in subject.parameters), with_data=False)
    failed: defaultdict[tuple[str, str], list[DeclaredTable]] = defaultdict(list)
    for table, answer in answers:
        if isinstance(answer, EndpointError):
            failed[answer.endpoint.name, answer.observed].append(table)
            continue
        for drift in answer:
            is_gone = drift.change is Change.TABLE_GONE
            yield Finding(
                RULES_OF_DRIFT[drift.change],
                subject.name,
                TABLE_LIST if is_gone else TABLE_DESCRIPTION,
                table.name,
                "all tables" if is_gone else "the columns",
                quotes.clause(drift.observed),
                quotes.clause(drift.cure),
            )
    for (endpoint, observed), tables in failed.items():
        more = f" and {len(tables) - 1} more" if len(tables) > 1 else ""
        asked = f"the comparison of {tables[0].name}{more}"
        yield Finding(NOT_COMPARED, subject.name, endpoint, "", asked, quotes.clause(observed))
