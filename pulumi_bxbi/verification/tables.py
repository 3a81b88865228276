"""`urlTableList` on trial: the tables that people choose from, and a search without a match."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.external.answers import (
    InvalidAnswerError,
    ListedTable,
    NotUnicodeError,
    elements_of,
    listed_tables,
    text_of,
)
from pulumi_bxbi.portal.objects.models import LONGEST_EXTERNAL_TEXT
from pulumi_bxbi.verification import rules
from pulumi_bxbi.verification.questions import (
    TABLE_LIST,
    Question,
    Unanswered,
    count,
    is_accepted,
    places,
    status_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulumi_bxbi.verification.findings import Finding
    from pulumi_bxbi.verification.questions import Questions

#: A text that stands in the name of no table.
_NO_MATCH: Final = "bxbi-verify-no-such-table"


@dataclass(frozen=True, slots=True)
class Listing:
    """The tables that the endpoint lists.

    Attributes:
        tables: The tables, each code once; ``None`` where the list could not be read.
        findings: What is found about the list.
    """

    tables: tuple[ListedTable, ...] | None
    findings: tuple[Finding, ...]


def listing(questions: Questions) -> Listing:
    """Return the tables that ``urlTableList`` lists, and what is found about it.

    Args:
        questions: Asks the endpoint.
    """
    question = Question(TABLE_LIST, "all tables", (("searchString", ""),))
    try:
        answer = questions.ask_for_success(question)
        elements = elements_of(answer.body)
    except Unanswered as error:
        return Listing(None, error.findings)
    except InvalidAnswerError as error:
        return Listing(None, (questions.unreadable(error, rules.LIST_SHAPE, question),))
    tables: dict[str, ListedTable] = {}
    complete: list[ListedTable] = []
    incomplete: list[int] = []
    findings: list[Finding] = []
    for place, each in enumerate(elements, start=1):
        try:
            table = ListedTable(*(text_of(each, place, key) for key in ("code", "title", "id")))
        except NotUnicodeError as error:
            findings.append(questions.unreadable(error, rules.LIST_SHAPE, question))
            continue
        if table.code.strip() and table.title.strip():
            complete.append(table)
            tables.setdefault(table.external_code, table)
        else:
            incomplete.append(place)
    if incomplete:
        came = f"{places('Element', incomplete)} of the list: no code or no title."
        findings.append(questions.finding(rules.TABLE_INCOMPLETE, question, came))
    if not elements:
        findings.append(questions.finding(rules.LIST_EMPTY, question, "The list is empty."))
    findings += [*_of_texts(questions, question, complete), *_of_search(questions)]
    return Listing(tuple(tables.values()), tuple(findings))


def searched(questions: Questions, external_code: str) -> ListedTable | None:
    """Return a table that the whole list lacks, and a search for its code finds.

    An endpoint may list its first tables alone.

    Args:
        questions: Asks the endpoint.
        external_code: The code that the table has on the portal.
    """
    question = Question(
        TABLE_LIST, "a search for the code of a table", (("searchString", external_code),)
    )
    try:
        found = listed_tables(questions.ask_for_success(question).body)
    except (Unanswered, InvalidAnswerError):
        return None
    return next((each for each in found if each.external_code == external_code), None)


def _of_texts(
    questions: Questions, question: Question, tables: Sequence[ListedTable]
) -> Iterator[Finding]:
    """Yield what is found about codes and titles."""
    quotes = questions.quotes
    codes = Counter(each.external_code for each in tables)
    if repeated := tuple(code for code, times in codes.items() if times > 1):
        came = f"More than one table has the code {quotes.texts(repeated)}."
        yield questions.finding(rules.TABLE_REPEATED, question, came)
    texts = [(each.external_code, each.title) for each in tables]
    if long := [each for each in texts if max(map(len, each)) > LONGEST_EXTERNAL_TEXT]:
        came = (
            f"{quotes.texts(tuple(code for code, _ in long))}: a text has "
            f"{max(len(text) for each in long for text in each)} characters."
        )
        yield questions.finding(rules.TABLE_TEXT_LENGTH, question, came)
    if odd := tuple(code for code in codes if code.strip() != code or not code.isprintable()):
        came = f"The code {quotes.texts(odd)} has spaces around it, or control characters."
        yield questions.finding(rules.TABLE_CODE_CHARACTERS, question, came)


def _of_search(questions: Questions) -> Iterator[Finding]:
    """Yield what is found about a search that matches no table."""
    question = Question(TABLE_LIST, f'searchString "{_NO_MATCH}"', (("searchString", _NO_MATCH),))
    try:
        answer = questions.ask(question)
    except Unanswered as error:
        yield from error.findings
        return
    if not is_accepted(answer):
        yield questions.finding(rules.SEARCH_REFUSED, question, status_of(answer))
        return
    try:
        found = elements_of(answer.body)
    except InvalidAnswerError as error:
        yield questions.unreadable(error, rules.LIST_SHAPE, question)
        return
    if found:
        came = f"{count(len(found), 'table')} came, although the text stands in no title or code."
        yield questions.finding(rules.SEARCH, question, came)
