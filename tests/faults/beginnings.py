"""The first steps of scenarios: nothing disturbs them, so each is played once and gone back to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.faults.endings import Ending
from tests.faults.model import ModelLevel
from tests.faults.play import Beginning, play
from tests.protocol.provider_process import ADAPTERS

if TYPE_CHECKING:
    from tests.faults.play import Played
    from tests.faults.portal import ControlledPortal
    from tests.faults.scenario import Scenario
    from tests.faults.stack import Stack


@dataclass(frozen=True, slots=True)
class _Kept:
    beginning: Beginning
    stacks: tuple[Stack, ...]


class Beginnings:
    """What all but the last steps of scenarios lead to, at the fast level.

    Args:
        portal: The portal, which keeps its objects.
    """

    def __init__(self, portal: ControlledPortal) -> None:
        self._portal = portal
        self._kept: dict[str, _Kept] = {}
        self._well: defaultdict[tuple[str, bool], set[str]] = defaultdict(set)

    def play_on(self, scenario: Scenario) -> Played:
        """Play the last step of a scenario; its beginning and its ending only where they are new.

        Raises:
            AssertionError: Something is wrong after the steps before the last one.
        """
        assert not scenario.renews, "the tokens of a beginning are not kept"
        last = scenario.steps[-1]
        assert not [*last.drift, *last.detours], "an ending does not know of these"
        adapter = ADAPTERS[scenario.adapter]
        if scenario.crowded:
            # What its first steps leave of the portal's limits counts.
            level = ModelLevel(self._portal, adapter=adapter, crowded=True)
            return self._played(scenario, level, Beginning())
        kept = self._of(replace(scenario, steps=scenario.steps[:-1]))
        level = ModelLevel(self._portal, adapter=adapter, stacks=kept.stacks)
        return self._played(scenario, level, kept.beginning)

    def _played(self, scenario: Scenario, level: ModelLevel, beginning: Beginning) -> Played:
        well = self._well[scenario.adapter, scenario.crowded]
        ending = Ending(level, self._portal, well)
        return play(scenario, level, self._portal, beginning, ending)

    def _of(self, first: Scenario) -> _Kept:
        if str(first) not in self._kept:
            assert not any(each.drift or each.detours for each in first.steps)
            level = ModelLevel(self._portal, adapter=ADAPTERS[first.adapter])
            played = play(first, level, self._portal)
            assert not played.problem, played.problem
            name = f"beginning {len(self._kept)}"
            self._portal.keep(name)
            programs = {run.stack: run.program for step in first.steps for run in step.runs}
            beginning = Beginning(name, len(first.steps), programs)
            self._kept[str(first)] = _Kept(beginning, level.stacks())
        return self._kept[str(first)]
