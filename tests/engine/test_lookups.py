"""Looking up what exists, from a program that is previewed or deployed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal


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
