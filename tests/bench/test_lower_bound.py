"""The lower bound against what can be calculated by hand, and against schedules of every kind."""

from __future__ import annotations

import heapq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.latency import FAR, NEAR, Latency
from tests.bench.lower_bound import BURST, PER_SECOND, lower_bound, writes


def scheduled(batches: list[int], at_once: int, latency: Latency, *, has_reads: bool) -> float:
    """Return how long writes take that are sent in these batches, each as soon as it can be."""

    def duration(batch: int) -> float:
        return batch * latency.write + has_reads * latency.read

    level, since = float(has_reads), 0.0
    now = latency.read if has_reads else 0.0
    free = at_once
    running: list[tuple[float, int]] = []
    for batch in batches:
        while free < batch:
            ended, freed = heapq.heappop(running)
            now, free = max(now, ended), free + freed
        now = max(now, since + max(0.0, level + 1 - BURST - 1e-9) / PER_SECOND)
        level = max(0.0, level - (now - since) * PER_SECOND) + 1
        since = now
        heapq.heappush(running, (now + duration(batch), batch))
        free -= batch
    return max(ended for ended, _ in running)


@given(st.data())
def test_no_schedule_is_faster(data: st.DataObject) -> None:
    at_once = data.draw(st.integers(1, 20))
    batches = data.draw(st.lists(st.integers(1, at_once), min_size=1, max_size=200))
    latency = Latency(data.draw(st.floats(0.01, 2)), data.draw(st.floats(0.01, 2)))
    has_reads = data.draw(st.booleans())

    took = scheduled(batches, at_once, latency, has_reads=has_reads)

    least = writes(sum(batches), at_once, latency, has_reads=has_reads)
    assert least <= took + 1e-6


@pytest.mark.parametrize(
    ("number", "at_once", "seconds"),
    [
        # One read, then the write and the read after it.
        (1, 4, 0.15 + 0.68 + 0.15),
        # Three rounds of at most four writes; the bucket has room for all of them.
        (10, 4, 0.15 + 3 * (0.68 + 0.15)),
        # Ten rounds of four writes of one second each would do for four at a time alone.
        (40, 4, 0.15 + 10 * (0.68 + 0.15)),
    ],
)
def test_without_the_limits_the_latency_counts(number: int, at_once: int, seconds: float) -> None:
    assert writes(number, at_once, FAR, has_reads=True) == pytest.approx(seconds)


def test_without_batches_the_limits_count() -> None:
    """One resource at a time leaves no room for batches: one token each, two a second."""
    latency = Latency(0.001, 0.001)

    assert writes(250, 1, latency, has_reads=False) == pytest.approx(
        (250 - BURST) / PER_SECOND + 0.001
    )


def test_between_limits_and_latency_some_writes_travel_in_pairs() -> None:
    """120 writes, four at a time, as singles in 23.3 of 30 rounds, as pairs in the others."""
    bound = writes(120, 4, FAR, has_reads=True)

    def alone(batch: int) -> tuple[float, float]:
        of_workers = 0.15 + 120 * (batch * 0.68 + 0.15) / 4
        of_limits = (1 + 120 / batch - BURST) / PER_SECOND + 0.68 + 0.15
        return of_workers, of_limits

    assert max(alone(1)) > bound
    assert max(alone(2)) > bound
    assert bound == pytest.approx(29.62, abs=0.01)


@pytest.mark.parametrize(
    ("operation", "seconds"),
    [
        ("preview", 0.15),
        # Ten pages at the same time.
        ("refresh", 0.15),
        ("change", 0.15 + 0.68 + 0.15),
    ],
)
def test_operations_that_hardly_write(operation: str, seconds: float) -> None:
    assert lower_bound(operation, 500, 4, FAR) == pytest.approx(seconds)


def test_a_deletion_needs_no_read() -> None:
    assert lower_bound("destroy", 4, 4, NEAR) == pytest.approx(0.05)
    assert lower_bound("up", 4, 4, NEAR) == pytest.approx(0.05 + 0.05 + 0.05)
