"""Methods keep to the operating limit, and wait until it lifts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.portal import LimitExceeded, Portal
from tests.http_server import Request, Response
from tests.portal.limits.servers import (
    BLOCKED,
    DONE,
    READ,
    TOO_MANY,
    WRITE,
    ReplyingServer,
    accounted,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.portal.limits.virtual_time import VirtualTime


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
