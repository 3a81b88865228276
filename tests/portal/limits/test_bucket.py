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


@pytest.mark.parametrize(
    ("burst", "calls", "share"),
    [(50, 0, 0.0), (50, 10, 0.2), (50, 49, 0.98), (50, 50, 1.0), (1, 0, 0.0), (1, 1, 1.0)],
)
def test_a_bucket_is_full_where_there_is_no_room_for_a_call(
    burst: int, calls: int, share: float
) -> None:
    bucket = Bucket(burst, 2)
    for _ in range(calls):
        assert bucket.take(0.0) == 0

    assert bucket.share(0.0) == pytest.approx(share)
    assert (bucket.wait(0.0) > 0) is (share == 1)


def test_a_bucket_that_pauses_is_full_and_drains_afterwards() -> None:
    bucket = Bucket(50, 2)
    bucket.pause_until(10.0)

    assert (bucket.share(9.0), bucket.share(10.0)) == (1.0, 0.98)
    assert bucket.share(10.0 + 24 / 2) == pytest.approx(0.5)
