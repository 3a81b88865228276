"""What a run of the fault harness does, as plain data that can be printed and played again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

Kind: TypeAlias = Literal["connector", "source", "table"]
Command: TypeAlias = Literal["up", "refresh", "destroy"]
Process: TypeAlias = Literal["cli", "provider", "interrupt", "interrupts"]
AdapterName: TypeAlias = Literal["dynamic", "plugin"]

#: In the order in which they depend on each other.
KINDS: Final[tuple[Kind, ...]] = ("connector", "source", "table")
#: What ends in random scenarios.
PROCESSES: Final[tuple[Process, ...]] = ("cli", "provider", "interrupt")
#: The property that people know an object by.
LABELS: Final[dict[Kind, str]] = {"connector": "title", "source": "title", "table": "name"}
#: The actions of the local portal's faults.
ACTIONS: Final = (
    "drop_before",
    "drop_after",
    "delay",
    "http_500",
    "expired_token",
    "query_limit",
    "operating_limit",
    "html_503",
    "redirect",
)
#: Those that only the client of the portal tells from another one, which tests/portal/ asserts:
#: what is above it learns of a connection that broke, or of nothing where the client waits.
SEEN_BY_THE_CLIENT: Final = ("delay", "http_500", "query_limit", "html_503")


@dataclass(frozen=True, slots=True)
class IdOf:
    """Stands for the id of another resource of the program."""

    name: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource in a program; properties have the names of the API."""

    kind: Kind
    name: str
    properties: dict[str, Any]

    @property
    def label(self) -> str:
        return str(self.properties[LABELS[self.kind]])


#: Resources after those that they refer to.
Program: TypeAlias = tuple[Resource, ...]


@dataclass(frozen=True, slots=True)
class Kill:
    """The end of a process at one of the REST calls of a run.

    Attributes:
        process: ``cli``, which leaves the provider alone, or ``provider``; ``interrupt`` is one
            Ctrl-C, which asks the first of them to come to an end, and ``interrupts`` are two,
            after which it waits for nothing.
        call: Which call, counted from 0.
        executed: Whether the portal has executed it when the process ends.
    """

    process: Process
    call: int
    executed: bool


@dataclass(frozen=True, slots=True)
class Run:
    """One ``pulumi up`` of one stack.

    Attributes:
        stack: The stack's name.
        program: What it declares from now on.
        replace: Resources that ``--replace`` names.
        kill: Which process ends, and when.
        begins: Where it runs beside another one: at which of the other's calls.
    """

    stack: str
    program: Program
    replace: tuple[str, ...] = ()
    kill: Kill | None = None
    begins: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the local portal during one step.

    Attributes:
        action: One of :data:`ACTIONS`.
        method: Which method it is for, ``*`` for any.
        after: How many calls pass before.
        times: How many calls it hits.
    """

    action: str
    method: str = "*"
    after: int = 0
    times: int = 1


@dataclass(frozen=True, slots=True)
class Drift:
    """What another client does at the portal.

    Attributes:
        change: ``add`` an object that no stack knows, ``update`` or ``delete`` one of a stack.
        kind: What is added.
        label: The title, or the name, that it gets.
        stack: Whose object.
        name: Which one, by its name in the program.
    """

    change: Literal["add", "update", "delete"]
    kind: Kind = "source"
    label: str = ""
    stack: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Detour:
    """A command whose settings do not lead to where the stack was deployed.

    Attributes:
        stack: The stack.
        command: What is run: ``up``, ``refresh`` or ``destroy``.
        to: ``portal``, another one with other objects under the same ids; ``application``, another
            one of the same portal, which sees none of the objects; or ``renamed``, the same portal
            under another address.
    """

    stack: str
    command: Command
    to: Literal["portal", "application", "renamed"]


@dataclass(frozen=True, slots=True)
class Step:
    """Runs at the same time, what happened before them, and what happens during them."""

    runs: tuple[Run, ...]
    drift: tuple[Drift, ...] = ()
    faults: tuple[Fault, ...] = ()
    detours: tuple[Detour, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """Steps from an empty portal on.

    Attributes:
        renews: Whether an OAuth application renews its tokens, in place of one token that stays.
        adapter: What serves the resources to the engine.
        crowded: Whether each write has to wait for the portal's limits, and so travels in a batch.
    """

    name: str
    steps: tuple[Step, ...]
    renews: bool = False
    adapter: AdapterName = "dynamic"
    crowded: bool = False

    def __str__(self) -> str:
        credentials = "an application" if self.renews else "one token"
        limits = ", crowded" if self.crowded else ""
        lines = [f"scenario {self.name}, {self.adapter}, {credentials}{limits}"]
        for number, step in enumerate(self.steps):
            lines += [f"step {number}"]
            lines += [f"  {each}" for each in step.detours]
            lines += [f"  another client: {each}" for each in step.drift]
            lines += [f"  {each}" for each in step.faults]
            for run in step.runs:
                lines += [f"  up {run.stack} replace={run.replace} {run.kill} begins={run.begins}"]
                lines += [f"    {each.kind} {each.name}: {each.properties}" for each in run.program]
        return "\n".join(lines)
