"""Portals whose objects are imported: any, and one that a person would have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from pulumi_bxbi.adoption.plan import Managed, Plan, plan
from pulumi_bxbi.adoption.reading import Found
from pulumi_bxbi.portal import AccessToken, Catalog, Connector, Portal, Source, Table

if TYPE_CHECKING:
    from pulumi_bxbi.adoption.language import Language

#: Nothing is asked of it.
PORTAL = "http://127.0.0.1:9"
ADDRESS = "https://example.com/x"
PNG = "data:image/png;base64,iVBORw0KGgo="

AWKWARD = [
    *("", "CRM", "CRM source", "Источник", "class", "config", "pulumi", "2026", "🎉", '"', "'"),
    *("\\", '"""', "{x}", "%s", "a\nb\n", "\r\n", "\u2028", "\u202e", "слово " * 60, "x" * 600),
]
texts = st.text(max_size=40) | st.sampled_from(AWKWARD)
filled = texts.filter(lambda text: bool(text.strip()))
short = filled.map(lambda text: text[:500]).filter(lambda text: bool(text.strip()))
logos = st.sampled_from(
    [
        *(ADDRESS, "https://example.com/logo.png?hunter2"),
        *("/upload/logo.png", "/upload/logo.png?hunter2"),
        *(PNG, "data:image/svg+xml,%3Csvg/%3E", "data:image/webp;base64,AA"),
    ]
)
endpoints = st.sampled_from(
    [ADDRESS, f"{ADDRESS}?token=hunter2", f"{ADDRESS}#hunter2", "https://svc:hunter2@example.com"]
)


@st.composite
def connectors(draw: st.DrawFn, number: int) -> Connector:
    codes = draw(st.lists(short, unique=True, max_size=4))
    types = st.sampled_from(["STRING", "INT"])
    names = ("urlCheck", "urlTableList", "urlTableDescription", "urlData")
    return Connector.model_validate(
        {
            "id": number,
            "title": draw(short),
            "logo": draw(logos),
            **{name: draw(endpoints) for name in names},
            "description": draw(texts),
            "sort": draw(st.integers(0, 200)),
            "settings": [
                {"code": code, "name": draw(short), "type": draw(types)} for code in codes
            ],
            "supportMapping": draw(st.none() | st.booleans()),
            "sourceCode": draw(st.none() | texts.map(lambda text: text[:64])),
        }
    )


@st.composite
def sources(draw: st.DrawFn, number: int, connector: Connector) -> Source:
    # As it is nowhere else in a program.
    secrets = st.just("") | texts.map(lambda text: f"hunter2 {text}")
    values = {
        each.code: draw(secrets if each.type == "STRING" else st.integers().map(str))
        for each in connector.parameters
    }
    values |= draw(st.dictionaries(short, secrets, max_size=1))
    return Source.model_validate(
        {
            "id": number,
            "title": draw(filled),
            "connectorId": connector.id,
            "settings": [{"code": code, "value": value} for code, value in values.items()],
            "description": draw(texts),
            "active": draw(st.booleans()),
        }
    )


@st.composite
def tables(draw: st.DrawFn, number: int, source_id: int) -> Table:
    names = draw(st.lists(st.from_regex("[A-Z][A-Z0-9_]{0,31}", fullmatch=True), min_size=1))
    types = ["int", "string", "double", "date", "datetime", "money", "timezone"]
    return Table.model_validate(
        {
            "id": number,
            "sourceId": source_id,
            "name": draw(st.from_regex("[a-z][a-z0-9_]{0,60}", fullmatch=True)),
            "externalName": draw(short),
            "externalCode": draw(short),
            "description": draw(texts),
            "fields": [
                {
                    "id": place,
                    "name": name,
                    "externalCode": f"{draw(texts)}{place}",
                    "type": draw(st.sampled_from(types)),
                    "visible": draw(st.booleans()),
                }
                for place, name in enumerate(dict.fromkeys(names))
            ],
        }
    )


@st.composite
def portals(draw: st.DrawFn) -> Found:
    some = [draw(connectors(number)) for number in range(1, draw(st.integers(2, 4)))]
    of_them = [
        draw(sources(number, draw(st.sampled_from(some))))
        for number in range(1, draw(st.integers(2, 4)))
    ]
    # Source 9 is one that was not chosen.
    above = st.sampled_from([each.id for each in of_them] + [9])
    theirs = [draw(tables(number, draw(above))) for number in range(1, draw(st.integers(1, 3)))]
    return Found((some, of_them, theirs), some)


def planned(found: Found, language: Language) -> Plan:
    catalog = Catalog(Portal(PORTAL, AccessToken("x")))
    return plan(found, catalog, Managed([], ["crm-login"]), language)


def example() -> Found:
    """A small portal, described in two languages."""
    endpoint = "https://warehouse.example.com/endpoints"
    warehouse = Connector.model_validate(
        {
            "id": 7,
            "title": "Склад",
            "logo": PNG,
            "urlCheck": f"{endpoint}/check",
            "urlTableList": f"{endpoint}/tables",
            "urlTableDescription": f"{endpoint}/columns",
            "urlData": f"{endpoint}/data",
            "settings": [
                {"code": "token", "name": "Token", "type": "STRING"},
                {"code": "year", "name": "Год", "type": "INT"},
            ],
            "sort": 7,
            "supportMapping": True,
        }
    )
    values = {"token": "hunter2", "year": "2026"}
    north = Source.model_validate(
        {
            "id": 1,
            "title": "Склад",
            "connectorId": 7,
            "settings": [{"code": code, "value": value} for code, value in values.items()],
            "description": "The warehouse in the north.\nAsk Анна «Щука» before you change the "
            "token, because three reports and a nightly job depend on it.",
        }
    )
    other = Source.model_validate(
        {"id": 2, "title": 'The "old" one', "connectorId": 123, "active": False}
    )
    orders = Table.model_validate(
        {
            "id": 3,
            "sourceId": 1,
            "name": "orders",
            "externalName": "Заказы",
            "externalCode": "orders",
            "fields": [
                {"id": 1, "name": "ID", "externalCode": "id", "type": "int"},
                {"id": 2, "name": "NOTE", "externalCode": "note " * 16, "type": "string"},
                {"id": 3, "name": "SUM", "externalCode": "sum", "type": "money", "visible": False},
            ],
        }
    )
    known = Connector.model_validate({"id": 123, "title": "CRM"})
    return Found(([warehouse], [north, other], [orders]), [warehouse, known])
