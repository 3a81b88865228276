"""One scenario of each class of faults, and some seeds, with the real engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.faults.bases import base
from tests.faults.generate import scenario
from tests.faults.play import play
from tests.faults.scenario import ACTIONS, PROCESSES, Detour, Fault, Kill
from tests.faults.seeds import level_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.portal import ControlledPortal
    from tests.faults.scenario import Process, Scenario

#: Ten seeds that one stack and few commands are enough for.
SHORT = [
    seed
    for seed in range(1, 200)
    if len(scenario(seed).steps) == 2 and all(len(each.runs) == 1 for each in scenario(seed).steps)
][:10]


# Of the faults that only the client sees, a delay and a wait for the limits are real ones here.
@pytest.mark.parametrize(
    "action", [each for each in ACTIONS if each not in {"http_500", "html_503"}]
)
def test_a_fault(portal: ControlledPortal, project: Path, tmp_path: Path, action: str) -> None:
    renews = action == "expired_token"
    faults = [Fault(action, "biconnector.source.add")]
    happens(base("create_all", faults, renews=renews), portal, project, tmp_path)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_kill(portal: ControlledPortal, project: Path, tmp_path: Path, process: Process) -> None:
    killed = base("create_all", (), Kill(process, 1, executed=True))
    happens(killed, portal, project, tmp_path)


@pytest.mark.parametrize("action", ["drop_before", "drop_after", "query_limit"])
def test_a_fault_of_a_batch(
    portal: ControlledPortal, project: Path, tmp_path: Path, action: str
) -> None:
    failed = base("create_sources", [Fault(action, "batch")])
    happens(replace(failed, crowded=True), portal, project, tmp_path)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_kill_in_a_batch(
    portal: ControlledPortal, project: Path, tmp_path: Path, process: Process
) -> None:
    killed = base("create_sources", (), Kill(process, 4, executed=True))
    happens(replace(killed, crowded=True), portal, project, tmp_path)


@pytest.mark.parametrize("process", [*PROCESSES, "interrupts"])
def test_a_kill_under_the_plugin(
    portal: ControlledPortal, project: Path, tmp_path: Path, process: Process
) -> None:
    killed = base("create_all", (), Kill(process, 1, executed=True))
    happens(replace(killed, adapter="plugin"), portal, project, tmp_path)


@pytest.mark.parametrize(
    "detour",
    [
        Detour("dev", "destroy", "portal"),
        Detour("dev", "refresh", "application"),
    ],
    ids=lambda detour: f"{detour.command}-{detour.to}",
)
def test_a_detour(portal: ControlledPortal, project: Path, tmp_path: Path, detour: Detour) -> None:
    happens(base("update_table", detours=[detour]), portal, project, tmp_path)


@pytest.mark.parametrize("seed", SHORT)
def test_a_seed(portal: ControlledPortal, project: Path, tmp_path: Path, seed: int) -> None:
    drawn = scenario(seed)
    problem = play(drawn, level_of(drawn, portal, project, tmp_path), portal).problem
    assert not problem, problem


def happens(scenario: Scenario, portal: ControlledPortal, project: Path, folder: Path) -> None:
    played = play(scenario, level_of(scenario, portal, project, folder), portal)
    assert not played.problem, played.problem
    assert played.happened
