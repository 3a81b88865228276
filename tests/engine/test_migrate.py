"""`bxbi migrate`: a stack changes hands between the adapters, and the portal is not called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

pytestmark = on_the_current_api

PYTHON = """
crm = bxbi.BiSource(
    "crm",
    title="CRM",
    connector_id=123,
    settings={"login": "a", "password": config.require_secret("password")},
    opts=pulumi.ResourceOptions(protect=True),
)
bxbi.BiTable(
    "orders",
    source_id=crm.id,
    name="orders",
    external_name="Orders",
    external_code="orders",
    columns=[bxbi.Column("ID", "id", "int")],
)
"""
YAML = """
name: test
runtime: yaml
resources:
  crm:
    type: bxbi:BiSource
    properties:
      title: CRM
      connectorId: 123
      settings: {login: a, password: "${password}"}
    options: {protect: true}
  orders:
    type: bxbi:BiTable
    properties:
      sourceId: ${crm.id}
      name: orders
      externalName: Orders
      externalCode: orders
      columns: [{name: ID, externalCode: id, type: int}]
config:
  password: {type: string, secret: true}
"""


ALIAS = '"urn:pulumi:test::test::pulumi-python:dynamic/bxbi:BiSource::crm"'


def in_yaml(stack: Stack, *changes: tuple[str, str]) -> None:
    """Write the program in YAML."""
    text = YAML
    for before, after in changes:
        text = text.replace(before, after)
    (stack.folder / "Pulumi.yaml").write_text(text, "utf-8")
    (stack.folder / "__main__.py").unlink(missing_ok=True)


def in_python(stack: Stack) -> None:
    """Write the program in Python."""
    (stack.folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n", "utf-8")
    stack.program(PYTHON)


def test_a_stack_goes_to_another_language_and_back(portal: LocalPortal, stack: Stack) -> None:
    in_python(stack)
    stack.up()
    in_yaml(stack, ("protect: true", f"protect: true, aliases: [{ALIAS}]"))
    assert "crm" not in stack.preview()
    in_python(stack)
    before = portal.sources(), portal.tables()

    with portal.recording() as calls:
        assert "Would move 2: crm, orders." in stack.bxbi("migrate", "--to", "plugin", "--dry-run")
        assert stack.preview() == {}
        assert "Moved 2: crm, orders." in stack.bxbi("migrate", "--to", "plugin")
        assert "Nothing to move" in stack.bxbi("migrate", "--to", "plugin")
    assert not [each for each in calls if not each.endswith((".get", ".list"))]
    assert {each["type"] for each in stack.resources().values()} == {
        "bxbi:index:BiSource",
        "bxbi:index:BiTable",
    }
    assert stack.resources()["crm"]["protect"] is True

    in_yaml(stack)
    assert stack.preview() == {}
    stack.refresh()
    assert stack.preview() == {}
    in_yaml(stack, ("title: CRM", "title: CRM 2"))
    assert stack.preview() == {"crm": "update"}
    stack.up()
    in_yaml(stack)
    stack.up()

    assert "Moved 2" in stack.bxbi("migrate", "--to", "dynamic")
    in_python(stack)
    assert stack.preview() == {}
    stack.refresh()
    assert stack.preview() == {}
    source = stack.resources()["crm"]
    assert stack.resources()["orders"]["dependencies"] == [source["urn"]]
    assert {number: each["title"] for number, each in portal.sources().items()} == {
        number: each["title"] for number, each in before[0].items()
    }
    assert portal.tables() == before[1]
    assert "hunter2" not in stack.output + stack.state()
