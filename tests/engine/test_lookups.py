"""Looking up what exists, from a program that is previewed or deployed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.conftest import LocalPortal, Stack


@pytest.fixture
def stack(stack: Stack) -> Stack:
    """Lookups read the environment in the program's own process."""
    stack.hosted = True
    return stack


@pytest.fixture
def source_id(portal: LocalPortal) -> int:
    """A source with a secret, on the connector of the seed."""
    settings = {"login": "admin", "password": "hunter2"}
    return portal.add("source", title="CRM «Ж»", connectorId=123, settings=settings)


def test_everything_can_be_looked_up(portal: LocalPortal, stack: Stack, source_id: int) -> None:
    table_id = portal.add_table(source_id, "orders")
    portal.add_table(source_id, "clients")
    title = portal.call("connector.get", id=123)["item"]["title"]
    stack.program(
        f"""
        con = bxbi.get_connector(id=123)
        assert con == bxbi.get_connector(title={title!r}), con
        assert con == bxbi.get_connector(id="123"), con
        assert con.id == 123 and con.url_check.startswith("http"), con
        assert [each.code for each in con.parameters] == ["login", "password"], con

        src = bxbi.get_source(title="CRM «Ж»")
        assert (src.id, src.connector_id, src.type) == ({source_id}, 123, "rest"), src
        pulumi.export("settings", src.settings)
        assert bxbi.get_source(id=src.id) == src

        tab = bxbi.get_table(name="orders")
        assert (tab.id, tab.source_id, tab.name) == ({table_id}, {source_id}, "orders"), tab
        assert tab.columns == [bxbi.Column("ID", "id", "int", True)], tab
        assert bxbi.get_table(id=tab.id) == tab

        assert [each.id for each in bxbi.get_connectors()] == [123]
        assert [each.id for each in bxbi.get_sources()] == [{source_id}]
        assert [each.id for each in bxbi.get_sources(connector_id=con.id)] == [{source_id}]
        assert list(bxbi.get_sources(connector_id=999)) == []
        assert [each.name for each in bxbi.get_tables()] == ["orders", "clients"]
        assert [each.name for each in bxbi.get_tables(source_id=src.id)] == ["orders", "clients"]
        assert list(bxbi.get_tables(source_id=999)) == []

        bxbi.BiSource("copy", title="Copy", connector_id=con.id, settings=src.settings)
        """
    )

    assert stack.preview() == {"copy": "create"}
    stack.up()

    assert stack.outputs()["settings"] == {"login": "admin", "password": "hunter2"}
    assert [each["settings"] for each in portal.sources().values()] == [
        {"login": "admin", "password": "hunter2"}
    ] * 2
    shown = stack.output.replace(stack.succeeds("stack", "output", "--json", "--show-secrets"), "")
    (stack.folder / "__main__.py").unlink()
    assert "hunter2" not in shown + stack.state()


@pytest.mark.parametrize(
    ("lookup", "message"),
    [
        (
            'get_connector(title="Missing")',
            'get_connector: {portal} has no connector with the title "Missing" for this',
        ),
        (
            'get_source(title="Twice")',
            'get_source: 2 sources have the title "Twice": give the id of one of them (1, 2).',
        ),
        ("get_source(id=999)", "get_source: biconnector.source.get failed for source 999 on"),
        ("get_table(id=999)", "DATASET_NOT_FOUND"),
        ('get_table(id="orders")', "get_table: id must be the positive whole number"),
        ("get_sources(connector_id=-1)", "get_sources: connectorId must be the positive"),
        ('get_source(title=pulumi.Output.from_input("x"))', "get_source: title is an output"),
        ("get_table(id=pulumi.Output.from_input(1))", "get_table: id is an output"),
        ("get_connector()", "get_connector: give either id or title."),
        ('get_table(id=1, name="x")', "get_table: give either id or name."),
    ],
)
def test_what_cannot_be_found_is_told_in_one_line(
    portal: LocalPortal, stack: Stack, lookup: str, message: str
) -> None:
    for _ in range(2):
        portal.add("source", title="Twice", connectorId=123, settings={"login": "a"})
    stack.program(f"bxbi.{lookup}\n")

    output = stack.fails("preview")

    assert message.format(portal=portal.address) in output


def test_a_lookup_without_credentials_says_so(stack: Stack) -> None:
    stack.program("bxbi.get_connectors()\n")

    output = stack.fails("preview", BXBI_ACCESS_TOKEN="")

    assert "get_connectors: no credentials for the portal. Set BXBI_CLIENT_ID" in output


def test_offline_everything_is_an_unknown_output(portal: LocalPortal, stack: Stack) -> None:
    stack.program(
        """
        con = bxbi.get_connector(title="Whatever")
        settings = {"login": bxbi.get_source(id=5).title}
        bxbi.BiSource("crm", title="CRM", connector_id=con.id, settings=settings)
        pulumi.export("con", con)
        pulumi.export("columns", bxbi.get_table(name="orders").columns)
        pulumi.export("connectors", bxbi.get_connectors())
        """
    )

    with portal.recording() as calls:
        assert stack.preview(BXBI_OFFLINE="1", BXBI_ACCESS_TOKEN="") == {"crm": "create"}

    assert calls == []


ECHO = """
class Echo(pulumi.dynamic.ResourceProvider):
    def create(self, props):
        return pulumi.dynamic.CreateResult("1", {"given": props["given"]})

class Sink(pulumi.dynamic.Resource):
    given: pulumi.Output[dict]
    def __init__(self, name, given):
        super().__init__(Echo(), name, {"given": given})
"""


@on_the_current_api
def test_results_are_exported_and_passed_on(
    portal: LocalPortal, stack: Stack, source_id: int
) -> None:
    """As whole objects and in parts, to resources of this provider and of others."""
    table_id = portal.add_table(source_id, "orders")
    stack.program(
        ECHO
        + """
con = bxbi.get_connector(id=123)
src = bxbi.get_source(title="CRM «Ж»")
tab = bxbi.get_table(name="orders")
pulumi.export("con", con)
pulumi.export("sources", bxbi.get_sources())
pulumi.export("tab", tab)
pulumi.export("columns", tab.columns)
pulumi.export("parameter", con.parameters[0])
pulumi.export("text", pulumi.Output.json_dumps(bxbi.Column("ID", "id", "int")))
pulumi.export("given", Sink("whole", src).given)
bxbi.BiTable("copy", src.id, "copy", "Copy", "copy", tab.columns)
bxbi.BiTable(
    "more", src.id, "more", "More", "more",
    [{**each, "visible": False} for each in tab.columns] + [bxbi.Column("NOTE", "note", "string")],
)
"""
    )

    stack.up()

    outputs = stack.outputs()
    source = portal.call("source.get", id=source_id)["item"]
    column = {"name": "ID", "externalCode": "id", "type": "int", "visible": True}
    assert outputs["con"]["urlCheck"].startswith("http")
    assert outputs["con"]["parameters"][0] == outputs["parameter"]
    assert outputs["parameter"] == {"code": "login", "name": "Login", "type": "STRING"}
    assert outputs["columns"] == [column]
    assert json.loads(outputs["text"]) == column
    assert outputs["tab"] == {
        **{key: value for key, value in outputs["tab"].items() if key not in {"id", "columns"}},
        "id": table_id,
        "sourceId": source_id,
        "externalName": outputs["tab"]["externalName"],
        "columns": [column],
    }
    (listed,) = outputs["sources"]
    assert listed == outputs["given"]
    assert listed["settings"] == {"login": "admin", "password": "hunter2"}
    assert listed["connectorId"] == 123
    assert "hunter2" in str(source)
    assert "hunter2" not in stack.succeeds("stack", "output", "--json")
    assert portal.tables() == {"orders", "copy", "more"}
    (stack.folder / "__main__.py").unlink()
    assert "hunter2" not in stack.state()


@on_the_current_api
def test_what_the_program_itself_makes_is_told(portal: LocalPortal, stack: Stack) -> None:
    stack.program(
        """
        crm = bxbi.BiSource("crm", title="CRM", connector_id=123, settings={"login": "x"})
        bxbi.get_source(title="CRM")
        """
    )

    told = stack.fails("preview")

    assert (
        f'get_source: {portal.address} has no source with the title "CRM" for this application. '
        "BiSource crm of this program will be the source with that title: in place of a lookup, "
        "use the .id of the resource crm."
    ) in told


@on_the_current_api
def test_titles_that_only_look_the_same_are_told(portal: LocalPortal, stack: Stack) -> None:
    titles = ("Ёлка\N{NO-BREAK SPACE}2026", "елка 2026", "ЁЛКА 2026 ", "Sales")
    ids = [portal.add("source", title=each, connectorId=123, settings={}) for each in titles]
    stack.program(
        'bxbi.get_source(title="\N{CYRILLIC CAPITAL LETTER IE}\N{COMBINING DIAERESIS}лка 2026")\n'
    )

    told = stack.fails("preview")

    assert (
        f'What only looks the same is there: source {ids[0]} "Ёлка\N{NO-BREAK SPACE}2026" '
        "(differs in composed and decomposed letters and in spaces), "
        f'source {ids[2]} "ЁЛКА 2026 " '
        "(differs in composed and decomposed letters and in spaces and in upper and lower case). "
        "Give its id, or write the title as it is there."
    ) in told
