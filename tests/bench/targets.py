"""What is aimed at, beside what was measured. Nothing fails because of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.bench.adapters import ADAPTERS, NAIVE
from tests.bench.latency import FAR, NEAR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.bench.measurements import Creation, Deployment, Measurements

#: The most seconds that 120 sources may cost above the engine's floor.
MOST_COST: Final = {
    ("dynamic", NEAR): 12,
    ("plugin", NEAR): 6,
    ("dynamic", FAR): 38,
    ("plugin", FAR): 17,
}
#: The most that an operation may take, as a multiple of what the portal and the engine force.
MOST_OF_LOWER_BOUND: Final = 1.10
#: The same without limits and latency, as a multiple of the engine's floor.
MOST_OF_FLOOR: Final = 1.25
#: The most calls of a refresh.
MOST_CALLS: Final = 12
#: The most time of a refresh, as a part of the naive provider's.
MOST_OF_NAIVE: Final = 0.1
#: The most memory of the provider's process, in MB.
MOST_MEMORY: Final = 120
#: The number of sources from which on the lower bound is a target, and that to be ahead of others.
FROM_SOURCES: Final = 50
AHEAD_FROM_SOURCES: Final = 100


@dataclass(frozen=True, slots=True)
class Target:
    """One target.

    Attributes:
        subject: What it is about.
        wanted: The target.
        measured: What was measured.
        is_met: Whether it was reached.
    """

    subject: str
    wanted: str
    measured: str
    is_met: bool


def targets(measured: Measurements) -> list[Target]:
    """Return each target that the measurements have figures for."""
    largest = max((each.sources for each in measured.deployments), default=0)
    at_largest = [each for each in measured.deployments if each.sources == largest]
    return [
        *_of_lower_bound(measured.deployments),
        *_of_cost(measured.creations),
        *_of_floor(measured.bare),
        *_of_refresh(at_largest, measured.naive_refresh),
        *_of_refusals(measured.deployments),
        *_of_memory(at_largest),
    ]


def _of_lower_bound(deployments: Sequence[Deployment]) -> Iterator[Target]:
    large = [each for each in deployments if each.sources >= FROM_SOURCES]
    for adapter in ADAPTERS:
        own = [each for each in large if each.adapter == adapter.name]
        if own:
            worst = max(own, key=lambda each: each.ratio)
            yield Target(
                f"(a) {adapter.name}: each operation from {FROM_SOURCES} sources on, against lower "
                "bound and floor",
                f"at most {MOST_OF_LOWER_BOUND:.2f} times",
                f"{worst.ratio:.2f} times at the worst ({worst.operation} of {worst.sources}, "
                f"{worst.latency})",
                worst.ratio <= MOST_OF_LOWER_BOUND,
            )


def _of_cost(creations: Sequence[Creation]) -> Iterator[Target]:
    ours = {each.name for each in ADAPTERS}
    for each in creations:
        if each.way not in ours or each.sources < AHEAD_FROM_SOURCES:
            continue
        subject = f"(b) {each.way}: {each.sources} sources above the floor, {each.latency}"
        most = MOST_COST.get((each.way, each.latency))
        if most is not None:
            yield Target(subject, f"at most {most} s", f"{each.cost:.1f} s", each.cost <= most)
        peers = [
            other
            for other in creations
            if (other.latency, other.sources) == (each.latency, each.sources)
            and other.way not in ours
        ]
        fastest = min(peers, key=lambda other: other.cost)
        yield Target(
            subject,
            "ahead of every other way",
            f"{each.cost:.1f} s; the fastest other one ({fastest.way}) {fastest.cost:.1f} s",
            each.cost < fastest.cost,
        )


def _of_floor(bare: Sequence[Deployment]) -> Iterator[Target]:
    for each in bare:
        yield Target(
            f"(c) {each.adapter}: {each.operation} of {each.sources}, against the floor",
            f"at most {MOST_OF_FLOOR:.2f} times",
            f"{each.ratio:.2f} times",
            each.ratio <= MOST_OF_FLOOR,
        )


def _of_refresh(deployments: Sequence[Deployment], naive: Creation | None) -> Iterator[Target]:
    for each in deployments:
        if each.operation != "refresh":
            continue
        subject = f"{each.adapter}: refresh of {each.sources}, {each.latency}"
        yield Target(
            subject, f"at most {MOST_CALLS} calls", f"{each.calls} calls", each.calls <= MOST_CALLS
        )
        if naive and (naive.latency, naive.sources) == (each.latency, each.sources):
            part = each.seconds / naive.seconds
            yield Target(
                subject,
                f"at most {MOST_OF_NAIVE:g} of the {NAIVE.name}'s time",
                f"{part:.3f} ({each.seconds:.1f} s of {naive.seconds:.1f} s)",
                part <= MOST_OF_NAIVE,
            )


def _of_refusals(deployments: Sequence[Deployment]) -> Iterator[Target]:
    refused = sum(each.refused for each in deployments)
    if deployments:
        yield Target("(a) refused calls, all operations", "none", f"{refused}", refused == 0)


def _of_memory(deployments: Sequence[Deployment]) -> Iterator[Target]:
    for adapter in ADAPTERS:
        own = [
            (each.memory, each)
            for each in deployments
            if each.adapter == adapter.name and each.memory is not None
        ]
        if own:
            most, worst = max(own, key=lambda each: each[0])
            yield Target(
                f"(d) {adapter.name}: peak memory of the provider, {worst.sources} sources",
                f"under {MOST_MEMORY} MB",
                f"{most:.0f} MB ({worst.operation})",
                most < MOST_MEMORY,
            )
