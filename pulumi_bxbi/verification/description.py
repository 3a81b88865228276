"""`urlTableDescription` on trial: the columns of a table, and a table that does not exist."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_bxbi.external.answers import (
    NAME_KEYS,
    DescribedColumn,
    InvalidAnswerError,
    NotUnicodeError,
    elements_of,
    text_of,
)
from pulumi_bxbi.portal.objects.models import COLUMN_NAME, COLUMN_TYPES
from pulumi_bxbi.verification import rules
from pulumi_bxbi.verification.questions import (
    TABLE_DESCRIPTION,
    Question,
    Unanswered,
    places,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from pulumi_bxbi.verification.findings import Finding
    from pulumi_bxbi.verification.questions import Questions


@dataclass(frozen=True, slots=True)
class Description:
    """The columns that the endpoint describes.

    Attributes:
        columns: The columns; ``None`` where the description could not be read.
        findings: What is found about the description.
        is_complete: Whether these are all columns that are described.
    """

    columns: tuple[DescribedColumn, ...] | None
    findings: tuple[Finding, ...]
    is_complete: bool = False


def description(questions: Questions, code: str, table: str) -> Description:
    """Return the columns of a table, and what is found about their description.

    Args:
        questions: Asks the endpoint.
        code: The code of the table that ``urlTableDescription`` takes.
        table: The table that findings are about.
    """
    question = Question(TABLE_DESCRIPTION, "the columns", (("table", code),), table)
    try:
        answer = questions.ask_for_success(question)
        elements = elements_of(answer.body)
    except Unanswered as error:
        return Description(None, error.findings)
    except InvalidAnswerError as error:
        return Description(None, (questions.unreadable(error, rules.DESCRIPTION_SHAPE, question),))
    if not elements:
        came = "No column is described."
        return Description(None, (questions.finding(rules.DESCRIPTION_EMPTY, question, came),))
    columns: list[DescribedColumn] = []
    incomplete: list[int] = []
    findings: list[Finding] = []
    for place, each in enumerate(elements, start=1):
        try:
            column = _column(each, place)
        except NotUnicodeError as error:
            findings.append(questions.unreadable(error, rules.DESCRIPTION_SHAPE, question))
            continue
        if column:
            columns.append(column)
        else:
            incomplete.append(place)
    if incomplete:
        came = f"{places('Element', incomplete)} of the list: no code, no name or no type."
        findings.append(questions.finding(rules.COLUMN_INCOMPLETE, question, came))
    if any("name" not in each and "title" in each for each in elements):
        came = "A column has its name under `title`."
        findings.append(questions.finding(rules.COLUMN_TITLE, question, came))
    findings += _of_columns(questions, question, columns)
    is_complete = len(columns) == len(elements)
    return Description(tuple(columns) or None, tuple(findings), is_complete)


def _column(element: dict[str, Any], place: int) -> DescribedColumn | None:
    """Return a column; ``None`` where it is incomplete."""
    code, type_ = (text_of(element, place, key) for key in ("code", "type"))
    names = (text_of(element, place, key) for key in NAME_KEYS)
    name = next((each for each in names if each.strip()), "")
    is_complete = code.strip() and name and type_.strip()
    return DescribedColumn(code, name, type_) if is_complete else None


def _of_columns(
    questions: Questions, question: Question, columns: Sequence[DescribedColumn]
) -> Iterator[Finding]:
    """Yield what is found about codes, names and types."""
    quotes = questions.quotes
    unknown, cased = _odd_types(columns)
    if unknown:
        came = f"There are columns of the type {quotes.texts(unknown)}."
        yield questions.finding(rules.COLUMN_TYPE_UNKNOWN, question, came)
    if cased:
        came = f"There are columns of the type {quotes.texts(cased)}."
        yield questions.finding(rules.COLUMN_TYPE_CASE, question, came)
    if codes := _repeated([each.code for each in columns]):
        came = f"More than one column has the code {quotes.texts(codes)}."
        yield questions.finding(rules.COLUMN_REPEATED, question, came)
    elif names := _repeated([each.name for each in columns]):
        came = f"More than one column has the name {quotes.texts(names)}."
        yield questions.finding(rules.COLUMN_NAME_REPEATED, question, came)
    nameless = tuple(
        each.code
        for each in columns
        if not any(COLUMN_NAME.fullmatch(text.upper()) for text in (each.code, each.name))
    )
    if nameless:
        came = (
            f"No name of a column can come from the code or the name of {quotes.texts(nameless)}."
        )
        yield questions.finding(rules.COLUMN_CODE_NAME, question, came)
    if len(columns) > rules.MOST_COLUMNS:
        came = f"{len(columns)} columns are described."
        yield questions.finding(rules.COLUMN_COUNT, question, came)


def _odd_types(columns: Sequence[DescribedColumn]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the types that BI Builder does not have, and those in another case."""
    types = dict.fromkeys(each.type for each in columns if each.type not in COLUMN_TYPES)
    cased = [each for each in types if each.strip().lower() in COLUMN_TYPES]
    return tuple(each for each in types if each not in cased), tuple(cased)


def _repeated(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for text, times in Counter(texts).items() if times > 1)
