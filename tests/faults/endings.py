"""The ends of scenarios: what follows from the same state of everything is played once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.faults.level import Outcome
    from tests.faults.model import ModelLevel
    from tests.faults.portal import ControlledPortal
    from tests.faults.scenario import Program, Step

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Ending:
    """What follows the last step of a scenario, at the fast level.

    It follows from what the user was told, from the states, and from the portal: each command has a
    client of its own, so nothing else goes over from one to the next. All the same, faults of
    different kinds have endings of their own.

    Attributes:
        level: Plays the scenario.
        portal: The portal.
        well: What steps have left after which all was well in the end. Scenarios with the same
            adapter, and the same room for calls, share it.
    """

    level: ModelLevel
    portal: ControlledPortal
    well: set[str]

    def left_by(
        self, step: Step, outcomes: Sequence[Outcome], programs: Mapping[str, Program]
    ) -> str:
        """Return a text of all that a step has left: equal texts mean that it left the same.

        Args:
            step: The last step.
            outcomes: How its runs ended.
            programs: What each stack declares.
        """
        faults = [(each.action, each.times) for each in step.faults]
        kills = [run.kill and run.kill.process for run in step.runs]
        states, objects = self.level.stacks(), self.portal.objects()
        left = (faults, kills, outcomes, programs, states, objects)
        # Which moments are the same matters, and not which they are.
        moments: dict[str, str] = {}
        return _MOMENT.sub(
            lambda found: moments.setdefault(found[0], f"moment {len(moments)}"), repr(left)
        )
