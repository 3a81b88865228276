"""Tables that a program takes from the outside system."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.external.outside import NUMBER, TEXT, Answer, OutsideSystem, add_connector, column
from tests.local_portal import on_the_current_api
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack

pytestmark = on_the_current_api

DECLARED = """
bxbi.BiTable("orders", source_id=source, name="orders", external_name=found.title,
             external_code=found.code, columns=found.columns{options})
"""
BY_SOURCE = 'source = {source}\nfound = bxbi.get_external_table(source_id=source, code="orders")\n'
OF_PROGRAM = """
connector = bxbi.BiConnector(
    "erp", "ERP", "https://acme.example/logo.svg",
    *[f"{address}/{{each}}" for each in ("check", "tables", "columns", "data")],
    [bxbi.ConnectorParameter("host", "Host", "STRING"),
     bxbi.ConnectorParameter("password", "Password", "STRING")],
)
settings = {{"host": "erp.example", "password": config.require_secret("password")}}
source = bxbi.BiSource("crm", "CRM", connector.id, settings).id
"""


@pytest.fixture
def outside() -> Iterator[OutsideSystem]:
    with serving(OutsideSystem()) as server:
        server.tables["orders"] = [column("id", "Id", "INT"), column("note", "Примечание")]
        yield server


@pytest.fixture
def connector(portal: LocalPortal, outside: OutsideSystem) -> int:
    return add_connector(portal, outside.address, host=TEXT, port=NUMBER, password=TEXT)


@pytest.fixture
def source(portal: LocalPortal, outside: OutsideSystem, connector: int) -> int:
    settings = {"host": "erp.example", "password": "hunter2"}
    added = portal.add("source", title="CRM", connectorId=connector, settings=settings)
    outside.posted.clear()
    return added


def test_a_table_is_declared_by_what_the_outside_system_says(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem, source: int
) -> None:
    stack.program(BY_SOURCE.format(source=source) + DECLARED.format(options=""))

    assert stack.preview() == {"orders": "create"}
    assert outside.requests == ["/tables", "/columns orders"]
    assert outside.posted[0][2] == [
        ("searchString", ""),
        ("connection[host]", "erp.example"),
        ("connection[port]", ""),
        ("connection[password]", "hunter2"),
    ]
    told = stack.up()

    assert portal.columns() == [("ID", "id", "int", True), ("PRIMECHANIE", "note", "string", True)]
    assert portal.table()["externalName"] == "Orders"
    assert "hunter2" not in told + stack.state()
    assert stack.preview() == {}


def test_a_column_that_goes_outside_is_a_change_that_says_what_is_lost(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem, source: int
) -> None:
    program = BY_SOURCE.format(source=source)
    stack.program(program + DECLARED.format(options=""))
    stack.up()
    outside.tables["orders"] = [column("id", "Id", "INT"), column("paid", "Paid", "date")]

    told = stack.succeeds("preview")

    assert stack.preview() == {"orders": "update"}
    assert "adds PAID; deletes PRIMECHANIE (in BI Builder breaks what uses it)" in told

    kept = ", opts=pulumi.ResourceOptions(ignore_changes=['columns'])"
    stack.program(program + DECLARED.format(options=kept))
    assert stack.preview() == {}
    stack.up()
    assert [name for name, *_ in portal.columns()] == ["ID", "PRIMECHANIE"]

    stack.program(program + DECLARED.format(options=""))
    stack.up()
    assert [name for name, *_ in portal.columns()] == ["ID", "PAID"]


@pytest.mark.parametrize(
    "lookup",
    [
        'bxbi.get_external_table(source_id=source, code="orders")',
        "bxbi.get_external_table(connector_id=connector.id, settings=settings, code='orders')",
    ],
)
def test_resources_of_the_same_program_are_looked_up_once_they_exist(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem, lookup: str
) -> None:
    program = OF_PROGRAM.format(address=outside.address)
    stack.program(f"{program}found = {lookup}\n{DECLARED.format(options='')}")

    assert stack.preview() == {"erp": "create", "crm": "create", "orders": "create"}
    assert outside.requests == []
    told = stack.up()

    assert [name for name, *_ in portal.columns()] == ["ID", "PRIMECHANIE"]
    columns = stack.resources()["orders"]["outputs"]["columns"]
    assert [each["name"] for each in columns] == ["ID", "PRIMECHANIE"]
    assert "hunter2" not in told + stack.state()
    assert stack.preview() == {}
    outside.tables["orders"].pop()
    assert "deletes PRIMECHANIE (in BI" in stack.succeeds("preview")


def test_all_tables_are_declared_in_a_loop(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem, source: int
) -> None:
    outside.tables["goods"] = [column("id"), column("tags", type_="text[]")]
    stack.program(
        f"""
        tables = bxbi.get_external_tables(source_id={source})
        for each in tables:
            bxbi.BiTable(each.code, {source}, each.code, each.title, each.code, each.columns)
        pulumi.export("tables", tables)
        """
    )

    stack.up()

    assert portal.tables() == {"orders", "goods"}
    orders, goods = stack.outputs()["tables"]
    assert (orders["code"], orders["title"], orders["unmapped"]) == ("orders", "Orders", [])
    assert goods["unmapped"] == [
        'column "tags" has the type "text[]", which BI Builder does not have: it is string there'
    ]


def test_a_list_for_outputs_is_an_output(stack: Stack, source: int) -> None:
    stack.program(
        f"""
        tables = bxbi.get_external_tables(source_id=pulumi.Output.from_input({source}))
        pulumi.export("codes", tables.apply(lambda found: [each.code for each in found]))
        """
    )

    stack.up()

    assert stack.outputs()["codes"] == ["orders"]


def test_the_same_table_is_one_request_in_a_run(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem, source: int
) -> None:
    outside.tables["goods"] = [column("id")]
    stack.program(
        f"""
        for _ in range(3):
            bxbi.get_external_table(source_id={source}, code="orders")
            bxbi.get_external_table(source_id=pulumi.Output.from_input({source}), code="orders")
            bxbi.get_external_tables(source_id={source})
        """
    )

    with portal.recording() as calls:
        stack.preview()

    assert sorted(outside.requests) == ["/columns goods", "/columns orders", "/tables"]
    assert sorted(calls) == ["connector.get", "source.get"]


def test_values_of_settings_may_be_those_of_a_source_to_be(
    stack: Stack, outside: OutsideSystem, connector: int
) -> None:
    stack.program(
        f"""
        settings = {{"password": config.require("password"), "port": 5432}}
        found = bxbi.get_external_table(
            connector_id={connector}, settings=settings, code="orders")
        pulumi.export("names", [each.name for each in found.columns])
        """
    )

    told = stack.up()

    assert stack.outputs()["names"] == ["ID", "PRIMECHANIE"]
    assert outside.posted[0][2][1:] == [
        ("connection[host]", ""),
        ("connection[port]", "5432"),
        ("connection[password]", "hunter2"),
    ]
    assert "hunter2" not in told + stack.state()


def test_offline_everything_is_an_unknown_output(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem, source: int
) -> None:
    stack.program(
        BY_SOURCE.format(source=source)
        + DECLARED.format(options="")
        + f'pulumi.export("all", bxbi.get_external_tables(source_id={source}))\n'
    )

    with portal.recording() as calls:
        assert stack.preview(BXBI_OFFLINE="1", BXBI_ACCESS_TOKEN="") == {"orders": "create"}

    assert (calls, outside.requests) == ([], [])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('code="orders"', "get_external_table: give either sourceId, or connectorId with settings"),
        ('source_id=1, connector_id=1, code="orders"', "give either sourceId, or connectorId with"),
        ('source_id=1, settings={{}}, code="orders"', "settings go with connectorId"),
        ('source_id="crm", code="orders"', "sourceId must be the positive whole number that the"),
        ('source_id=1, code=""', "code is empty"),
        (
            'connector_id=1, settings={{"password": 1.5}}, code="orders"',
            "settings.password must be",
        ),
        ('connector_id=1, settings="hunter2", code="orders"', "settings must be a mapping"),
        ('source_id=999, code="orders"', "biconnector.source.get failed for source 999"),
        (
            'source_id={source}, code="ordres"',
            'lists no table with the code "ordres"; did you mean',
        ),
        (
            'connector_id={connector}, settings={{"pasword": "hunter2"}}, code="orders"',
            'settings.pasword is not a parameter of connector {connector} "ERP"; did you mean',
        ),
        (
            'connector_id={connector}, settings={{"port": "hunter2"}}, code="orders"',
            "settings.port must be a whole number",
        ),
    ],
)
def test_what_cannot_be_looked_up_is_told_in_one_line(
    stack: Stack, connector: int, source: int, arguments: str, said: str
) -> None:
    ids = {"connector": connector, "source": source}
    given = arguments.format(**ids)
    stack.program(f"bxbi.get_external_table({given})\n")

    told = stack.fails("preview")

    assert said.format(**ids) in told
    assert "hunter2" not in told


def test_a_table_of_outputs_that_is_not_there_is_told_in_one_line(
    portal: LocalPortal, stack: Stack, connector: int, source: int
) -> None:
    given = BY_SOURCE.format(source=f"pulumi.Output.from_input({source})")
    stack.program(given.replace("orders", "ordres") + DECLARED.format(options=""))

    told = stack.fails("up")

    assert (
        f'get_external_table: the urlTableList of connector {connector} "ERP" lists no table with '
        'the code "ordres"; did you mean "orders"? It lists: orders.\n'
    ) in told
    assert portal.tables() == set()


def test_endpoints_that_only_the_portal_reaches_are_told_with_what_helps(
    portal: LocalPortal, stack: Stack
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
    connector = add_connector(portal, nobody)
    stack.program(f"bxbi.get_external_tables(connector_id={connector})\n")

    told = stack.fails("preview")

    assert "run this on a machine that reaches them too. There `bxbi tables --write`" in told


def test_an_endpoint_that_answers_badly_is_told_in_one_line(
    stack: Stack, outside: OutsideSystem, source: int
) -> None:
    outside.answers["/columns"] = Answer(b"<html>hunter2</html>")
    stack.program(f"bxbi.get_external_tables(source_id={source})\n")

    told = stack.fails("preview")

    (line,) = {each for each in told.splitlines() if each.startswith("get_external_tables: ")}
    assert "urlTableDescription of connector" in line
    assert 'failed for table "orders". The answer is HTML or XML, not JSON. What to do: ' in line
    assert "hunter2" not in told
