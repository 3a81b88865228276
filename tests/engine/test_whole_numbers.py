"""Whole numbers reach programs as whole numbers, although the engine knows no such thing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.local_portal import on_the_current_api
from tests.protocol.test_whole_numbers import PROGRAM

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal


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
