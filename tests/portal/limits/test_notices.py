"""What the user sees of waits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.portal.limits.servers import (
    BLOCKED,
    TOO_MANY,
    WRITE,
    LimitedServer,
    ReplyingServer,
    accounted,
    refusing,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_bxbi.portal import Portal
    from tests.portal.limits.virtual_time import VirtualTime


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
