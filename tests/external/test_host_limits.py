"""Work with several hosts at a time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest

from pulumi_bxbi.external.host_limits import MOST_FOR_ONE_HOST, HostLimits, host_in

FIRST, SECOND = "https://first.example/tables", "https://second.example/tables"
#: Only a failing test waits for so long.
PATIENCE_SECONDS = 20


class Requests:
    """Counts the requests that a host has at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._now: dict[str, int] = {}
        self.most: dict[str, int] = {}

    def enter(self, host: str) -> None:
        with self._lock:
            self._now[host] = self._now.get(host, 0) + 1
            self.most[host] = max(self.most.get(host, 0), self._now[host])

    def leave(self, host: str) -> None:
        with self._lock:
            self._now[host] -= 1


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://name:password@ERP.example:8443/tables", "erp.example"),
        ("https://erp.example/p@th", "erp.example"),
        ("http://[::1]:80/", "::1"),
        ("http://[e/", "http://[e/"),
        ("tables", "tables"),
    ],
)
def test_a_host_is_one_whatever_the_port(address: str, host: str) -> None:
    assert host_in(address) == host


def test_hosts_are_asked_side_by_side_and_each_is_spared() -> None:
    """Eight requests are under way at once: each waits for the seven others."""
    requests, everybody = Requests(), Barrier(2 * MOST_FOR_ONE_HOST)

    def ask(item: tuple[str, int]) -> int:
        address, number = item
        requests.enter(address)
        everybody.wait(PATIENCE_SECONDS)
        requests.leave(address)
        return number

    items = [(address, number) for number in range(8) for address in (FIRST, SECOND)]
    answers = HostLimits().work(items, lambda item: item[0], ask)

    assert answers == [number for _, number in items]
    assert requests.most == {FIRST: MOST_FOR_ONE_HOST, SECOND: MOST_FOR_ONE_HOST}


def test_several_works_share_the_limit_of_a_host() -> None:
    limits, requests, full = HostLimits(), Requests(), Barrier(MOST_FOR_ONE_HOST)

    def ask(_: int) -> None:
        requests.enter(FIRST)
        full.wait(PATIENCE_SECONDS)
        for _ in range(1000):
            time.sleep(0)  # so that others come, if they may
        requests.leave(FIRST)

    with ThreadPoolExecutor(3) as pool:
        items = range(MOST_FOR_ONE_HOST)
        works = [pool.submit(limits.work, items, lambda _: FIRST, ask) for _ in range(3)]
        for each in works:
            each.result()

    assert requests.most == {FIRST: MOST_FOR_ONE_HOST}


def test_after_a_failure_nothing_else_is_begun() -> None:
    everybody, asked = Barrier(MOST_FOR_ONE_HOST), []

    def ask(number: int) -> None:
        asked.append(number)
        everybody.wait(PATIENCE_SECONDS)
        raise LookupError(f"no {number}")

    with pytest.raises(LookupError):
        HostLimits().work(range(100), lambda _: FIRST, ask)

    assert len(asked) == MOST_FOR_ONE_HOST
