"""The commands that ask the outside systems of a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.guides import ADOPTION, commands
from tests.external.outside import TEXT, OutsideSystem, add_connector, column
from tests.local_portal import on_the_current_api
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

pytestmark = on_the_current_api

PROGRAM = 'crm = bxbi.BiSource("crm", "CRM", {connector}, {{"password": "hunter2"}})\n'
IN_YAML = """\
name: test
runtime: yaml
resources:
  crm:
    type: bxbi:BiSource
    properties: {{title: CRM, connectorId: {connector}, settings: {{password: hunter2}}}}
outputs:
  id: ${{crm.id}}
"""


@pytest.fixture
def outside() -> Iterator[OutsideSystem]:
    with serving(OutsideSystem()) as server:
        yield server


@pytest.fixture
def connector(portal: LocalPortal, outside: OutsideSystem) -> int:
    return add_connector(portal, outside.address, password=TEXT)


def test_the_commands_of_the_guide_declare_what_a_source_offers(
    portal: LocalPortal, stack: Stack, connector: int
) -> None:
    stack.program(PROGRAM.format(connector=connector))
    stack.up()

    printed, told = (stack.bxbi(*each.split()[1:]) for each in commands("bxbi tables", ADOPTION))

    assert "    source_id=crm.id,\n" in printed
    assert "Added to __main__.py: orders." in told
    assert stack.preview() == {"orders": "create"}
    stack.up()
    assert portal.tables() == {"orders"}
    assert "lacks no table" in stack.bxbi("tables")


def test_a_program_in_yaml_gets_them_too(portal: LocalPortal, stack: Stack, connector: int) -> None:
    project = stack.folder / "Pulumi.yaml"
    project.write_text(IN_YAML.format(connector=connector), "utf-8")
    stack.up()

    stack.bxbi("tables", "--write")

    stack.up()
    assert stack.preview() == {}
    assert portal.tables() == {"orders"}


def test_a_preflight_compares_the_plan_with_the_outside_systems(
    stack: Stack, outside: OutsideSystem, connector: int
) -> None:
    table = """
bxbi.BiTable("orders", crm.id, "orders", "Orders", "orders", [bxbi.Column("ID", "id", "int")])
"""
    stack.program(PROGRAM.format(connector=connector) + table)
    stack.up()
    assert "Clear: nothing stands in the way of this plan. " in stack.bxbi("preflight", "--outside")

    outside.tables["orders"] = [column("paid", type_="date")]
    told = " ".join(stack.bxbi("preflight", "--outside").split())
    assert "Asking the outside systems about 1 table ..." in told
    assert 'column ID ("id") is declared and not described.' in told
    assert 'Notes: - table 1 "orders": column "paid" (date) is described and not declared.' in told

    told = " ".join(stack.bxbi("preflight", "--outside", "--all-stacks").split())
    assert "test Clear: nothing stands in the way of this plan, 1 warning." in told


def test_the_outside_systems_of_another_portal_are_asked_with_its_values(
    other: LocalPortal, stack: Stack, outside: OutsideSystem, connector: int
) -> None:
    elsewhere = add_connector(other, outside.address, password=TEXT)
    stack.program(
        f"""
        tokyo = bxbi.Provider("tokyo", portal="{other.address}",
                              access_token=pulumi.Output.secret("{other.access_token}"))
        on_tokyo = pulumi.ResourceOptions(provider=tokyo)
        def orders(name, connector, password, opts=None):
            source = bxbi.BiSource(name, name, connector, {{"password": password}}, opts=opts)
            bxbi.BiTable(f"of_{{name}}", source.id, "orders", "Orders", "orders",
                         [bxbi.Column("GONE", "gone", "int")], opts=opts)
        orders("here", {connector}, "hunter2")
        orders("there", {elsewhere}, "hunter3", on_tokyo)
        """
    )
    stack.up()
    outside.posted.clear()

    told = " ".join(stack.bxbi("preflight", "--outside").split())

    assert told.count('column GONE ("gone") is declared and not described.') == 2
    assert sorted(dict(form)["connection[password]"] for _, _, form in outside.posted) == [
        *["hunter2"] * 2,
        *["hunter3"] * 2,
    ]
    assert "hunter" not in told
