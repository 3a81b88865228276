"""The rows of a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.page.markup import count, element, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from pulumi_bxbi.emulator.api.records import Table
    from pulumi_bxbi.emulator.state.endpoint_answers import Rows

#: How many rows the page requests.
LIMIT: Final = 10
#: The types of columns whose values are aligned to the right.
NUMBERS: Final = frozenset({"int", "double", "money"})


def table_of(table: Table, found: Rows) -> Element:
    """Return the rows under the names of the table's columns, or under the codes of other columns.

    Remarks below name the columns that the endpoint omitted, or sent without a request.
    """
    if not found.codes:
        return element("p", {"class": "none"}, "No rows.")
    columns = {column.external_code: column for column in table.fields}
    shown = [columns.get(code) for code in found.codes]
    kinds = ["number" if column and column.type in NUMBERS else "" for column in shown]
    heads = [
        element(
            "th",
            {"scope": "col", "class": kind},
            column.name if column else words("span", code),
        )
        for code, column, kind in zip(found.codes, shown, kinds, strict=True)
    ]
    rows = element(
        "table",
        element("caption", _caption(len(found.rows))),
        element("thead", element("tr", *heads)),
        element(
            "tbody",
            *(
                element("tr", *(_cell(value, kind) for value, kind in zip(row, kinds, strict=True)))
                for row in found.rows
            ),
        ),
    )
    return element("div", rows, *_remarks(table, found))


def _remarks(table: Table, found: Rows) -> Iterator[Element]:
    if left_out := found.left_out(table):
        yield element(
            "p", {"class": "problem"}, f"The endpoint did not send {', '.join(left_out)}."
        )
    if hidden := found.hidden(table):
        yield element(
            "p",
            {"class": "problem"},
            f"The endpoint sent {', '.join(hidden)}, hidden here, without being asked.",
        )


def problem(text: str) -> Element:
    """Return the reason why there are no rows, to show in their place."""
    return element("p", {"class": "problem"}, f"No rows: {text}.")


def _caption(number: int) -> str:
    if not number:
        return "No rows"
    if number < LIMIT:
        return f"{count(number, 'row')}, no more"
    return f"The first {number} rows"


def _cell(value: object, kind: str) -> Element:
    if value is None:
        return element("td", {"class": kind}, element("span", {"class": "faint"}, "null"))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return words("td", text, {"class": kind})
