"""What a program imports that declares resources and providers, and looks nothing up."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pydantic.alias_generators import to_camel

import pulumi_bxbi as bxbi
from pulumi_bxbi.program.api_names import api_name
from pulumi_bxbi.program.arguments import PART_NAMES
from pulumi_bxbi.stack.urns import TYPES
from tests.variables import inherited

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_bxbi.stack.urns import ResourceType

#: Prints the names of the modules that a program imports after Pulumi itself.
PROGRAM = """
import json
import sys

import pulumi
import pulumi.dynamic


class Portal(pulumi.runtime.Mocks):
    def call(self, args):
        return {}

    def new_resource(self, args):
        return "42", args.inputs


pulumi.runtime.set_mocks(Portal())
before = set(sys.modules)

import pulumi_bxbi as bxbi


@pulumi.runtime.test
def declare():
    endpoints = ("url_check", "url_table_list", "url_table_description", "url_data")
    warehouse = bxbi.BiConnector(
        "warehouse",
        title="Warehouse",
        logo="logo.svg",
        **{each: "https://warehouse.example" for each in endpoints},
        parameters=[bxbi.ConnectorParameter("token", "Token", "STRING")],
    )
    source = bxbi.BiSource(
        "crm",
        title="CRM",
        connector_id=warehouse.id,
        settings={"token": pulumi.Output.secret("hunter2"), "port": 5432},
        opts=pulumi.ResourceOptions(ignore_changes=["description"]),
    )
    bxbi.BiTable(
        "orders",
        source_id=source.id,
        name="orders",
        external_name="Orders",
        external_code="orders",
        columns=[bxbi.Column("ID", "id", "int")],
        opts=pulumi.ResourceOptions(ignore_changes=["columns[0].visible"]),
    )
    bxbi.BiSource.get("erp", 42)
    tokyo = bxbi.Provider("tokyo", portal="https://tokyo.bitrix24.com", access_token="t0k3n")
    there = pulumi.ResourceOptions(provider=tokyo)
    bxbi.BiSource("tokyo", title="CRM", connector_id=1, settings={}, opts=there)


declare()
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_resources_need_no_package_but_pulumi(tmp_path: Path) -> None:
    """The others, and what calls the portal, take longer to import than all of Pulumi."""
    (tmp_path / "program.py").write_text(PROGRAM, "utf-8")

    printed = subprocess.run(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        env=inherited(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    imported = set(json.loads(printed))
    assert {"pulumi_bxbi.program.bi_table", "pulumi_bxbi.settings.loading"} <= imported
    assert {each.partition(".")[0] for each in imported} <= {
        "pulumi_bxbi",
        *sys.stdlib_module_names,
    }
    assert not {"pulumi_bxbi.portal.rest.client", "pulumi_bxbi.portal.rest.transport"} & imported


@pytest.mark.parametrize("kind", TYPES, ids=lambda each: each.name)
def test_a_program_knows_what_the_lifecycle_says(kind: ResourceType) -> None:
    lifecycle = kind.lifecycle

    assert (kind.name, kind.kind, kind.label) == (
        lifecycle.resource,
        lifecycle.kind,
        lifecycle.label,
    )
    assert tuple(getattr(bxbi, kind.name).property_names) == lifecycle.property_names()


def test_a_program_knows_the_properties_of_parts() -> None:
    part_names = {
        name: names for kind in TYPES for name, names in kind.lifecycle.part_names().items()
    }

    assert {name: [*names] for name, names in PART_NAMES.items()} == part_names


@pytest.mark.parametrize(
    "name",
    ["type", "external_code", "externalCode", "url_table_list", "External_Code", "CODE", "Code"],
)
def test_a_name_becomes_the_one_of_the_models(name: str) -> None:
    assert api_name(name) == to_camel(name)
