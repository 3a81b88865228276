"""The slow portal passes everything on, and knows how long a request has to take."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.bench.latency import FAR, Latency
from tests.bench.slow_portal import methods_in, slowed
from tests.local_portal import LocalPortal, on_the_current_api

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Long enough to tell it from the portal's own time on a busy machine, which only adds to it.
HELD_BACK = Latency(write=0.2, read=0.1)


@pytest.fixture
def slow(portal: LocalPortal) -> Iterator[LocalPortal]:
    with slowed(portal.address, HELD_BACK) as address:
        yield LocalPortal({**portal.ready, "portal": address}, api=portal.api)


@on_the_current_api
def test_a_call_gets_the_portals_own_answer(portal: LocalPortal, slow: LocalPortal) -> None:
    with portal.recording() as methods:
        added = slow.add("source", title="CRM", connectorId=123, settings={"login": "a"})

    assert methods == ["source.add"]
    assert list(portal.sources()) == [added]


@on_the_current_api
def test_a_refusal_arrives_as_the_portal_made_it(slow: LocalPortal) -> None:
    slow.faults({"method": "*", "action": "query_limit"})

    response = slow.post("biconnector.source.list")

    assert response.status_code == 503
    assert response.json()["error"] == "QUERY_LIMIT_EXCEEDED"


@on_the_current_api
@pytest.mark.parametrize(
    ("method", "seconds"), [("biconnector.source.add", 0.2), ("biconnector.source.list", 0.1)]
)
def test_an_answer_never_comes_too_early(slow: LocalPortal, method: str, seconds: float) -> None:
    assert slow.post(method).elapsed.total_seconds() >= seconds


def test_a_batch_takes_as_long_as_the_calls_in_it() -> None:
    commands = {
        "a": "biconnector.source.add?fields[title]=A",
        "b": "biconnector.source.update?id=1&fields[title]=B",
        "c": "biconnector.source.delete?id=2",
        "d": "biconnector.source.list?order[id]=ASC",
    }

    for cmd in (commands, list(commands.values())):
        methods = methods_in("/rest/batch", json.dumps({"cmd": cmd}).encode())
        assert FAR.seconds(methods) == pytest.approx(3 * 0.68 + 0.15)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/rest/biconnector.source.get", ["biconnector.source.get"]),
        ("/rest/biconnector.source.Get.json?id=1", ["biconnector.source.get"]),
        ("/rest/1/secret/biconnector.source.get/", ["biconnector.source.get"]),
        ("/__emulator__/calls", []),
        ("/", []),
    ],
)
def test_only_calls_are_held_back(path: str, methods: list[str]) -> None:
    assert methods_in(path, b"") == methods
