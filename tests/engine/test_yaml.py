"""The plugin, by the command line of Pulumi: a program in YAML through its whole life."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.engine.life import live
from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

EXAMPLE = (Path(__file__).parents[2] / "examples" / "yaml" / "Pulumi.yaml").read_text("utf-8")


def write(stack: Stack, *changes: tuple[str, str]) -> None:
    """Write the example's program, with texts replaced."""
    text = EXAMPLE
    for before, after in (("name: crm-yaml", "name: test"), *changes):
        assert text.count(before) == 1
        text = text.replace(before, after)
    (stack.folder / "Pulumi.yaml").write_text(text, "utf-8")


def test_a_life(portal: LocalPortal, stack: Stack) -> None:
    def import_and_destroy(table: int) -> None:
        imported = stack.succeeds("import", "bxbi:index:BiTable", "foreign", str(table), "--yes")
        assert "type: bxbi:BiTable" in imported
        assert stack.resources()["foreign"]["inputs"]["name"] == "foreign"
        stack.succeeds("state", "unprotect", "--all", "--yes")
        urn = stack.resources()["foreign"]["urn"]
        stack.succeeds("destroy", "--yes", "--skip-preview", "--target", urn)

    live(
        portal,
        stack,
        partial(write, stack),
        (
            ("title: CRM Source", "title: CRM 🚀 Ж"),
            ("login: admin", "login: root"),
            ("externalCode: amount, type: double", "externalCode: amount, type: int"),
        ),
        import_and_destroy,
    )


@on_the_current_api
def test_the_preflight_judges_the_plan_and_names_arguments_as_the_program_does(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.configure("crmPassword", "correct horse", secret=True)
    write(stack)
    stack.up()
    portal.add_table(int(stack.resources()["crm"]["id"]), "foreign")
    (stack.folder / "Pulumi.yaml").write_text("name: test\nruntime: yaml\n", "utf-8")

    told = " ".join(stack.bxbi("preflight", status=3).split())

    assert 'table 2 "foreign" depends on it, and this plan does not delete it' in told
    assert "Or set forceDestroy: true on crm" in told


@on_the_current_api
def test_what_a_check_refuses_is_told_as_in_python(stack: Stack) -> None:
    stack.configure("crmPassword", "correct horse", secret=True)
    write(stack, ("login: admin", "lgin: admin"))

    told = stack.fails("preview")

    assert (
        "bxbi:index:BiSource resource 'crm' has a problem: settings.lgin is not a parameter of "
        'connector 123 "Local database"; did you mean "login"? It declares: login, password.'
    ) in told


def look_up(stack: Stack, rest: str) -> None:
    """Write a program that looks the source "Demo" up."""
    (stack.folder / "Pulumi.yaml").write_text(
        f"""
name: test
runtime: yaml
variables:
  one:
    fn::invoke: {{function: bxbi:getSource, arguments: {{title: Demo}}}}
{rest}
""",
        "utf-8",
    )


@on_the_current_api
def test_a_function_looks_up_what_exists(portal: LocalPortal, stack: Stack) -> None:
    number = portal.add("source", title="Demo", connectorId=123, settings={"login": "s3cr3t"})
    look_up(
        stack,
        """
  all:
    fn::invoke: {function: bxbi:getSources, arguments: {connectorId: 123}}
outputs:
  id: ${one.id}
  login: ${one.settings["login"]}
  first: ${all.sources[0].title}
""",
    )

    stack.up()

    assert stack.outputs() == {"id": number, "login": "s3cr3t", "first": "Demo"}
    shown = json.loads(stack.succeeds("stack", "output", "--json"))
    assert shown["login"] == "[secret]"


@on_the_current_api
def test_a_table_takes_its_columns_from_the_outside_system(
    portal: LocalPortal, stack: Stack
) -> None:
    portal.add("source", title="Demo", connectorId=123, settings={"login": "s3cr3t"})
    look_up(
        stack,
        """
  offered:
    fn::invoke:
      function: bxbi:getExternalTable
      arguments: {sourceId: "${one.id}", code: orders}
resources:
  orders:
    type: bxbi:BiTable
    properties:
      sourceId: ${one.id}
      name: orders
      externalName: ${offered.title}
      externalCode: ${offered.code}
      columns: ${offered.columns}
""",
    )

    stack.up()

    assert portal.columns() == [
        ("ID", "id", "int", True),
        ("CUSTOMER", "customer", "string", True),
        ("AMOUNT", "amount", "double", True),
        ("CREATED", "created", "date", True),
    ]


@on_the_current_api
def test_a_function_tells_why_it_finds_nothing(stack: Stack) -> None:
    look_up(stack, "outputs: {id: '${one.id}'}")

    told = stack.fails("preview")

    assert 'has no source with the title "Demo" for this application.' in told
