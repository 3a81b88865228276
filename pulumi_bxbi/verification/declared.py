"""Declared tables against what the endpoints offer now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_bxbi.external.drift import Change, drift_from, gone
from pulumi_bxbi.verification import rules
from pulumi_bxbi.verification.questions import TABLE_DESCRIPTION, TABLE_LIST, Question

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulumi_bxbi.external.answers import DescribedColumn
    from pulumi_bxbi.external.drift import DeclaredTable, Drift
    from pulumi_bxbi.verification.findings import Finding
    from pulumi_bxbi.verification.questions import Questions

#: The rules by what has changed.
RULES_OF_DRIFT: Final = {
    Change.TABLE_GONE: rules.TABLE_GONE,
    Change.COLUMN_GONE: rules.COLUMN_GONE,
    Change.COLUMN_RETYPED: rules.COLUMN_RETYPED,
    Change.COLUMN_NEW: rules.COLUMN_NEW,
}


def table_gone(questions: Questions, table: DeclaredTable) -> Finding:
    """Return the finding that a declared table is not listed.

    Args:
        questions: The questions about the table's source.
        table: The table.
    """
    question = Question(TABLE_LIST, "all tables", table=table.name)
    if table.columns:
        return _finding(questions, question, gone(table))
    came = questions.quotes.clause(f'The outside system lists no table "{table.external_code}".')
    return questions.finding(rules.TABLE_GONE, question, came, "give a code that is listed")


def changed_columns(
    questions: Questions, table: DeclaredTable, columns: Sequence[DescribedColumn]
) -> Iterator[Finding]:
    """Yield how the description of a table differs from what is declared.

    Args:
        questions: The questions about the table's source.
        table: The table.
        columns: The columns that are described.
    """
    question = Question(TABLE_DESCRIPTION, "the columns", table=table.name)
    for drift in drift_from(table, columns):
        yield _finding(questions, question, drift)


def _finding(questions: Questions, question: Question, drift: Drift) -> Finding:
    came = questions.quotes.clause(drift.observed)
    return questions.finding(
        RULES_OF_DRIFT[drift.change], question, came, questions.quotes.clause(drift.cure)
    )
