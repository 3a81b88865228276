"""What prepared processes have imported already and what not, and how they end."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.protocol.processes import Descriptor, PreparedProcess, started_process, wait_for_end
from tests.variables import inherited

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path


#: At a time, each for so many processes one after the other.
THREADS, MANY = 4, 10


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


def test_each_of_many_processes_ends_with_its_own_status(tmp_path: Path) -> None:
    def statuses_of(status: int) -> set[int | None]:
        processes = []
        for _ in range(MANY):
            with open(os.devnull, "wb") as stream:  # noqa: PTH123  # no path: the system's own name
                nowhere = Descriptor(stream.fileno())
                place = (str(tmp_path), inherited(), (nowhere, nowhere))
                processes.append(started_process(place, sys.exit, status))
            wait_for_end(processes[-1])
        return {each.exitcode for each in processes}

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(statuses_of, range(THREADS))) == [{each} for each in range(THREADS)]
