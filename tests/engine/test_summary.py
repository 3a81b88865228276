"""What a deployment says of itself at its end, and at each call where that is wanted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

SUMMARY = re.compile(r"bxbi: (.*) for the portal's limits")
PROGRAM = """
for n in range({count}):
    bxbi.BiSource(f"src-{{n}}", f"{title} {{n}}", 123, {{"login": "admin", "password": "hunter2"}})
"""


def test_each_call_is_a_line_of_the_log_without_a_secret(portal: LocalPortal, stack: Stack) -> None:
    stack.program(PROGRAM.format(count=1, title="Source"))

    output = stack.up(BXBI_LOG="debug")

    shown, _, again = output.partition("Diagnostics:")
    line = re.compile(r"bxbi: biconnector\.(\S+) \d+ ms HTTP 200")
    expected = ["connector.get", "source.list", "source.add", "source.list"]
    assert line.findall(shown) == line.findall(again) == expected
    assert portal.access_token not in output
    assert "hunter2" not in output
