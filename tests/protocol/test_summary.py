"""What a deployment says of itself at its end, and at each call where that is wanted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack

SUMMARY = re.compile(r"bxbi: (.*) for the portal's limits")
PROGRAM = """
for n in range({count}):
    bxbi.BiSource(f"src-{{n}}", f"{title} {{n}}", 123, {{"login": "admin", "password": "hunter2"}})
"""


def summary(output: str) -> str:
    # The engine shows what a provider writes at once, and again at its end.
    (found,) = set(SUMMARY.findall(output))
    return str(found)


def test_a_deployment_is_summed_up_in_one_line(portal: LocalPortal, stack: Stack) -> None:
    stack.program(PROGRAM.format(count=2, title="Source"))

    with portal.recording() as calls:
        output = stack.up()

    assert summary(output) == f"2 created; {len(calls)} REST calls; waited 0 s"

    portal.faults({"method": "biconnector.source.update", "action": "query_limit"})
    stack.program(PROGRAM.format(count=1, title="Renamed"))
    output = stack.up()

    assert re.fullmatch(
        r"1 updated, 1 deleted; \d REST calls, 1 of them repeated; waited \d s", summary(output)
    )


def test_a_preview_and_a_quiet_deployment_have_no_summary(stack: Stack) -> None:
    stack.program(PROGRAM.format(count=1, title="Source"))

    assert not SUMMARY.search(stack.succeeds("preview"))
    assert not SUMMARY.search(stack.up(BXBI_LOG="warning"))
