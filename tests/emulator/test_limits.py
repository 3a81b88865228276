"""What the portal refuses when it is called too often or for too long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.emulator.state.limits import Bucket, OperatingTime

if TYPE_CHECKING:
    from tests.emulator.raw_portal import Start

SECONDS = st.floats(0, 100)


def test_calls_beyond_the_burst_are_refused(start: Start) -> None:
    portal = start("--limits", "on", seed={"limits": {"burst": 3, "perSecond": 0}})
    assert [portal.post("app.info").status_code for _ in range(3)] == [200, 200, 200]
    for _ in range(2):
        assert portal.error("app.info") == (503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
    portal.reset()
    maps = portal.result("batch", {"cmd": ["app.info"] * 10})
    assert len(maps["result"]) == 10
    assert [portal.post("app.info").status_code for _ in range(3)] == [200, 200, 503]


def test_the_usual_burst_is_fifty(start: Start) -> None:
    portal = start("--limits", "on")
    statuses = [portal.post("app.info").status_code for _ in range(50)]
    while statuses[-1] == 200:
        statuses.append(portal.post("app.info").status_code)
    assert statuses[-1] == 503
    assert set(statuses[:50]) == {200}


def test_a_method_that_took_too_long_is_refused(start: Start) -> None:
    portal = start("--limits", "on", seed={"limits": {"operatingSeconds": 0}})
    assert portal.post("app.info").status_code == 200
    expected = (429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit")
    assert portal.error("app.info") == expected
    assert portal.result("biconnector.connector.list") == []
    maps = portal.result("batch", {"cmd": {"a": "app.info", "b": "biconnector.source.list"}})
    assert maps["result_error"]["a"]["error"] == "OPERATION_TIME_LIMIT"
    assert maps["result"]["b"] == []


def test_without_limits_nothing_is_refused(start: Start) -> None:
    portal = start(seed={"limits": {"burst": 0, "operatingSeconds": 0}})
    assert [portal.post("app.info").status_code for _ in range(3)] == [200, 200, 200]


@pytest.mark.parametrize("waits", [[0.0] * 60, [0.5] * 200, [0.1] * 300])
def test_a_bucket_lets_through_its_burst_and_its_rate(waits: list[float]) -> None:
    bucket, now, taken = Bucket(50, 2), 0.0, 0
    for wait in waits:
        now += wait
        taken += bucket.take("a", now)
    allowed = min(len(waits), 50 + 2 * now)
    assert allowed - 2 < taken <= allowed


@given(st.lists(SECONDS), st.floats(1, 100), st.floats(0, 10))
def test_a_bucket_never_lets_through_more(
    waits: list[float], burst: float, per_second: float
) -> None:
    bucket, now, taken = Bucket(burst, per_second), 0.0, 0
    for wait in waits:
        now += wait
        taken += bucket.take("a", now)
    assert taken <= burst + per_second * now + 1e-6


def test_addresses_have_their_own_buckets() -> None:
    bucket = Bucket(1, 0)
    assert [bucket.take(address, 0) for address in ("a", "a", "b")] == [True, False, True]


def test_operating_time_leaves_the_window_minute_by_minute() -> None:
    operating = OperatingTime(limit=480, window=600)
    for minute in (0, 1, 2):
        operating.add("app", "m", 200, minute * 60.0)
    assert operating.spent("app", "m", 599) == 600
    assert operating.exceeded("app", "m", 599)
    assert operating.reset_at("app", "m", 599) == 601
    assert operating.spent("app", "m", 600) == 400
    assert not operating.exceeded("app", "m", 600)
    assert not operating.exceeded("other", "m", 599)
    assert not operating.exceeded("app", "other", 599)


@given(st.lists(st.tuples(SECONDS, SECONDS)))
def test_operating_time_is_the_sum_within_the_window(calls: list[tuple[float, float]]) -> None:
    operating, now, made = OperatingTime(480, 10), 0.0, list[Any]()
    for wait, seconds in calls:
        now += wait
        operating.add("app", "m", seconds, now)
        made.append((int(now), seconds))
    expected = sum(seconds for second, seconds in made if second > int(now) - 10)
    assert operating.spent("app", "m", now) == pytest.approx(expected)
