"""The time that nobody can deploy faster in, on a portal with these limits and this latency.

README.md explains the formula.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.bench.latency import Latency

#: How many calls the portal's bucket holds.
BURST: Final = 50
#: How many calls a second drain from it.
PER_SECOND: Final = 2
#: The largest number of calls in a batch.
LARGEST_BATCH: Final = 50


def lower_bound(operation: str, sources: int, at_once: int, latency: Latency) -> float:
    """Return how many seconds an operation takes at least, without the engine's own time.

    Args:
        operation: ``up``, ``preview``, ``refresh``, ``change`` or ``destroy``.
        sources: The number of sources in the stack.
        at_once: How many resources the engine lets the provider work on at a time.
        latency: How long the portal takes for a call.
    """
    match operation:
        case "up":
            return writes(sources, at_once, latency, has_reads=True)
        case "change":
            return writes(1, at_once, latency, has_reads=True)
        case "destroy":
            return writes(sources, at_once, latency, has_reads=False)
        case _:
            return latency.read


def writes(number: int, at_once: int, latency: Latency, *, has_reads: bool) -> float:
    """Return how many seconds some writes take at least.

    Args:
        number: How many.
        at_once: How many resources the engine lets the provider work on at a time.
        latency: How long the portal takes for a call.
        has_reads: Whether a read precedes the first write, and each object is read after its
            write.
    """
    read = latency.read if has_reads else 0.0

    def duration(batch: int) -> float:
        return batch * latency.write + read

    def of_workers(batch: int) -> float:
        return read + number * duration(batch) / at_once

    def of_limits(batch: int) -> float:
        calls = has_reads + number / batch
        return max(0.0, (calls - BURST) / PER_SECOND) + duration(1)

    sizes = range(1, min(number, at_once, LARGEST_BATCH) + 1)
    rounds = read + math.ceil(number / at_once) * duration(1)
    return max(rounds, _least([(of_workers(size), of_limits(size)) for size in sizes]))


def _least(points: list[tuple[float, float]]) -> float:
    """Return the least larger coordinate among the points, and the points between any two."""
    found = min(max(point) for point in points)
    for (x, y), (other_x, other_y) in itertools.combinations(points, 2):
        # Between the two, the coordinates are equal where their difference changes its sign.
        before, after = y - x, other_y - other_x
        if before * after < 0:
            share = before / (before - after)
            found = min(found, x + share * (other_x - x))
    return found
