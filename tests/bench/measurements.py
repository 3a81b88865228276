"""What a run of the benchmarks has measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bench.latency import Latency
    from tests.bench.machine import Machine


@dataclass(frozen=True, slots=True)
class Deployment:
    """One operation of a stack of sources.

    Attributes:
        adapter: The name of the adapter.
        latency: How long the portal took for a call; ``None`` for a portal without latency and
            limits.
        sources: How many sources the stack has.
        operation: One of ``OPERATIONS``.
        seconds: How long it took.
        calls: The REST calls that the portal got; a batch is one.
        refused: How many of them its limits refused.
        waited: Seconds that the provider says it waited for the limits.
        memory: The peak memory of the provider's process in MB; ``None`` where it cannot be seen.
        state: The size of the state afterwards, in MB.
        lower_bound: The seconds that limits, latency and parallelism force.
        floor: The seconds that the engine took with a provider that does nothing.
    """

    adapter: str
    latency: Latency | None
    sources: int
    operation: str
    seconds: float
    calls: int
    refused: int
    waited: float
    memory: float | None
    state: float
    lower_bound: float
    floor: float

    @property
    def ratio(self) -> float:
        """The time, as a multiple of what the portal and the engine force."""
        return self.seconds / (self.lower_bound + self.floor)


@dataclass(frozen=True, slots=True)
class Creation:
    """Sources that were made in one of several ways.

    Attributes:
        way: What made them.
        latency: How long the portal took for a call.
        sources: How many.
        seconds: How long it took.
        calls: The REST calls that the portal got; a batch is one.
        refused: How many of them its limits refused.
        floor: The part of the seconds that the engine takes without a provider; 0 without an
            engine.
    """

    way: str
    latency: Latency
    sources: int
    seconds: float
    calls: int
    refused: int
    floor: float

    @property
    def cost(self) -> float:
        """Seconds above the engine's floor."""
        return self.seconds - self.floor


@dataclass(slots=True)
class Measurements:
    """All of them.

    Attributes:
        machine: Where, when, and with which versions.
        deployments: (a) and (d): stacks of growing size, with limits and latency.
        creations: (b): sources, made by this project and by others.
        bare: (c): stacks on a portal without limits and latency.
        naive_refresh: The refresh of the naive provider's stack.
    """

    machine: Machine
    deployments: list[Deployment] = field(default_factory=list)
    creations: list[Creation] = field(default_factory=list)
    bare: list[Deployment] = field(default_factory=list)
    naive_refresh: Creation | None = None
