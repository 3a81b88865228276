"""Calls in a batch that the limits refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.portal import LimitExceeded, NotFound, Portal
from tests.portal.limits.servers import (
    READ,
    ReplyingServer,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.portal.limits.virtual_time import VirtualTime


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
