"""`bxbi import` in projects of other languages than Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.engine.test_adoption import connector, endpoints, fill
from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal


def project(stack: Stack, runtime: str = "yaml", program: str = "") -> None:
    text = f"name: test\nruntime: {runtime}\n{program}"
    (stack.folder / "Pulumi.yaml").write_text(text, "utf-8")


@on_the_current_api
def test_awkward_objects_become_a_program_in_yaml(portal: LocalPortal, stack: Stack) -> None:
    project(stack)
    secrets = fill(portal, 5, 15, 15)

    shown = stack.bxbi("import")
    assert "36 to import, 0 left out" in shown
    assert "bxbi import --apply" in shown
    program = (stack.folder / "Main.yaml").read_bytes()
    assert "Added 36 objects to the state" in stack.bxbi("import", "--apply")

    assert (stack.folder / "Main.yaml").read_bytes() == program
    assert "37 unchanged" in stack.up()
    said = stack.output + stack.state() + program.decode()
    assert not [each for each in secrets if each in said]
    stack.destroy()
    assert (portal.sources(), portal.connectors(), portal.tables()) == ({}, {}, set())


@on_the_current_api
def test_a_program_that_exists_gets_the_resources_from_a_file_beside(
    portal: LocalPortal, stack: Stack
) -> None:
    project(stack, program="resources:\n  # mine\n  a: {type: bxbi:BiSource, properties: {}}\n")
    before = (stack.folder / "Pulumi.yaml").read_bytes()
    portal.add("source", title="CRM", connectorId=123, settings={"login": "hunter2"})

    told = " ".join(stack.bxbi("import", "--apply").split())

    assert "the objects are protected from deletion until the first `pulumi up` with it" in told
    assert (
        "add the entries of config and resources in imported.yaml to those in Pulumi.yaml" in told
    )
    assert (stack.folder / "Pulumi.yaml").read_bytes() == before
    project(stack, program=(stack.folder / "imported.yaml").read_text("utf-8"))
    assert set(stack.preview().values()) == {"same"}  # they are not protected any more
    stack.up()
    assert stack.preview() == {}


@on_the_current_api
def test_one_object_is_printed_in_yaml(portal: LocalPortal, stack: Stack) -> None:
    project(stack)
    addresses = endpoints(portal) | {"urlData": "https://svc:passw0rd@example.com/data"}
    connector_id = portal.add("connector", **connector("Склад", **addresses))

    stack.bxbi("import", "connector", str(connector_id), "--name", "warehouse")
    shown = stack.bxbi("import", "connector", str(connector_id), "--name", "warehouse")

    assert "is in the state already, as warehouse. Nothing was imported." in shown
    written = shown.partition("shows no change:\n\n")[2].partition("\n\nThe stack's")[0]
    resources = yaml.safe_load(written)
    assert resources["warehouse"]["properties"]["urlData"] == "${warehouse-urlData}"
    assert "passw0rd" not in stack.output + stack.state()
    project(stack, program=yaml.safe_dump({"resources": resources}))
    assert stack.preview() == {}

    source_id = portal.add("source", title="CRM", connectorId=connector_id, settings={})
    shown = " ".join(stack.bxbi("import", "source", str(source_id), "--name", "crm").split())
    assert "write ${warehouse.id} for connectorId" in shown
    told = stack.bxbi("import", "source", str(source_id), "--name", "other", status=1)
    assert f"source {source_id} is in the state already, as crm" in told


@on_the_current_api
def test_a_program_in_another_language_is_led_there(portal: LocalPortal, stack: Stack) -> None:
    project(stack, runtime="nodejs")
    portal.add("source", title="CRM", connectorId=123, settings={"login": "hunter2"})

    told = " ".join(stack.bxbi("import", status=1).split())
    assert "Pulumi.yaml says runtime: nodejs. Nothing was changed. Give --language yaml" in told
    told = " ".join(stack.bxbi("import", "table", "7", "--name", "a b", status=1).split())
    assert "Run `pulumi import bxbi:index:BiTable 'a b' 7`, which prints what to write" in told

    told = stack.bxbi("import", "--language", "yaml", "--out", "imported")
    assert "bxbi import --language yaml --out imported --apply" in told
    program = yaml.safe_load((stack.folder / "imported" / "Pulumi.yaml").read_bytes())
    assert (program["name"], program["runtime"]) == ("test", "yaml")
    assert program["resources"]["crm"]["type"] == "bxbi:BiSource"


@on_the_current_api
@pytest.mark.parametrize("runtime", ["yaml", "python"])
def test_a_stack_has_one_language(stack: Stack, runtime: str) -> None:
    project(stack, runtime=runtime)
    other = {"yaml": "python", "python": "yaml"}[runtime]

    told = " ".join(stack.bxbi("import", "--language", other, status=1).split())

    assert f"Pulumi.yaml says runtime: {runtime}, and a program in another language would" in told
    assert "Leave --language out." in told
