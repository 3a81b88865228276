"""The part of the local portal's page that shows all objects as a tree.

Connectors stand under their application, sources under their connector, and tables under their
source. A label marks an object of another application than the one above it. A source whose
connector was deleted stands under a placeholder for that connector.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from pulumi_bxbi.emulator.page.markup import count, element, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from xml.etree.ElementTree import Element

    from pulumi_bxbi.emulator.api.records import Column, Connector, Source, Table
    from pulumi_bxbi.emulator.state.store import Store

Item = TypeVar("Item")
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Branch:
    """A connector, or a placeholder for one that has vanished, and its sources."""

    connector_id: int
    connector: Connector | None
    sources: Sequence[Source]

    @property
    def application(self) -> str:
        """The application of the connector, or of the first source of a vanished connector."""
        return self.connector.client_id if self.connector else self.sources[0].client_id


def section(store: Store) -> Element:
    """Return the section with all objects of the store."""
    connectors = {connector.id: connector for connector in store.connectors}
    sources = _grouped(store.sources, lambda source: source.connector_id)
    tables = _grouped(store.tables, lambda table: table.source_id)
    branches = [
        Branch(connector_id, connectors.get(connector_id), sources.get(connector_id, ()))
        for connector_id in {**connectors, **sources}
    ]
    groups = _grouped(branches, lambda branch: branch.application)
    numbers = {
        "connector": len(connectors),
        "source": sum(map(len, sources.values())),
        "table": sum(map(len, tables.values())),
    }
    return element(
        "section",
        {"id": "objects", "aria-labelledby": "objects-title"},
        element("h2", {"id": "objects-title"}, "Objects"),
        element(
            "p",
            {"class": "counts", "role": "status"},
            ", ".join(count(number, noun) for noun, number in numbers.items()),
        ),
        *(_application(name, group, tables) for name, group in groups.items()),
        None if groups else _nothing(),
    )


def _nothing() -> Element:
    return element(
        "p",
        {"class": "none"},
        "There is nothing yet. Connectors, sources and tables appear here as they are made.",
    )


def _application(
    name: str, branches: Iterable[Branch], tables: Mapping[int, Sequence[Table]]
) -> Element:
    return element(
        "section",
        {"class": "application", "id": f"application-{name}"},
        element("h3", "Application ", element("code", name))
        if name
        else element("h3", "Made in the user interface"),
        *(_branch(branch, tables) for branch in branches),
    )


def _branch(branch: Branch, tables: Mapping[int, Sequence[Table]]) -> Element:
    return element(
        "article",
        {"class": "connector", "id": f"connector-{branch.connector_id}"},
        *(_connector(branch.connector) if branch.connector else _vanished(branch.connector_id)),
        element(
            "ul",
            {"class": "sources"},
            *(
                _source(source, branch.application, tables.get(source.id, ()))
                for source in branch.sources
            ),
        )
        if branch.sources
        else element("p", {"class": "none"}, "No sources."),
    )


def _connector(connector: Connector) -> list[Element]:
    parameters = [
        element("li", element("code", parameter.code), f" {parameter.type}")
        for parameter in connector.settings
    ]
    return [
        _title("h4", "Connector", connector.title, connector.id),
        *_description(connector.description),
        element(
            "dl",
            *_pair("Parameters", element("ul", *parameters) if parameters else "none"),
            *_pair("Data from", element("code", _without_query(connector.url_data))),
        ),
    ]


def _vanished(connector_id: int) -> list[Element]:
    return [
        _title("h4", "Connector", "Vanished", connector_id),
        element("p", {"class": "problem"}, "The connector of these sources does not exist."),
    ]


def _source(source: Source, application: str, tables: Sequence[Table]) -> Element:
    settings = [
        element("li", element("code", setting.code), None if setting.value else " empty")
        for setting in source.settings
    ]
    return element(
        "li",
        {"id": f"source-{source.id}"},
        _title(
            "h5",
            "Source",
            source.title,
            source.id,
            None if source.active else "not active",
            _stranger(source.client_id, application),
        ),
        *_description(source.description),
        element("dl", *_pair("Settings", element("ul", *settings) if settings else "none")),
        element("ul", {"class": "tables"}, *(_table(table, source.client_id) for table in tables))
        if tables
        else element("p", {"class": "none"}, "No tables."),
        _offer(source),
    )


def _table(table: Table, application: str) -> Element:
    return element(
        "li",
        {"id": f"table-{table.id}"},
        element(
            "details",
            element(
                "summary",
                element("code", table.name),
                " ",
                words("span", table.external_name, {"class": "title"}),
                " ",
                element("span", {"class": "faint"}, count(len(table.fields), "column")),
                *_labels(_stranger(table.client_id, application)),
            ),
            *_description(table.description),
            element(
                "dl",
                *_pair("Table", f"#{table.id}"),
                *_pair("External code", words("code", table.external_code)),
            ),
            _columns(table.fields)
            if table.fields
            else element("p", {"class": "none"}, "No columns."),
            _rows(table),
        ),
    )


def _offer(source: Source) -> Element:
    """Return the place where the script inserts the tables that the endpoints offer."""
    return element(
        "details",
        {
            "class": "offer",
            "id": f"offer-{source.id}",
            "data-load": f"/__emulator__/page/tables?source={source.id}",
        },
        element("summary", "Tables of the outside system"),
        element("div", {"class": "scroll", "aria-live": "polite", "data-kept": ""}),
    )


def _columns(columns: Iterable[Column]) -> Element:
    heads = ("Column", "External code", "Type", "Shown")
    return element(
        "div",
        {"class": "scroll"},
        element(
            "table",
            element(
                "thead",
                element("tr", *(element("th", {"scope": "col"}, head) for head in heads)),
            ),
            element("tbody", *(_column(column) for column in columns)),
        ),
    )


def _column(column: Column) -> Element:
    return element(
        "tr",
        {"class": "shown" if column.visible else "hidden"},
        element("th", {"scope": "row"}, element("code", column.name)),
        element("td", words("code", column.external_code)),
        element("td", column.type),
        element("td", "yes" if column.visible else element("span", {"class": "label"}, "hidden")),
    )


def _rows(table: Table) -> Element:
    """Return the place where the script inserts rows, with a link to their JSON without it."""
    return element(
        "details",
        {"class": "rows", "data-load": f"/__emulator__/page/rows?table={table.id}"},
        element("summary", "First rows"),
        element("div", {"class": "scroll", "aria-live": "polite", "data-kept": ""}),
        element(
            "p",
            {"class": "note"},
            element("a", {"href": f"/__emulator__/rows?table={table.id}"}, "As JSON"),
        ),
    )


def _title(level: str, kind: str, title: str, identity: int, *labels: str | None) -> Element:
    return element(
        level,
        element("span", {"class": "kind"}, kind),
        " ",
        words("span", title, {"class": "title"}),
        " ",
        element("span", {"class": "faint"}, f"#{identity}"),
        *_labels(*labels),
    )


def _labels(*labels: str | None) -> list[Element | str]:
    shown = [element("span", {"class": "label"}, label) for label in labels if label]
    return [part for label in shown for part in (" ", label)]


def _description(text: str) -> list[Element]:
    return [words("p", text, {"class": "description"})] if text else []


def _pair(term: str, description: Element | str) -> list[Element]:
    return [element("div", element("dt", term), element("dd", description))]


def _stranger(owner: str, application: str) -> str | None:
    """Return the label of an object of another application; `None` for the same application."""
    if owner == application:
        return None
    return f"of {owner}" if owner else "made in the user interface"


def _without_query(address: str) -> str:
    """Return the address without the parts that may hold credentials."""
    try:
        url = urlsplit(address)
    except ValueError:
        return "not an address"
    return url._replace(netloc=url.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    groups: dict[Key, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(groups)
