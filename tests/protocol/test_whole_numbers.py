"""Whole numbers reach programs as whole numbers, although the engine knows no such thing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import pulumi_bxbi as bxbi
from pulumi_bxbi.plugin.schema import package_schema
from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack

PROGRAM = """
first = "{endpoints}/"
con = bxbi.BiConnector(
    "con", "Con", first + "logo.svg", first + "check", first + "tables", first + "description",
    first + "data", [bxbi.ConnectorParameter("login", "Login", "STRING")], sort=7,
)
src = bxbi.BiSource("src", "CRM", con.id, {{"login": "admin"}})
tab = bxbi.BiTable(
    "tab", src.id, "orders", "Orders", "orders", [bxbi.Column("ID", "id", "int")],
    opts=pulumi.ResourceOptions(additional_secret_outputs=["sourceId"]),
)
"""


def numbers(name: str) -> list[str]:
    """The properties of a resource that are whole numbers, as programs call them."""
    properties = package_schema()["resources"][f"bxbi:index:{name}"]["properties"]
    return [
        re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", each)
        for each, described in properties.items()
        if described["type"] == "integer"
    ]


def typed_as_numbers(name: str) -> list[str]:
    """The outputs of a resource whose declared type says so."""
    return [
        attribute
        for attribute, found in vars(getattr(bxbi, name)).items()
        if isinstance(found, property)
        and found.fget
        and str(found.fget.__annotations__["return"]).startswith("pulumi.Output[int")
    ]


@pytest.mark.parametrize("name", ["BiConnector", "BiSource", "BiTable"])
def test_each_whole_number_is_typed_as_one(name: str) -> None:
    assert sorted(typed_as_numbers(name)) == sorted(numbers(name)) != []


@on_the_current_api
def test_each_whole_number_is_one(portal: LocalPortal, stack: Stack) -> None:
    given = {"con": "BiConnector", "src": "BiSource", "tab": "BiTable"}
    exported = {
        f"{variable}.{each}": f"{variable}.{each}"
        for variable, name in given.items()
        for each in numbers(name)
    }
    stack.program(
        PROGRAM.format(endpoints=f"{portal.address}/__emulator__/endpoints")
        + "".join(
            f'pulumi.export("{key}", {value}.apply(lambda n: (type(n).__name__, f"{{n}}")))\n'
            for key, value in exported.items()
        )
        + 'pulumi.export("range", src.connector_id.apply(lambda n: len(range(n))))\n'
        + 'pulumi.export("code", pulumi.Output.format("rest_{0}", src.connector_id))\n'
    )

    stack.up()

    outputs = stack.outputs()
    (connector_id,) = portal.connectors()
    assert outputs.pop("range") == connector_id
    assert outputs.pop("code") == f"rest_{connector_id}"
    assert outputs["con.sort"] == ["int", "7"]
    assert outputs["src.connector_id"] == ["int", str(connector_id)]
    assert {kind for kind, _ in outputs.values()} == {"int"}
    assert not any("." in text for _, text in outputs.values())
