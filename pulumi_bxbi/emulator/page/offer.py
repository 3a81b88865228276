"""The tables that a connector's endpoints offer to a source, and which of them are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.page.markup import code, count, element, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from pulumi_bxbi.emulator.api.records import Table
    from pulumi_bxbi.emulator.state.endpoint_answers import OfferedTable
    from pulumi_bxbi.emulator.state.offers import ComparedTable, Offer

#: How many offered tables the page shows.
MOST: Final = 200


def table_of(offer: Offer) -> Element:
    """Return the offered tables, those that are made first, and below what has changed outside."""
    return element("div", *_offered(offer), *_remarks(offer.compared))


def problem(text: str) -> Element:
    """Return the reason why it is not known which tables there are, to show in their place."""
    return element("p", {"class": "problem"}, f"No tables: {text}.")


def _offered(offer: Offer) -> Iterator[Element]:
    if not offer.tables:
        yield element("p", {"class": "none"}, "The endpoints offer no table.")
        return
    made = [(each, offer.made_of(each)) for each in offer.tables]
    made.sort(key=lambda pair: not pair[1])
    number = sum(bool(tables) for _, tables in made)
    heads = ("External code", "Title", "Made as")
    yield element(
        "table",
        element("caption", f"{count(len(made), 'table')} offered, {number} made"),
        element(
            "thead",
            element("tr", *(element("th", {"scope": "col"}, head) for head in heads)),
        ),
        element("tbody", *(_row(each, tables) for each, tables in made[:MOST])),
    )
    hidden = len(made) - MOST
    if hidden > 0:
        yield element("p", {"class": "note"}, f"{count(hidden, 'more table')} not shown.")


def _row(offered: OfferedTable, made: Sequence[Table]) -> Element:
    links = [element("a", {"href": f"#table-{each.id}"}, code(each.name)) for each in made]
    return element(
        "tr",
        element("td", words("code", offered.external_code)),
        words("td", offered.title),
        element("td", *(part for link in links for part in (link, " ")))
        if links
        else element("td", element("span", {"class": "faint"}, "not made")),
    )


def _remarks(compared: Sequence[ComparedTable]) -> Iterator[Element]:
    for each in compared:
        if each.offered is None:
            yield _remark(each.table, "the endpoints do not offer this table any more")
        elif each.failure:
            yield _remark(each.table, f"the columns are not compared: {each.failure}")
        elif each.undescribed:
            names = ", ".join(column.name for column in each.undescribed)
            yield _remark(each.table, f"the endpoints do not describe {names} any more")


def _remark(table: Table, text: str) -> Element:
    return element("p", {"class": "problem"}, code(table.name), f": {text}.")
