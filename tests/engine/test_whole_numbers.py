"""Whole numbers reach programs as whole numbers, although the engine knows no such thing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulumi_bxbi.schema import package_schema
from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

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


@on_the_current_api
def test_what_is_absent_unknown_or_secret_stays_so(portal: LocalPortal, stack: Stack) -> None:
    endpoints = f"{portal.address}/__emulator__/endpoints"
    stack.program(
        PROGRAM.format(endpoints=endpoints).replace(", sort=7", "")
        + """
async def judged(output):
    return {
        "is_known": await output.is_known(),
        "is_secret": await output.is_secret(),
        "resources": sorted(each._name for each in await output.resources()),
    }

pulumi.export("sort", con.sort.apply(lambda n: f"{n}"))
pulumi.export("source", pulumi.Output.unsecret(tab.source_id).apply(lambda n: f"{n}"))
pulumi.export("judged", {
    "connector_id": judged(src.connector_id),
    "created_by_id": judged(src.created_by_id),
    "source_id": judged(tab.source_id),
})
"""
    )

    previewed = stack.succeeds("preview")
    stack.up()

    assert re.search(r"created_by_id: {\s+is_known : false", previewed), previewed
    outputs = stack.outputs()
    (source_id,) = portal.sources()
    assert outputs["sort"] == "None"
    assert outputs["source"] == str(source_id)
    known = {"is_known": True, "is_secret": False}
    assert outputs["judged"] == {
        "connector_id": {**known, "resources": ["src"]},
        "created_by_id": {**known, "resources": ["src"]},
        "source_id": {**known, "is_secret": True, "resources": ["tab"]},
    }
