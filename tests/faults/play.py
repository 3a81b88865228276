"""Plays a scenario, does what a person would do after it, and looks whether all is well."""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.faults.contents import differences
from tests.faults.scenario import KINDS, LABELS, Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.faults.endings import Ending
    from tests.faults.level import Level, Outcome
    from tests.faults.portal import ControlledPortal
    from tests.faults.scenario import Detour, Drift, Kind, Program, Resource, Scenario, Step

_ASKED: Final = re.compile(r"bxbi import (connector|source|table) (\d+|ID)")
_OURS: Final = re.compile(r'File "[^"]*/(pulumi_bxbi/[^"]*)"')
_SPARE: Final = re.compile(r"the killed deployment may have created: (.*?)\. Delete it")
_OBJECT: Final = re.compile(r"(connector|source|table) (\d+)")
#: How often a person does what a message asks for, and runs the same again.
_MOST_UPS: Final = 4


@dataclass(frozen=True, slots=True)
class Beginning:
    """Steps that were played before, and what the portal kept of them.

    Attributes:
        name: The name under which the portal kept its objects.
        steps: How many steps.
        programs: What each stack declares since then.
    """

    name: str = "seed"
    steps: int = 0
    programs: Mapping[str, Program] = field(default_factory=dict)


@dataclass(slots=True)
class Player:
    """Plays one scenario at one level.

    Attributes:
        trace: What happened, for people.
        happened: Whether every fault and every kill of the scenario hit a call.
    """

    scenario: Scenario
    level: Level
    portal: ControlledPortal
    ending: Ending | None = None
    trace: list[str] = field(default_factory=list)
    happened: bool = True
    _programs: dict[str, Program] = field(default_factory=dict)
    _foreign: set[tuple[Kind, int]] = field(default_factory=set)
    _drifted: bool = False

    def play(self, beginning: Beginning) -> None:
        """Play the scenario.

        Args:
            beginning: The steps that the level has behind it already.

        Raises:
            AssertionError: Something is wrong in the end.
        """
        self.portal.reset(beginning.name)
        self._programs |= beginning.programs
        left = ""
        for number, step in enumerate(self.scenario.steps):
            if number < beginning.steps:
                continue
            self.trace.append(f"step {number}")
            outcomes = self._run(step)
            if self.ending and step is self.scenario.steps[-1]:
                left = self.ending.left_by(step, outcomes, self._programs)
                if left in self.ending.well:
                    assert not (wrong := self._wrongly_shown()), "\n".join(wrong)
                    return
            for run, outcome in zip(step.runs, outcomes, strict=True):
                self._tidy_up(run.stack, run.program, outcome)
        self.trace.append("afterwards")
        for stack, program in self._programs.items():
            self._settle(stack, program)
        self._look()
        if self.ending:
            self.ending.well.add(left)

    def _run(self, step: Step) -> list[Outcome]:
        for detour in step.detours:
            self._detour(detour)
        for drift in step.drift:
            self._drift(drift)
        self._programs |= {run.stack: run.program for run in step.runs}
        delayed = any(each.action == "delay" for each in step.faults)
        if step.faults:
            self.portal.arm(step.faults, self.level.delay)
        outcomes = self.level.run(step.runs, delayed=delayed)
        if step.faults:
            left = self.portal.pending()
            self.portal.disarm()
            for fault in step.faults:
                untouched = (fault.method, fault.action, fault.times)
                if untouched in {(each["method"], each["action"], each["times"]) for each in left}:
                    self.happened = False
        for run, outcome in zip(step.runs, outcomes, strict=True):
            self._note(f"up {run.stack}", outcome)
            if run.kill and not outcome.killed:
                self.happened = False
        return outcomes

    def _tidy_up(self, stack: str, program: Program, outcome: Outcome) -> bool:
        """Do what a person does before the next run; tell whether there was anything to do."""
        if outcome.killed == "provider":
            # Nobody can tell what was in flight, so a person looks at the portal.
            taken = [self._take_best(stack, resource, self._made(resource)) for resource in program]
            self._record_dependencies(stack, taken)
            return True
        if outcome.killed in {"cli", "interrupts"}:
            for _ in range(_MOST_UPS):
                recovered = self.level.recover(stack, program)
                self._note(f"cancel and recover {stack}", recovered)
                if not self._do_what_is_asked(stack, program, recovered):
                    return True
            raise AssertionError("bxbi recover asks for something each time")
        return self._do_what_is_asked(stack, program, outcome)

    def _do_what_is_asked(self, stack: str, program: Program, outcome: Outcome) -> bool:
        """Import and delete what a message asks for; tell whether there was anything to do."""
        spare = [
            (kind, int(number))
            for listed in _SPARE.findall(outcome.text)
            for kind, number in _OBJECT.findall(listed)
        ]
        for kind, number in spare:
            self.trace.append(f"  a person deletes {kind} {number}, which nobody needs")
            self._delete_whole(kind, number)
        asked = set(_ASKED.findall(outcome.text))
        taken = []
        for resource in program:
            if asked and (not outcome.failed or resource.name in outcome.failed):
                made = self._made(resource)
                named = {each for each in made if (each[0], str(each[1])) in asked}
                # Where the message could not tell an id, a person looks for it.
                unnamed = made.keys() if (resource.kind, "ID") in asked else ()
                wanted = {each: made[each] for each in (*named, *unnamed)}
                taken.append(self._take_best(stack, resource, wanted))
        self._record_dependencies(stack, taken)
        return bool(asked or spare)

    def _record_dependencies(self, stack: str, taken: list[bool]) -> None:
        """Run `pulumi up` once after an import, as it asks for."""
        if any(taken):
            (outcome,) = self.level.run([Run(stack, self._programs[stack])], delayed=False)
            self._note(f"up {stack} after an import", outcome)

    def _made(self, resource: Resource) -> dict[tuple[Kind, int], dict[str, Any]]:
        """Give the objects that a run may have made for a resource and not recorded."""
        known = self._foreign.union(*(self.level.known(stack) for stack in self._programs))
        return {
            each: found
            for each, found in self.portal.objects().items()
            if each[0] == resource.kind
            and each not in known
            and found[LABELS[resource.kind]] == resource.label
        }

    def _take_best(
        self, stack: str, resource: Resource, made: dict[tuple[Kind, int], dict[str, Any]]
    ) -> bool:
        """Import the object that is most like the resource, and tell whether there was one.

        Where the resource has an object already, which was to be replaced, the new one is deleted.
        """
        if not made:
            return False
        ids = self._ids(stack)
        best = min(made, key=lambda each: len(differences(resource, made[each], ids)))
        if resource.name in ids:
            self.trace.append(f"  a person deletes {best}, which was to replace {resource.name}")
            self._delete_whole(*best)
            return False
        taken = self.level.take(stack, *best, resource.name)
        self._note(f"import {best} as {resource.name}", taken)
        assert taken.succeeded, taken.text
        return True

    def _settle(self, stack: str, program: Program) -> None:
        for _ in range(_MOST_UPS):
            if self._drifted:
                self._note(f"refresh {stack}", self.level.refresh(stack, program))
            (outcome,) = self.level.run([Run(stack, program)], delayed=False)
            self._note(f"up {stack}", outcome)
            if outcome.succeeded:
                return
            assert self._tidy_up(stack, program, outcome), f"one more up fails: {outcome.text}"
        raise AssertionError(f"{_MOST_UPS} ups did not settle {stack}")

    def _look(self) -> None:
        """Hold portal, states and programs against each other."""
        objects = self.portal.objects()
        expected: dict[tuple[Kind, int], str] = {}
        wrong: list[str] = []
        for stack, program in self._programs.items():
            tracked, ids = self.level.tracked(stack), self._ids(stack)
            outputs = self.level.outputs(stack)
            declared = {each.name: each for each in program}
            if tracked.keys() != declared.keys():
                wrong.append(f"{stack}: declared {sorted(declared)}, in the state {tracked}")
            for name, each in tracked.items():
                if each in expected:
                    wrong.append(f"{stack}: {name} and {expected[each]} are both {each}")
                expected[each] = f"{stack} {name}"
                known = outputs[name].get("dateCreate")
                if each in objects and known != objects[each]["dateCreate"]:
                    wrong.append(f"{stack}: the output dateCreate of {name} is {known}")
                if name in declared and each in objects:
                    wrong.extend(
                        f"{stack}: {name} {key}: declared {want}, found {found}"
                        for key, (want, found) in differences(
                            declared[name], objects[each], ids
                        ).items()
                    )
        untracked = objects.keys() - expected.keys() - self._foreign
        wrong.extend(f"untracked on the portal: {each} {objects[each]}" for each in untracked)
        missing = (expected.keys() | self._foreign) - objects.keys()
        wrong.extend(f"not on the portal: {each}" for each in missing)
        for stack, program in self._programs.items():
            for refresh in (False, True):
                wrong.extend(
                    f"{stack}: a preview, refresh={refresh}, shows {each}"
                    for each in self.level.preview(stack, program, refresh=refresh)
                )
        wrong.extend(self._wrongly_shown())
        assert not wrong, "\n".join(wrong)

    def _wrongly_shown(self) -> list[str]:
        shown = self.level.shown()
        wrong = [f"shown: {each}" for each in self._secrets() if each in shown]
        # The language host shows tracebacks of its own when its engine ends.
        return wrong + [f"shown: a traceback through {each}" for each in _OURS.findall(shown)]

    def _secrets(self) -> set[str]:
        """Give everything that nobody may see."""
        values: set[str] = set()
        for step in self.scenario.steps:
            for run in step.runs:
                for resource in run.program:
                    values |= set(resource.properties.get("settings", {}).values())
        tokens = ("accessToken", "refreshToken", "clientSecret")
        return {*values, *self.level.tokens(), *(self.portal.ready[name] for name in tokens)}

    def _detour(self, detour: Detour) -> None:
        """Run a command with settings that lead elsewhere: it changes nothing at all there."""
        if detour.stack not in self._programs:
            return
        tracked = self.level.tracked(detour.stack)
        program = tuple(each for each in self._programs[detour.stack] if each.name in tracked)
        before, there = self.portal.objects(), self.portal.elsewhere()
        outcome = self.level.detour(detour, program)
        self._note(f"{detour.command} {detour.stack}, led to {detour.to}", outcome)
        if detour.to == "renamed":
            self._drifted = True
            return
        assert not (tracked and outcome.succeeded), f"{detour} succeeds"
        left = self.level.tracked(detour.stack)
        # What a replacement has deleted, and not made anew, the engine drops by itself.
        kept = {name: each for name, each in tracked.items() if name in left or each in before}
        assert left == kept, f"{detour} changes the state"
        assert self.portal.objects() == before, f"{detour} changes the portal"
        assert self.portal.elsewhere() == there, f"{detour} changes another portal"

    def _drift(self, drift: Drift) -> None:
        self._drifted = True
        self.trace.append(f"  {drift}")
        if drift.change == "add":
            before = self.portal.objects().keys()
            self.portal.add(drift.kind, drift.label)
            self._foreign |= self.portal.objects().keys() - before
            return
        target = self.level.tracked(drift.stack).get(drift.name)
        if target is None or target not in self.portal.objects():
            return
        kind, number = target
        if drift.change == "update":
            self.portal.update(kind, number, drift.label)
            return
        self._delete_whole(kind, number)

    def _delete_whole(self, kind: Kind, number: int) -> None:
        """Delete an object and what depends on it."""
        for (other, each), found in self.portal.objects().items():
            if KINDS.index(other) == KINDS.index(kind) + 1:
                owner = found["connectorId" if other == "source" else "sourceId"]
                if int(owner) == number:
                    self._delete_whole(other, each)
        self.portal.delete(kind, number)
        self._foreign.discard((kind, number))

    def _ids(self, stack: str) -> dict[str, int]:
        return {name: number for name, (_, number) in self.level.tracked(stack).items()}

    def _note(self, what: str, outcome: Outcome) -> None:
        ended = "done" if outcome.succeeded else f"{outcome.killed or 'failed'}"
        text = outcome.text.replace("\n", "\n      ")
        self.trace.append(f"  {what}: {ended} {' '.join(outcome.failed)}\n      {text}".rstrip())


@dataclass(frozen=True, slots=True)
class Played:
    """How a scenario went.

    Attributes:
        problem: What is wrong in the end, and all that led there; empty where all is well.
        happened: Whether every fault and every kill of the scenario hit a call.
    """

    problem: str
    happened: bool


def play(
    scenario: Scenario,
    level: Level,
    portal: ControlledPortal,
    beginning: Beginning = Beginning(),
    ending: Ending | None = None,
) -> Played:
    """Play a scenario.

    Args:
        scenario: The scenario.
        level: Plays its runs.
        portal: The portal.
        beginning: The steps that the level has behind it already.
        ending: Knows what need not be played to its end; without it everything is.
    """
    player = Player(scenario, level, portal, ending)
    problem = ""
    try:
        player.play(beginning)
    except AssertionError as error:
        problem = str(error)
    except Exception:  # noqa: BLE001  # whatever it is, it is told with the scenario
        problem = traceback.format_exc()
    if problem:
        problem = "\n".join([problem, "", str(scenario), "", *player.trace])
    return Played(problem, player.happened)
