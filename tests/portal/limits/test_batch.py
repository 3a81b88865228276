"""Calls in a batch that the limits refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from pulumi_bxbi.portal import LimitExceeded, NotFound, Portal
from pulumi_bxbi.portal.rest.joint_writes import ReadBack
from tests.portal.limits.servers import READ, WRITE, ReplyingServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.portal.limits.virtual_time import VirtualTime

#: Calls that a portal accepts at once, so few that a write spares the call that reads it back.
LITTLE_ROOM: Final = 4


def in_batch(*, refused: str = "") -> dict[str, Any]:
    """Return the answer to a batch of one call, which is refused with some code."""
    if refused:
        return {"result": {"result": [], "result_error": {"w0": {"error": refused}}}}
    return {"result": {"result": {"w0": 1}, "result_error": []}}


def read(portal: Portal) -> None:
    """Send a batch that reads."""
    assert portal.batch({"w0": (READ, {"id": 1})}) == {"w0": 1}


def write(portal: Portal) -> None:
    """Send a batch that writes, and reads what was written."""
    listing = ReadBack("biconnector.source.list", lambda _: {}, lambda _: 1)
    assert portal.write(WRITE, {"id": 1}, read_back=listing).result == 1


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

        missing = found.pop("c")
        assert isinstance(missing, NotFound)
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

    @pytest.mark.parametrize("send", [read, write])
    def test_pauses_grow_while_calls_in_it_are_refused(
        self,
        server: ReplyingServer,
        time: VirtualTime,
        connect: Callable[..., Portal],
        send: Callable[[Portal], None],
    ) -> None:
        growing = (0.5, 1, 2, 4, 8, 16, 30, 30)
        refused = in_batch(refused="QUERY_LIMIT_EXCEEDED")
        server.answers(*[refused for _ in growing], in_batch(), refused, in_batch())
        portal = connect(burst=LITTLE_ROOM)

        for _ in range(2):
            send(portal)

        *pauses, after_the_first_batch, pause = time.naps
        assert after_the_first_batch == 0.5
        for nap, shortest in zip([*pauses, pause], [*growing, 0.5], strict=True):
            assert shortest <= nap <= shortest * 1.5

    @pytest.mark.parametrize("send", [read, write])
    def test_a_blocked_method_in_it_waits_as_long_as_a_single_call(
        self,
        server: ReplyingServer,
        time: VirtualTime,
        connect: Callable[..., Portal],
        send: Callable[[Portal], None],
    ) -> None:
        server.answers(*[in_batch(refused="OPERATION_TIME_LIMIT")] * 3, in_batch())

        send(connect(burst=LITTLE_ROOM))

        assert time.naps == [60, 60, 60]
