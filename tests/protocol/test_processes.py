"""What prepared processes have imported already, and what not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.protocol.processes import PreparedProcess
from tests.variables import inherited

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path


def imported(told: Connection) -> None:
    """Send which modules of the dynamic providers there are."""
    told.send(sorted(each for each in sys.modules if each.startswith("pulumi_bxbi.dynamic")))


def test_a_provider_takes_the_address_of_its_engine_from_its_own_command_line(
    tmp_path: Path,
) -> None:
    process = PreparedProcess(imported, tmp_path, inherited())
    modules = process.connection.recv()
    process.end(by_itself=True)

    assert modules == ["pulumi_bxbi.dynamic"]
