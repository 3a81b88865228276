"""A table that does not exist on trial: its description and its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_bxbi.external.answers import InvalidAnswerError, described_columns
from pulumi_bxbi.verification import rules
from pulumi_bxbi.verification.questions import (
    DATA,
    TABLE_DESCRIPTION,
    Question,
    Unanswered,
    count,
    is_accepted,
)
from pulumi_bxbi.verification.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi_bxbi.verification.findings import Finding, Rule
    from pulumi_bxbi.verification.questions import Questions

#: The code of a table that no endpoint has.
_CODE: Final = "bxbi_verify_no_such_table"
_TABLE: Final = ("table", _CODE)
_DESCRIPTION: Final = Question(TABLE_DESCRIPTION, f'the columns of a table "{_CODE}"', (_TABLE,))
_ROWS: Final = Question(DATA, f'the rows of a table "{_CODE}", limit 1', (_TABLE, ("limit", "1")))


def unknown_table_findings(questions: Questions) -> Iterator[Finding]:
    """Yield what is found about the description and the rows of a table that does not exist.

    Args:
        questions: Asks the endpoints.
    """
    yield from _findings(questions, _DESCRIPTION, rules.UNKNOWN_TABLE_DESCRIBED, _columns)
    yield from _findings(questions, _ROWS, rules.UNKNOWN_TABLE_ROWS, _rows)


def _findings(
    questions: Questions, question: Question, rule: Rule, read: Callable[[bytes], str]
) -> Iterator[Finding]:
    """Yield what is found about one endpoint.

    Args:
        questions: Asks it.
        question: What is asked.
        rule: The rule that it does not keep where it answers as for a table.
        read: Returns how much an answer has, for people.
    """
    try:
        answer = questions.ask(question)
    except Unanswered as error:
        yield from error.findings
        return
    if is_accepted(answer):
        try:
            came = read(answer.body)
        except InvalidAnswerError:  # what the portal cannot read is a failure too
            return
        came = f"A list with {came} comes, although there is no such table."
        yield questions.finding(rule, question, came)


def _columns(body: bytes) -> str:
    return count(len(described_columns(body)), "column")


def _rows(body: bytes) -> str:
    return count(len(rows_of(body).cells), "row")
