"""What becomes part of a program, and what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.adoption.language import Language
from pulumi_bxbi.adoption.plan import Managed, Plan, plan
from pulumi_bxbi.adoption.reading import Choice, Found, read
from pulumi_bxbi.portal import AccessToken, Catalog, Connector, Portal, Source, Table
from tests.catalogs import told

if TYPE_CHECKING:
    from tests.http_server import Server

ADDRESS = "https://example.com/x"
OURS = "pulumi-python:dynamic/bxbi:"
ROOT = "urn:pulumi:test::test::"


def connector(number: int = 7, **fields: Any) -> dict[str, Any]:
    names = ("logo", "urlCheck", "urlTableList", "urlTableDescription", "urlData")
    login = {"code": "login", "name": "Login", "type": "STRING"}
    port = {"code": "port", "name": "Port", "type": "INT"}
    return {
        "id": number,
        "title": "CRM",
        "settings": [login, port],
        **dict.fromkeys(names, ADDRESS),
        **fields,
    }


def source(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {"id": number, "title": "North", "connectorId": 7, "settings": [], **fields}


def table(number: int = 1, **fields: Any) -> dict[str, Any]:
    names = dict.fromkeys(("name", "externalName", "externalCode"), f"t{number}")
    column = {"id": 1, "name": "ID", "externalCode": "id", "type": "int"}
    return {"id": number, "sourceId": 1, **names, "fields": [column], **fields}


def setting(code: str, value: str) -> dict[str, str]:
    return {"code": code, "value": value}


def planned(
    connectors: list[dict[str, Any]],
    sources: list[dict[str, Any]],
    tables: list[dict[str, Any]] | None = None,
    managed: Managed | None = None,
) -> Plan:
    # All that is asked of the portal is in the objects.
    catalog = Catalog(Portal("http://127.0.0.1:9", AccessToken("x")))
    some = [Connector.model_validate(each) for each in connectors]
    objects = (
        some,
        [Source.model_validate(each) for each in sources],
        [Table.model_validate(each) for each in tables or []],
    )
    return plan(Found(objects, some), catalog, managed or Managed([], []), Language.PYTHON)


def test_each_object_stands_behind_the_one_that_it_hangs_on() -> None:
    made = planned(
        [connector(7), connector(8, title="ERP")],
        [source(1, connectorId=8), source(2), source(3)],
        [table(1, sourceId=3), table(2, sourceId=1), table(3, sourceId=99)],
    )

    assert [each.name for each in made.adopted] == [
        *("crm", "north-2", "north-3", "t1", "erp", "north", "t2", "t3")
    ]
    assert [each.owner.name if each.owner else "" for each in made.adopted] == [
        *("", "crm", "crm", "north-3", "", "erp", "north", "")
    ]


def test_what_is_in_the_state_is_left_alone_and_keeps_its_name() -> None:
    resources = [
        {"urn": f"{ROOT}pulumi:pulumi:Stack::test", "type": "pulumi:pulumi:Stack"},
        {"urn": f"{ROOT}{OURS}BiSource::north", "type": f"{OURS}BiSource", "id": "1"},
        {"urn": f"{ROOT}{OURS}BiConnector::crm", "type": f"{OURS}BiConnector", "id": "99"},
        {"urn": f"{ROOT}acme:Group${OURS}BiTable::t1", "type": f"{OURS}BiTable", "id": "99"},
    ]

    made = planned(
        [connector()], [source(1), source(2)], [table()], Managed(resources, ["north-2-login"])
    )

    assert made.managed == 1
    assert [each.name for each in made.adopted] == ["crm-2", "north-2", "t1"]
    assert [each.owner.name if each.owner else "" for each in made.adopted] == ["", "crm-2", ""]


def test_only_what_tells_something_is_written() -> None:
    made = planned(
        [connector(sort=100, description="", supportMapping=False, sourceCode="")],
        [
            source(settings=[setting("login", "admin"), setting("port", "")], active=True),
            source(2, active=False),
        ],
        [table(description="x")],
    )

    first, second, third = (each.inputs for each in made.adopted[1:4])
    assert (
        made.adopted[0]
        .inputs.keys()
        .isdisjoint({"sort", "description", "supportMapping", "sourceCode"})
    )
    assert first == {"title": "North", "connectorId": 7, "settings": {"login": "admin"}}
    assert made.secrets() == {"north-login": "admin"}
    columns = [{"name": "ID", "externalCode": "id", "type": "int"}]
    assert (second["columns"], second["description"]) == (columns, "x")
    assert third["active"] is False


def test_a_setting_that_is_not_declared_any_more_stays_out() -> None:
    (_, adopted) = planned(
        [connector()], [source(settings=[setting("login", "admin"), setting("token", "old")])]
    ).adopted

    assert adopted.undeclared == ("token",)
    assert adopted.inputs["settings"] == {"login": "admin"}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"logo": "logo.png"}, 'logo is neither an address nor a data URI, but "logo.png".'),
        ({"logo": "ftp://hunter2@host/x"}, "logo is neither an address nor a data URI."),
        ({"title": " "}, "title is empty"),
        (
            {"settings": [{"code": "a", "name": "A", "type": "LIST"}]},
            "parameters[0].type (parameter a) must be",
        ),
    ],
)
def test_a_connector_that_a_check_would_refuse_is_left_out(
    wrong: dict[str, Any], reason: str
) -> None:
    made = planned([connector(**wrong)], [source()])

    ((kind, number, _, reasons),) = made.left_out
    assert (kind, number) == ("connector", 7)
    assert reason in reasons[0]
    assert [(each.name, each.owner) for each in made.adopted] == [("north", None)]
    assert "hunter2" not in repr(made)


def test_a_source_whose_value_does_not_fit_is_left_out_without_its_value() -> None:
    made = planned([connector()], [source(settings=[setting("port", "hunter2")])], [table()])

    assert [each.name for each in made.adopted] == ["crm", "t1"]
    assert "settings.port must be a whole number" in made.left_out[0].reasons[0]
    assert "hunter2" not in repr(made)


class TestChoice:
    @pytest.fixture
    def catalog(self, server: Server, portal: Portal) -> Catalog:
        item = {"item": table(2, sourceId=2)}
        server.answers(
            {"result": [connector(7), connector(8)]},
            {"result": [source(1), source(2, connectorId=8), source(3)]},
            told(tables=True, read=[table(1), table(2, sourceId=2), table(3, sourceId=3)]),
            {"result": {"item": connector(8)}},
            {"result": {"item": source(2, connectorId=8)}},
            {"result": [table(2, sourceId=2)]},
            {"result": {"result": {"t2": item}, "result_error": []}},
        )
        return Catalog(portal)

    @pytest.mark.parametrize(
        ("choice", "wanted"),
        [
            (Choice(connectors=frozenset({8})), ([8], [2], [2])),
            (Choice(connectors=frozenset({8}), tables=frozenset({2})), ([8], [2], [2])),
        ],
    )
    def test_it_takes_what_hangs_on_it(
        self, catalog: Catalog, choice: Choice, wanted: tuple[list[int], ...]
    ) -> None:
        found = read(catalog, choice)

        assert tuple([each.id for each in objects] for objects in found.objects) == wanted
        assert found.missing == []

    def test_what_is_not_there_is_told(self, catalog: Catalog) -> None:
        found = read(catalog, Choice(frozenset({8, 9}), tables=frozenset({4711})))

        assert found.missing == ["connector 9", "table 4711"]
