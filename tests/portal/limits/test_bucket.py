"""The bucket: never fuller than the portal's, and no slower than it has to be."""

from __future__ import annotations

import heapq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.emulator.state.limits import Bucket as PortalBucket
from pulumi_bxbi.portal.rest.bucket import Bucket

DELAYS = st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3)), max_size=60)


@given(DELAYS, st.integers(1, 10), st.floats(0.5, 5), st.integers(1, 6))
def test_the_portals_bucket_never_overflows_however_long_calls_travel(
    delays: list[tuple[float, float]], burst: int, per_second: float, threads: int
) -> None:
    """Each call arrives some time after it was sent, and is answered some time after that."""
    bucket, now = Bucket(burst, per_second), 0.0
    answers: list[tuple[float, float]] = []
    arrivals: list[float] = []
    for there, back in delays:
        while len(answers) == threads or (wait := bucket.take(now)) > 0:
            if answers and (len(answers) == threads or answers[0][0] <= now + wait):
                now, sent = heapq.heappop(answers)
                bucket.answered(sent, now, counts=True)
            else:
                now += wait + 1e-9
        arrivals.append(now + there)
        heapq.heappush(answers, (now + there + back, now))

    portal = PortalBucket(burst + 1e-6, per_second)
    assert all(portal.take("", arrival) for arrival in sorted(arrivals))


@given(st.integers(1, 60), st.integers(1, 50), st.floats(0.5, 5))
def test_calls_wait_no_longer_than_the_portal_forces_them_to(
    calls: int, burst: int, per_second: float
) -> None:
    bucket, now = Bucket(burst, per_second), 0.0
    for _ in range(calls):
        while wait := bucket.take(now):
            now += wait + 1e-9
        bucket.answered(now, now, counts=True)

    assert now == pytest.approx(max(0, calls - burst) / per_second)
