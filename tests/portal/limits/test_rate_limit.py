"""Calls keep to the rate limit, and wait where the portal insists on it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import AccessToken, LimitExceeded, Portal
from pulumi_bxbi.portal.rest.limits import Traffic
from tests.portal.limits.servers import (
    DONE,
    HTML,
    READ,
    TOO_MANY,
    WRITE,
    LimitedServer,
    ReplyingServer,
    refusing,
)
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.portal.limits.virtual_time import VirtualTime


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
        with serving(LimitedServer(time, 3, 2)) as server:
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
