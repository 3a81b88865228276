"""One life of each resource, on both editions of the API, by the command line of Pulumi."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

PROGRAM = """
endpoints = "{portal}/__emulator__/endpoints"
warehouse = bxbi.BiConnector(
    "warehouse",
    title="{title}",
    logo="data:image/png;base64,iVBORw0KGgo=",
    url_check=f"{{endpoints}}/check",
    url_table_list=f"{{endpoints}}/tables",
    url_table_description=f"{{endpoints}}/description",
    url_data=f"{{endpoints}}/data",
    parameters=[bxbi.ConnectorParameter("login", "Login", "STRING")],
)
crm = bxbi.BiSource("crm", title="{title}", connector_id={connector}, settings={{"login": "admin"}})
orders = bxbi.BiTable(
    "orders",
    source_id=crm.id,
    name="{table}",
    external_name="Orders",
    external_code="orders",
    columns=[bxbi.Column("ID", "id", "int"), {column}],
)
pulumi.export("table", orders.id)
"""
NOTE = 'bxbi.Column("NOTE", "note", "string")'


def test_a_life(portal: LocalPortal, stack: Stack) -> None:
    """Created, unchanged, updated, replaced, drifted, refreshed, gone, created anew, destroyed."""

    def deploy(**changes: str) -> None:
        values = {"title": "CRM", "connector": "warehouse.id", "table": "orders", "column": NOTE}
        stack.program(PROGRAM.format(portal=portal.address, **{**values, **changes}))
        stack.up()

    deploy()
    assert stack.preview() == {}
    assert int(portal.source()["connectorId"]) == int(stack.resources()["warehouse"]["id"])
    assert stack.outputs() == {"table": stack.resources()["orders"]["id"]}

    deploy(title="CRM 🚀 Ж", column=NOTE.replace("NOTE", "REMARK"))
    assert portal.connector()["title"] == portal.source()["title"] == "CRM 🚀 Ж"
    assert [name for name, *_ in portal.columns()] == ["ID", "REMARK"]

    before = stack.resources()
    deploy(connector="123", table="clients")
    assert portal.source()["title"] == "CRM"
    assert portal.tables() == {"clients"}
    after = stack.resources()
    assert after["warehouse"]["id"] == before["warehouse"]["id"]
    assert {each for each in before if before[each]["id"] != after[each]["id"]} == {"crm", "orders"}

    portal.call("source.update", id=int(after["crm"]["id"]), fields={"title": "By hand"})
    portal.delete_table(int(after["orders"]["id"]))
    stack.refresh()
    assert stack.resources().keys() == {"warehouse", "crm"}
    assert stack.preview() == {"crm": "update", "orders": "create"}
    stack.up()
    assert stack.preview() == {}

    stack.destroy()
    assert stack.resources() == {}
    assert portal.sources() == portal.connectors() == {}
    assert portal.tables() == set()
