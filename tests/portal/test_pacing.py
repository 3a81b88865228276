"""Calls keep to the portal's limits, and wait where the portal insists on them."""

from __future__ import annotations

import heapq
import json
import re
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.emulator.rest.limits import Bucket as PortalBucket
from pulumi_bxbi.portal import AccessToken, LimitExceeded, Portal
from pulumi_bxbi.portal.pacing import Bucket, Traffic
from tests.conftest import Request, Response, Server, serving
from tests.portal.virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

READ, WRITE = "biconnector.source.get", "biconnector.source.add"
TOO_MANY = Response(
    b'{"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}', 503
)
BLOCKED = Response(
    b'{"error": "OPERATION_TIME_LIMIT", "error_description":'
    b' "Method is blocked due to operation time limit"}',
    429,
)
HTML = Response(b"<html>maintenance</html>")
DONE = {"result": True}
#: A moment by the portal's clock, which may have nothing to do with this machine's.
FINISH = 5_000_000_000.25


def accounted(operating: float, resets_in: float, duration: float = 1.0) -> dict[str, Any]:
    block = {
        "finish": FINISH,
        "duration": duration,
        "operating": operating,
        "operating_reset_at": FINISH + resets_in,
    }
    return {"result": True, "time": block}


def refusing(response: Response, time: VirtualTime, seconds: float) -> Callable[..., Response]:
    """Refuse every call for some seconds from now."""
    until = time.now + seconds

    def respond(_request: Request) -> Response:
        return response if time.now < until else Response(json.dumps(DONE).encode())

    return respond


class ReplyingServer(Server):
    """Answers with its responses, or with what a function makes of a request."""

    reply: Callable[[Request], Response] | None = None

    def respond(self, request: Request) -> Response:
        return self.reply(request) if self.reply else super().respond(request)


class LimitedServer(Server):
    """Lets through what a portal's bucket has room for, and notes when."""

    def __init__(self, time: VirtualTime, burst: float, per_second: float) -> None:
        super().__init__()
        self.time = time
        self.bucket = PortalBucket(burst, per_second)
        self.log: list[tuple[float, bool]] = []

    def respond(self, _request: Request) -> Response:
        admitted = self.bucket.take("", self.time.now)
        self.log.append((self.time.now, admitted))
        return Response(json.dumps(DONE).encode()) if admitted else TOO_MANY

    @property
    def refused(self) -> int:
        return sum(not admitted for _, admitted in self.log)


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def server() -> Iterator[ReplyingServer]:
    with ReplyingServer() as server, serving(server):
        yield server


@pytest.fixture
def limited(time: VirtualTime) -> Iterator[LimitedServer]:
    with LimitedServer(time, 10, 2) as server, serving(server):
        yield server


@pytest.fixture
def connect(server: ReplyingServer, time: VirtualTime) -> Iterator[Callable[..., Portal]]:
    made: list[Portal] = []

    def connect(to: Server = server, **limits: Any) -> Portal:
        portal = Portal(to.address, AccessToken("t"), sleep=time.sleep, clock=time.clock, **limits)
        made.append(portal)
        return portal

    yield connect
    for portal in made:
        portal.close()


def methods_of(server: ReplyingServer) -> list[str]:
    return [urlsplit(request.path).path.removeprefix("/rest/") for request in server.requests]


DELAYS = st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3)), max_size=60)


@given(DELAYS, st.integers(1, 10), st.floats(0.5, 5), st.integers(1, 6))
def test_the_portals_bucket_never_overflows_however_long_calls_travel(
    delays: list[tuple[float, float]], burst: int, per_second: float, threads: int
) -> None:
    """Each call arrives some time after it was sent, and is answered some time after that."""
    bucket, now = Bucket(burst, per_second), 0.0
    answers: list[float] = []
    arrivals: list[float] = []
    for there, back in delays:
        while len(answers) == threads or (wait := bucket.wait(now)) > 0:
            if answers and (len(answers) == threads or answers[0] <= now + wait):
                now = heapq.heappop(answers)
                bucket.answered(now, counts=True)
            else:
                now += wait + 1e-9
        bucket.send()
        arrivals.append(now + there)
        heapq.heappush(answers, now + there + back)

    portal = PortalBucket(burst + 1e-6, per_second)
    assert all(portal.take("", arrival) for arrival in sorted(arrivals))


@given(st.integers(1, 60), st.integers(1, 50), st.floats(0.5, 5))
def test_calls_wait_no_longer_than_the_portal_forces_them_to(
    calls: int, burst: int, per_second: float
) -> None:
    bucket, now = Bucket(burst, per_second), 0.0
    for _ in range(calls):
        now += bucket.wait(now)
        bucket.send()
        bucket.answered(now, counts=True)

    assert now == pytest.approx(max(0, calls - burst) / per_second)


class TestRateLimit:
    def test_many_threads_meet_no_refusal(
        self, limited: LimitedServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        portal = connect(limited, burst=10, requests_per_second=2)

        time.in_threads(*[lambda: [portal.call(WRITE) for _ in range(20)]] * 4)

        assert limited.refused == 0
        assert len(limited.log) == 80
        # 10 at once, the others at two a second.
        assert limited.log[-1][0] - limited.log[0][0] == pytest.approx(35, abs=0.5)
        assert (portal.traffic.calls, portal.traffic.repeats) == (80, 0)
        assert portal.traffic.waited == pytest.approx(35, abs=0.5)

    def test_what_an_earlier_run_left_in_the_bucket_is_found_out_once(
        self, limited: LimitedServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        earlier = connect(limited, burst=10, requests_per_second=2)
        time.in_threads(*[lambda: [earlier.call(WRITE) for _ in range(5)]] * 4)
        portal = connect(limited, burst=10, requests_per_second=2)

        time.in_threads(*[lambda: [portal.call(WRITE) for _ in range(10)]] * 4)

        assert 1 <= limited.refused <= 4
        assert not any(admitted is False for _, admitted in limited.log[28:])

    def test_a_refusal_holds_back_all_threads(
        self, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        with LimitedServer(time, 3, 2) as server, serving(server):
            portal = connect(server)  # which takes the portal for one with a larger bucket

            time.in_threads(*[lambda: [portal.call(WRITE) for _ in range(6)]] * 4)

        begin = server.log[0][0]
        refused_at = next(moment for moment, admitted in server.log if not admitted)
        assert refused_at == begin
        assert not [moment for moment, _ in server.log if begin < moment < begin + 0.5]
        assert sum(admitted for _, admitted in server.log) == 24

    def test_pauses_grow_while_the_portal_refuses(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        growing = (0.5, 1, 2, 4, 8, 16, 30, 30)
        server.answers(*[TOO_MANY for _ in growing], DONE, TOO_MANY, DONE)
        portal = connect()

        portal.call(WRITE)
        portal.call(WRITE)

        *pauses, after_the_first_call, pause = time.naps
        assert after_the_first_call == 0.5
        for nap, shortest in zip([*pauses, pause], [*growing, 0.5], strict=True):
            assert shortest <= nap <= shortest * 1.5
        assert portal.traffic == Traffic(11, 9, sum(time.naps))

    def test_calls_that_were_refused_together_are_one_refusal(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        begin = time.now
        server.reply = refusing(TOO_MANY, time, 0.1)
        portal = connect()

        time.in_threads(*[lambda: portal.call(WRITE)] * 4)

        # Up to three quarters of a second for the pause, and half a second between the calls.
        assert begin + 2 <= time.now <= begin + 0.75 + 3 * 0.5 + 0.01

    def test_waiting_for_it_leaves_the_repeats_of_a_read_alone(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        server.answers(*[TOO_MANY] * 7, HTML, HTML, HTML, DONE)

        assert connect().call(READ) is True

        assert sum(time.naps) > 60

    def test_no_call_waits_longer_than_allowed(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        server.answers(*[TOO_MANY] * 4, HTML, TOO_MANY)

        with pytest.raises(LimitExceeded) as caught:
            connect(max_wait=15.0).call(READ, about="source 4")

        waits_for_an_answer = 0.5
        assert 7.5 < sum(time.naps) <= 15 + waits_for_an_answer
        assert "biconnector.source.get failed for source 4" in str(caught.value)
        assert "QUERY_LIMIT_EXCEEDED: Too many requests (HTTP 503)" in str(caught.value)
        assert "BXBI_MAX_WAIT" in str(caught.value)

    def test_a_call_that_would_wait_too_long_is_not_sent(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        server.answers(DONE)
        portal = connect(burst=1, requests_per_second=0.01, max_wait=60.0)
        portal.call(WRITE)

        with pytest.raises(LimitExceeded, match="It was not sent: it would have to wait 100 s"):
            portal.call(WRITE)

        assert len(server.requests) == 1
        assert time.naps == []

    def test_a_write_is_stopped_and_authorized_after_the_wait(
        self, server: ReplyingServer, time: VirtualTime
    ) -> None:
        server.answers(TOO_MANY, DONE)
        order: list[str] = []

        class Noting(AccessToken):
            def body(self, params: dict[str, Any]) -> dict[str, Any]:
                order.append("authorized")
                return super().body(params)

        def sleep(seconds: float) -> None:
            order.append("waited")
            time.sleep(seconds)

        portal = Portal(
            server.address,
            Noting("t"),
            sleep=sleep,
            clock=time.clock,
            before_write=lambda: order.append("asked"),
        )
        with closing(portal):
            portal.call(WRITE)

        assert order == ["authorized", "asked", "waited", "authorized", "asked"]


class TestOperatingLimit:
    def test_a_blocked_method_waits_for_its_reset_by_the_portals_clock(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        server.answers(accounted(481, resets_in=412.5), BLOCKED, DONE)
        portal = connect()

        portal.call(WRITE)
        portal.call(WRITE)

        assert time.naps == [412.5]

    def test_a_method_nobody_knows_of_is_asked_again_each_minute(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        server.answers(BLOCKED, BLOCKED, BLOCKED, DONE)

        connect().call(WRITE)

        assert time.naps == [60, 60, 60]

    def test_other_methods_go_on(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        server.answers(BLOCKED, DONE)
        portal = connect(max_wait=30.0)
        with pytest.raises(LimitExceeded, match=r"at \d\d:\d\d:\d\d, in 600 s: until then"):
            portal.call(WRITE)

        assert portal.call(READ) is True
        assert time.naps == []

    def test_a_reset_that_is_too_far_away_fails_at_once_with_its_time(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        server.answers(accounted(481, resets_in=412.5), BLOCKED, DONE)
        portal = connect(max_wait=300.0)
        portal.call(WRITE)

        for _ in range(2):  # the second one is not even sent
            with pytest.raises(LimitExceeded) as caught:
                portal.call(WRITE, about='source "CRM"')
            text = str(caught.value)
            assert 'biconnector.source.add failed for source "CRM"' in text
            assert "in 412 s: until then the portal blocks biconnector.source.add." in text
            assert "BXBI_MAX_WAIT (seconds, now 300)" in text

        assert len(server.requests) == 2
        assert time.naps == []

    def test_an_earlier_refusal_for_another_reason_is_not_blamed(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        portal = connect(max_wait=30.0)

        def respond(_request: Request) -> Response:
            """Refuse one call by the rate, while another finds out that the method is blocked."""
            return TOO_MANY if len(server.requests) == 1 else BLOCKED

        server.reply = respond
        errors: list[str] = []

        def write() -> None:
            with pytest.raises(LimitExceeded) as caught:
                portal.call(WRITE)
            errors.append(str(caught.value))

        time.in_threads(write, write)

        assert not [text for text in errors if "QUERY_LIMIT_EXCEEDED" in text]
        assert all("until then the portal blocks" in text for text in errors)

    def test_near_the_limit_what_is_left_of_it_lasts_until_the_reset(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        begin = time.now

        def respond(_request: Request) -> Response:
            spent = 380 + 2 * len(server.requests)
            left = 300 - (time.now - begin)
            return Response(json.dumps(accounted(spent, left, duration=2)).encode())

        server.reply = respond
        portal = connect()
        while time.now < begin + 290:
            portal.call(WRITE)

        # Fifty calls of two seconds are left of 480 seconds, which is six seconds between them.
        assert 45 <= len(server.requests) <= 50
        assert all(5 < nap < 8 for nap in time.naps)

    @pytest.mark.parametrize("operating", [100, 359, 480, 481, 2000])
    def test_far_from_the_limit_nothing_waits(
        self,
        server: ReplyingServer,
        time: VirtualTime,
        connect: Callable[..., Portal],
        operating: float,
    ) -> None:
        server.answers(accounted(operating, resets_in=300))
        portal = connect()

        portal.call(WRITE)
        portal.call(WRITE)

        assert time.naps == []

    @pytest.mark.parametrize(("resets_in", "longest"), [(300, 60), (20, 20)])
    def test_our_own_caution_ends_after_a_minute_or_at_the_reset(
        self,
        server: ReplyingServer,
        time: VirtualTime,
        connect: Callable[..., Portal],
        resets_in: float,
        longest: float,
    ) -> None:
        server.answers(accounted(479, resets_in, duration=60))
        portal = connect()

        portal.call(WRITE)
        portal.call(WRITE)

        assert time.naps == [longest]

    def test_our_own_caution_refuses_nothing(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        server.answers(accounted(479.9, resets_in=300, duration=60))
        portal = connect(max_wait=10.0)

        for _ in range(3):
            assert portal.call(WRITE) is True

        assert time.naps == [5, 5]

    def test_a_batch_counts_for_the_methods_in_it(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        block = accounted(380, resets_in=100, duration=2)["time"]
        server.answers(
            {"result": {"result": {"a": 1, "b": 2}, "result_time": {"a": block, "b": block}}}, DONE
        )
        portal = connect()

        assert portal.batch({"a": (READ, {"id": 1}), "b": (READ, {"id": 2})}) == {"a": 1, "b": 2}
        portal.call(WRITE)
        assert time.naps == []
        portal.call(READ)

        assert time.naps == [pytest.approx(4)]


class TestBatch:
    @pytest.mark.parametrize("code", ["QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT"])
    def test_only_what_was_refused_is_repeated(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal], code: str
    ) -> None:
        server.answers(
            {
                "result": {
                    "result": {"a": 1, "c": {"error": {"error": "SOURCE_NOT_FOUND"}}},
                    "result_error": {"b": {"error": code}, "d": {"error": code}},
                }
            },
            {"result": {"result": {"d": 4}, "result_error": {"b": {"error": code}}}},
            {"result": {"result": {"b": 2}, "result_error": []}},
        )
        portal = connect()

        found = portal.batch({name: (READ, {"id": name}) for name in "abcd"})

        assert list(found.items()) == [("a", 1), ("b", 2), ("d", 4)]
        assert [list(request.body["cmd"]) for request in server.requests] == [
            ["a", "b", "c", "d"],
            ["b", "d"],
            ["b"],
        ]
        assert len(time.naps) == 2
        assert portal.traffic.repeats == 2

    def test_what_stays_refused_fails_within_the_budget(
        self, server: ReplyingServer, time: VirtualTime, connect: Callable[..., Portal]
    ) -> None:
        refused = {"a": {"error": "QUERY_LIMIT_EXCEEDED"}}
        server.answers({"result": {"result": [], "result_error": refused}})

        with pytest.raises(LimitExceeded, match="QUERY_LIMIT_EXCEEDED"):
            connect(max_wait=10.0).batch({"a": (READ, {"id": 1})})

        assert 3.5 <= sum(time.naps) <= 10


class TestWhatTheUserSees:
    @pytest.fixture
    def said(self, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
        caplog.set_level("INFO", logger="pulumi_bxbi")
        return caplog

    def test_a_long_pause_is_said_once_however_many_wait(
        self,
        server: ReplyingServer,
        time: VirtualTime,
        connect: Callable[..., Portal],
        said: pytest.LogCaptureFixture,
    ) -> None:
        server.reply = refusing(TOO_MANY, time, 1)
        portal = connect(burst=50, requests_per_second=0.1)

        time.in_threads(*[lambda: portal.call(WRITE)] * 4)

        (text,) = [text for text in said.messages if text.startswith("waiting")]
        assert re.fullmatch(
            r"waiting \d0 s for the portal's rate limit \(50 calls at once, 0.1 a second\), "
            r"which others or an earlier run have used up",
            text,
        )

    def test_a_short_wait_is_not_worth_a_word(
        self,
        limited: LimitedServer,
        connect: Callable[..., Portal],
        said: pytest.LogCaptureFixture,
    ) -> None:
        portal = connect(limited, burst=10, requests_per_second=2)

        for _ in range(16):  # six of them wait half a second
            portal.call(WRITE)

        assert said.messages == []

    def test_a_long_deployment_says_once_how_fast_it_goes(
        self,
        limited: LimitedServer,
        time: VirtualTime,
        connect: Callable[..., Portal],
        said: pytest.LogCaptureFixture,
    ) -> None:
        portal = connect(limited, burst=10, requests_per_second=2)

        time.in_threads(*[lambda: [portal.call(WRITE) for _ in range(20)]] * 4)

        (text,) = said.messages
        assert text == (
            "going on at the speed that the portal allows (10 calls at once, 2 a second): 100 "
            "more calls take about 50 s"
        )

    def test_a_blocked_method_is_named_once_with_the_time_of_its_reset(
        self,
        server: ReplyingServer,
        time: VirtualTime,
        connect: Callable[..., Portal],
        said: pytest.LogCaptureFixture,
    ) -> None:
        server.answers(accounted(481, resets_in=412.5))
        portal = connect()
        portal.call(WRITE)
        server.reply = refusing(BLOCKED, time, 412)

        time.in_threads(*[lambda: portal.call(WRITE)] * 4)

        (text,) = said.messages
        assert text.startswith("waiting 412 s, until ")
        assert "the portal has blocked biconnector.source.add" in text

    def test_a_method_that_is_slowed_down_is_named_each_time_that_begins(
        self,
        server: ReplyingServer,
        connect: Callable[..., Portal],
        said: pytest.LogCaptureFixture,
    ) -> None:
        slow, fast = accounted(400, resets_in=300), accounted(300, resets_in=60)
        server.answers(slow, slow, slow, fast, fast, slow)
        portal = connect()

        for _ in range(8):
            portal.call(WRITE)

        first, second = said.messages
        assert first == second
        assert first.startswith("slowing down biconnector.source.add")
        assert "took 400 s of about 480 s" in first
