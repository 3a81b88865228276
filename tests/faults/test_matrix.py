"""Every fault and every kill at every call of each create, update, replacement and deletion."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.faults.bases import BASES, base
from tests.faults.beginnings import Beginnings
from tests.faults.model import ModelLevel
from tests.faults.play import play
from tests.faults.scenario import ACTIONS, PROCESSES, SEEN_BY_THE_CLIENT, Detour, Fault, Kill
from tests.faults.seeds import level_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.portal import ControlledPortal
    from tests.faults.scenario import Process, Scenario

#: Bases whose writes a batch takes, where each call but the first has to wait.
IN_BATCHES = ("create_sources", "create_all", "update_source", "replace_source")
#: Bases, and whether their writes travel in batches.
ALL = [*((name, False) for name in BASES), *((name, True) for name in IN_BATCHES)]
#: Bases that together make each kind of call: reads, all kinds of writes, and batches.
EACH_KIND_OF_CALL = [
    ("create_all", False),
    ("update_table", False),
    ("delete_all", False),
    ("create_sources", True),
]
#: For each fault its bases: all, unless it is one of ``SEEN_BY_THE_CLIENT``.
FAULTS = dict.fromkeys(ACTIONS, ALL) | dict.fromkeys(SEEN_BY_THE_CLIENT, EACH_KIND_OF_CALL)
#: Commands that lead elsewhere.
DETOURS = [
    Detour("dev", "up", "portal"),
    Detour("dev", "refresh", "portal"),
    Detour("dev", "destroy", "portal"),
    Detour("dev", "refresh", "application"),
    Detour("dev", "destroy", "application"),
    Detour("dev", "refresh", "renamed"),
]
#: As often as no step has calls.
EVER = 1000
#: How many calls the last step of a scenario makes where nothing disturbs it, as far as was tried.
CALLS: dict[str, int] = {}


@pytest.fixture(scope="module")
def beginnings(portal: ControlledPortal) -> Beginnings:
    return Beginnings(portal)


def told(name: str, crowded: bool) -> str:  # noqa: FBT001  # a pair of the list of bases
    return f"{name} in batches" if crowded else name


@pytest.mark.parametrize("name", BASES)
def test_a_base_by_itself(portal: ControlledPortal, name: str) -> None:
    played = play(base(name), ModelLevel(portal), portal)
    assert not played.problem, played.problem


@pytest.mark.parametrize(
    ("action", "name", "crowded"),
    [
        pytest.param(action, *each, id=f"{told(*each)}-{action}")
        for action, bases in FAULTS.items()
        for each in bases
    ],
)
def test_a_fault_at_each_call(
    beginnings: Beginnings, name: str, action: str, *, crowded: bool
) -> None:
    faults = ([Fault(action, after=call)] for call in itertools.count())
    scenarios = (replace(base(name, each), crowded=crowded) for each in faults)
    at_each_call(beginnings, scenarios)


@pytest.mark.parametrize("action", ["drop_before", "drop_after", "operating_limit"])
@pytest.mark.parametrize("name", BASES)
def test_a_fault_from_each_call_on(beginnings: Beginnings, name: str, action: str) -> None:
    faults = ([Fault(action, after=call, times=EVER)] for call in itertools.count())
    at_each_call(beginnings, (base(name, each) for each in faults))


@pytest.mark.parametrize(
    ("name", "crowded"), [pytest.param(*each, id=told(*each)) for each in EACH_KIND_OF_CALL]
)
def test_a_token_that_expires_at_each_call_is_renewed(
    portal: ControlledPortal, name: str, tmp_path: Path, *, crowded: bool
) -> None:
    """Of a renewal only the client knows, so that a base for each kind of call is enough."""
    for call in itertools.count():
        scenario = base(name, [Fault("expired_token", after=call)], renews=True)
        scenario = replace(scenario, crowded=crowded)
        level = ModelLevel(portal, tmp_path / f"{call}.json", crowded=crowded)
        played = play(scenario, level, portal)
        assert not played.problem, played.problem
        assert "CredentialsExpired" not in level.shown()
        if not played.happened:
            break


@pytest.mark.parametrize(
    ("process", "executed"),
    [
        pytest.param("cli", True, id="cli"),
        pytest.param("interrupt", True, id="interrupt"),
        # A provider finishes its call after the end of the engine; its own end may come before.
        pytest.param("provider", False, id="provider-before"),
        pytest.param("provider", True, id="provider-after"),
    ],
)
@pytest.mark.parametrize(("name", "crowded"), [pytest.param(*each, id=told(*each)) for each in ALL])
def test_a_kill_at_each_call(
    beginnings: Beginnings, name: str, process: Process, *, executed: bool, crowded: bool
) -> None:
    kills = (Kill(process, call, executed) for call in itertools.count())
    scenarios = (replace(base(name, (), each), crowded=crowded) for each in kills)
    at_each_call(beginnings, scenarios)


@pytest.mark.parametrize("detour", DETOURS, ids=lambda detour: f"{detour.command}-{detour.to}")
def test_a_detour(portal: ControlledPortal, detour: Detour) -> None:
    played = play(base("update_table", detours=[detour]), ModelLevel(portal), portal)
    assert not played.problem, played.problem


@pytest.mark.parametrize("name", BASES)
def test_a_base_by_itself_under_the_plugin(
    portal: ControlledPortal, name: str, tmp_path: Path
) -> None:
    happens_under_the_plugin(portal, base(name), tmp_path)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_fault_under_the_plugin(portal: ControlledPortal, action: str, tmp_path: Path) -> None:
    faults = [Fault(action, "biconnector.source.add")]
    scenario = base("create_all", faults, renews=action == "expired_token")
    happens_under_the_plugin(portal, scenario, tmp_path)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_kill_at_each_call_under_the_plugin(beginnings: Beginnings, process: Process) -> None:
    kills = (Kill(process, call, executed=True) for call in itertools.count())
    scenarios = (base("create_all", (), kill) for kill in kills)
    at_each_call(beginnings, (replace(each, adapter="plugin") for each in scenarios))


def happens_under_the_plugin(portal: ControlledPortal, scenario: Scenario, folder: Path) -> None:
    scenario = replace(scenario, adapter="plugin")
    played = play(scenario, level_of(scenario, portal, None, folder), portal)
    assert not played.problem, played.problem
    assert played.happened


def at_each_call(beginnings: Beginnings, scenarios: Iterator[Scenario]) -> None:
    """Play scenarios until one is for a call that does not come, and tell all that fail.

    Up to what disturbs it, a base makes the same calls. So that one is played once for a base.
    """
    problems = []
    for number, scenario in enumerate(scenarios):
        known = CALLS.get(undisturbed(scenario))
        if number == known:
            break
        played = beginnings.play_on(scenario)
        if played.problem:
            problems.append(played.problem)
        if not played.happened:
            assert number, "there is no call at all"
            assert known is None, f"call {number} of {known} does not come"
            CALLS[undisturbed(scenario)] = number
            break
    assert not problems, "\n\n".join([f"{len(problems)} scenarios fail", *problems])


def undisturbed(scenario: Scenario) -> str:
    """Return the text of a scenario without its faults and kills."""
    steps = tuple(
        replace(step, faults=(), runs=tuple(replace(run, kill=None) for run in step.runs))
        for step in scenario.steps
    )
    return str(replace(scenario, steps=steps))
