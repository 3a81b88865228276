"""Random scenarios, each made from its seed alone."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tests.faults.bases import COLUMNS, PARAMETERS, connector, source, table
from tests.faults.scenario import (
    ACTIONS,
    KINDS,
    PROCESSES,
    Detour,
    Drift,
    Fault,
    IdOf,
    Kill,
    Program,
    Resource,
    Run,
    Scenario,
    Step,
)

if TYPE_CHECKING:
    from tests.faults.scenario import AdapterName

_TITLES: Final = ("CRM", "Источник данных", "Продажи 🚀 2026", 'Quote " and \\ slash', "Ünïcode")
#: The last words of methods that faults are for, those more often where more can go wrong.
_METHODS: Final = ("add", "add", "add", "update", "delete", "get", "list", "fields.update")
_COLUMN_TYPES: Final = ("int", "string", "double", "date", "datetime", "money")
_EXTRA: Final = {"code": "extra", "name": "Extra", "type": "INT"}
_MOST_CALLS: Final = 10


def scenario(seed: int, adapter: AdapterName = "dynamic", *, crowded: bool = False) -> Scenario:
    """Make the scenario of a seed; the same happens to either adapter, with all limits."""
    return replace(_Author(seed).scenario(), adapter=adapter, crowded=crowded)


class _Author:
    """Thinks out what a person and a portal might do."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = random.Random(seed)  # noqa: S311  # nothing secret in it
        self._made = 0
        self._renews = False
        self._programs: dict[str, dict[str, Resource]] = {"dev": {}}

    def scenario(self) -> Scenario:
        if self._chance(0.3):
            self._programs["prod"] = {}
        self._renews = self._chance(0.3)
        steps = [self._step(number) for number in range(self._random.randint(2, 5))]
        return Scenario(f"seed {self._seed}", tuple(steps), renews=self._renews)

    def _step(self, number: int) -> Step:
        stacks = list(self._programs)
        if not self._chance(0.6):
            stacks = [self._random.choice(stacks)]
        self._random.shuffle(stacks)
        detours = self._detours() if number and self._chance(0.3) else ()
        return Step(
            detours=detours,
            runs=tuple(self._run(stack) for stack in stacks),
            drift=self._drift() if number and self._chance(0.4) else (),
            faults=tuple(self._fault() for _ in range(self._random.randint(0, 3))),
        )

    def _run(self, stack: str) -> Run:
        program = self._programs[stack]
        before = list(program)
        if self._chance(0.1):
            program.clear()
        for _ in range(self._random.randint(1, 4)):
            self._change(stack)
        kept = [name for name in before if name in program]
        replaced = self._random.sample(kept, 1) if kept and self._chance(0.1) else []
        kill = None
        if self._chance(0.2):
            process = self._random.choice(PROCESSES)
            kill = Kill(process, self._random.randrange(_MOST_CALLS), self._chance(0.7))
        return Run(
            stack, self._ordered(stack), tuple(replaced), kill, self._random.randrange(_MOST_CALLS)
        )

    def _ordered(self, stack: str) -> Program:
        resources = self._programs[stack].values()
        return tuple(each for kind in KINDS for each in resources if each.kind == kind)

    def _change(self, stack: str) -> None:
        """Change a program by one resource."""
        program = self._programs[stack]
        if not program or self._chance(0.5):
            self._add(stack)
            return
        resource = self._random.choice(list(program.values()))
        if self._chance(0.25):
            self._remove(stack, resource.name)
            return
        program[resource.name] = self._changed(stack, resource)

    def _add(self, stack: str) -> None:
        self._made += 1
        sources = self._names(stack, "source")
        kind = self._random.choice(KINDS)
        name = f"{kind}{self._made}"
        title = f"{self._random.choice(_TITLES)} {stack}"
        if kind == "connector":
            made = connector(name, title=title)
        elif kind == "source" or not sources:
            name = f"source{self._made}"
            made = source(name, title=title, **self._connection(stack))
        else:
            made = table(
                name,
                name=f"{stack}_{self._made}",
                sourceId=IdOf(self._random.choice(sources)),
                columns=self._columns(),
            )
        self._programs[stack][name] = made

    def _remove(self, stack: str, name: str) -> None:
        """Remove a resource and what refers to it."""
        program = self._programs[stack]
        del program[name]
        for other in list(program.values()):
            if IdOf(name) in other.properties.values() and other.name in program:
                self._remove(stack, other.name)

    def _changed(self, stack: str, resource: Resource) -> Resource:
        self._made += 1
        changes: dict[str, Any]
        if resource.kind == "connector":
            changes = self._random.choice(
                (
                    {"title": f"{self._random.choice(_TITLES)} {stack}"},
                    {"description": f"Description {self._made}"},
                    {"sort": self._made},
                    {"parameters": [*PARAMETERS, _EXTRA]},
                    {"parameters": PARAMETERS[::-1]},
                )
            )
        elif resource.kind == "source":
            changes = self._random.choice(
                (
                    {"title": f"{self._random.choice(_TITLES)} {stack}"},
                    {"description": f"Описание {self._made}"},
                    self._connection(stack),
                    {"settings": self._settings()},
                )
            )
        else:
            changes = self._random.choice(
                (
                    {"description": f"Description {self._made}"},
                    {"columns": self._columns()},
                    {"name": f"{stack}_{self._made}"},
                    {"externalName": f"External {self._made}"},
                    {"sourceId": IdOf(self._random.choice(self._names(stack, "source")))},
                )
            )
        return replace(resource, properties={**resource.properties, **changes})

    def _connection(self, stack: str) -> dict[str, Any]:
        """Choose a connector of the program, or keep to that of the seed."""
        connectors = self._names(stack, "connector")
        settings = {"settings": self._settings()}
        if connectors and self._chance(0.7):
            return {"connectorId": IdOf(self._random.choice(connectors)), **settings}
        return settings

    def _settings(self) -> dict[str, str]:
        self._made += 1
        settings = {
            "login": f"l0gin-{self._seed}-{self._made}",
            "password": f"пароль-{self._seed}-{self._made}",
        }
        if self._chance(0.2):
            del settings["login"]
        return settings

    def _columns(self) -> list[dict[str, Any]]:
        added: list[dict[str, Any]] = [
            {
                "name": f"COLUMN_{number}",
                "externalCode": f"column_{number}",
                "type": self._random.choice(_COLUMN_TYPES),
                "visible": self._chance(0.7),
            }
            for number in self._random.sample(range(6), self._random.randint(0, 4))
        ]
        first: list[dict[str, Any]] = self._random.sample(COLUMNS, self._random.randint(1, 2))
        return [*first, *added]

    def _detours(self) -> tuple[Detour, ...]:
        """Lead a command elsewhere; tokens that are kept for one address lead to no other."""
        stack = self._random.choice(list(self._programs))
        if not self._renews and self._chance(0.4):
            return (Detour(stack, "refresh", "renamed"),)
        if self._chance(0.4):
            return (Detour(stack, self._random.choice(("refresh", "destroy")), "application"),)
        return (Detour(stack, self._random.choice(("up", "refresh", "destroy")), "portal"),)

    def _drift(self) -> tuple[Drift, ...]:
        drifts = []
        for _ in range(self._random.randint(1, 2)):
            self._made += 1
            stack = self._random.choice(list(self._programs))
            program = list(self._programs[stack].values())
            if not program or self._chance(0.3):
                drifts.append(self._foreign(stack))
                continue
            name = self._random.choice(program).name
            drifts.append(
                Drift("delete", stack=stack, name=name)
                if self._chance(0.5)
                else Drift("update", label=f"Drift {self._made}", stack=stack, name=name)
            )
        return tuple(drifts)

    def _foreign(self, stack: str) -> Drift:
        """Add an object that no stack knows, now and then one that looks like one of a stack."""
        kind = self._random.choice(KINDS)
        if kind == "table":
            return Drift("add", kind, f"foreign_{self._made}")
        if self._chance(0.3):
            return Drift("add", kind, f"{self._random.choice(_TITLES)} {stack}")
        return Drift("add", kind, f"Foreign {self._made}")

    def _fault(self) -> Fault:
        method = "*"
        if self._chance(0.5):
            kind, word = self._random.choice(KINDS), self._random.choice(_METHODS)
            method = f"biconnector.{kind if word != 'fields.update' else 'table'}.{word}"
        return Fault(
            self._random.choice(ACTIONS),
            method,
            after=self._random.randrange(_MOST_CALLS if method == "*" else 2),
            times=self._random.choice((1, 1, 1, 2, 5)),
        )

    def _names(self, stack: str, kind: str) -> list[str]:
        return [each.name for each in self._programs[stack].values() if each.kind == kind]

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability
