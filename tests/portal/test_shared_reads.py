"""Reads that threads share."""

from __future__ import annotations

import heapq
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest

from pulumi_bxbi.portal.objects.shared_reads import OncePerKey, ReadAfterWrite
from pulumi_bxbi.portal.rest.custom_timeouts import calls_within
from tests.portal.limits.virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from typing_extensions import Self

#: How long a read takes.
READING_SECONDS: Final = 0.2


def test_many_threads_fetch_a_key_once() -> None:
    fetched: list[str] = []
    everyone_asks = threading.Barrier(4)

    def fetch(key: str) -> str:
        fetched.append(key)
        return key.upper()

    def ask(key: str) -> str:
        everyone_asks.wait()
        return shared.get(key)

    shared = OncePerKey(fetch)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(ask, ["a"] * 4)) == {"A"}
    assert fetched == ["a"]


def test_a_failure_is_not_kept() -> None:
    answers = iter([ValueError("first"), None])

    def fetch(key: str) -> str:
        if problem := next(answers):
            raise problem
        return key

    shared = OncePerKey(fetch)
    with pytest.raises(ValueError, match="first"):
        shared.get("a")
    assert shared.get("a") == "a"


def test_a_forgotten_key_is_fetched_anew() -> None:
    numbers = iter(range(10))
    shared: OncePerKey[str, int] = OncePerKey(lambda _: next(numbers))

    assert [shared.get("a"), shared.get("a")] == [0, 0]
    shared.forget("a")
    assert shared.get("a") == 1


@pytest.mark.parametrize("fails", [False, True])
def test_a_value_that_is_forgotten_while_it_is_fetched_is_fetched_anew(
    fails: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    numbers = iter(range(10))
    is_fetching, goes_on = threading.Event(), threading.Event()

    def fetch(_: str) -> int:
        number = next(numbers)
        if number == 0:
            is_fetching.set()
            goes_on.wait()
            if fails:
                raise ValueError("refused")
        return number

    shared = OncePerKey(fetch)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(shared.get, "a")
        is_fetching.wait()
        shared.forget_where(lambda _key, _value: False)
        assert shared.get("a") == 1
        goes_on.set()
        assert bool(first.exception()) is fails

    assert shared.get("a") == 1
    assert shared.values() == [1]


@dataclass
class Deployment:
    """Threads that write one object after another, in virtual time.

    Attributes:
        seconds: How long each write takes.
        threads: How many there are.
        is_scarce: Whether calls are scarce, so that objects are read with their writes.
        alone: The numbers of the writes that cannot be read so.
        read: The ids in each read.
        found: What was read back, by the ids.
        took: How many seconds all of it took.
    """

    seconds: Sequence[float]
    threads: int
    is_scarce: bool = True
    alone: Collection[int] = ()
    read: list[list[int]] = field(default_factory=list)
    found: dict[int, str | None] = field(default_factory=dict)
    took: float = 0.0

    def run(self) -> Self:
        time = VirtualTime()
        shared = ReadAfterWrite(
            self._fetch_in(time),
            lambda: self.is_scarce,
            clock=time.clock,
            changed=time.condition(),
        )
        left = list(enumerate(self.seconds))
        began = time.now

        def work() -> None:
            while left:
                number, seconds = left.pop(0)
                _, reading = shared.run(self._write_in(time, number, seconds))
                self.found[number] = reading.result()

        time.in_threads(*[work] * self.threads)
        self.took = time.now - began
        return self

    @property
    def shortest(self) -> float:
        """How long it would take if no write waited for another one."""
        free = [0.0] * self.threads
        for each in self.seconds:
            heapq.heapreplace(free, free[0] + each + READING_SECONDS)
        return max(free)

    def _fetch_in(self, time: VirtualTime) -> Callable[[Sequence[int]], dict[int, str]]:
        def fetch(ids: Sequence[int]) -> dict[int, str]:
            self.read.append(list(ids))
            time.sleep(READING_SECONDS)
            return {each: f"object {each}" for each in ids}

        return fetch

    def _write_in(
        self, time: VirtualTime, number: int, seconds: float
    ) -> Callable[[], tuple[int, str | None]]:
        def write() -> tuple[int, str | None]:
            is_read = self.is_scarce and number not in self.alone
            time.sleep(seconds + READING_SECONDS * is_read)
            return number, f"object {number}" if is_read else None

        return write


def unequal(number: int, seed: int) -> list[float]:
    """Seconds that some writes take, some of them twenty times as long as others."""
    source = random.Random(seed)  # noqa: S311  # no secret
    return [source.uniform(0.2, 4.0) for _ in range(number)]


@pytest.mark.parametrize("threads", [1, 4, 16])
def test_where_calls_are_scarce_each_is_read_with_its_write(threads: int) -> None:
    deployment = Deployment(unequal(48, 1), threads).run()

    assert deployment.found == {each: f"object {each}" for each in range(48)}
    assert deployment.read == []
    assert deployment.took == pytest.approx(deployment.shortest)


@pytest.mark.parametrize("threads", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("seed", range(4))
def test_where_they_are_not_unequal_writes_hardly_wait_for_each_other(
    threads: int, seed: int
) -> None:
    deployment = Deployment(unequal(16, seed), threads, is_scarce=False).run()

    assert deployment.found == {each: f"object {each}" for each in range(16)}
    rounds = 16 / threads
    assert deployment.took <= deployment.shortest + 0.25 * rounds + READING_SECONDS


@pytest.mark.parametrize("threads", [1, 2, 4, 16])
@pytest.mark.parametrize("is_scarce", [False, True])
def test_equal_writes_share_a_read_and_wait_for_nothing(
    threads: int,
    is_scarce: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    deployment = Deployment([0.5] * 48, threads, is_scarce, alone=range(48)).run()

    assert [len(each) for each in deployment.read] == [threads] * (48 // threads)
    assert deployment.took == pytest.approx(deployment.shortest)


def test_writes_that_end_nearly_together_share_a_read() -> None:
    nearly = [0.5 + 0.004 * number for number in range(12)]
    deployment = Deployment([*nearly, 5.0], threads=13, is_scarce=False).run()

    assert [len(each) for each in deployment.read] == [12, 1]
    assert deployment.took == pytest.approx(deployment.shortest)


def test_a_lone_write_is_read_back_at_once() -> None:
    deployment = Deployment([0.5], threads=1, is_scarce=False).run()

    assert deployment.found == {0: "object 0"}
    assert deployment.took == pytest.approx(0.5 + READING_SECONDS)


@pytest.mark.parametrize("threads", [4, 8, 16])
def test_where_no_write_can_take_its_read_along_reads_are_shared_all_the_same(
    threads: int,
) -> None:
    deployment = Deployment(unequal(48, 1), threads, alone=range(48)).run()

    assert deployment.found == {each: f"object {each}" for each in range(48)}
    assert len(deployment.read) <= 48 / 3


@pytest.mark.parametrize("alone", [range(6), range(0, 32, 5), [7]])
@pytest.mark.parametrize("seed", range(4))
def test_a_few_writes_that_cannot_take_their_reads_along_hold_up_no_other(
    alone: Collection[int], seed: int
) -> None:
    deployment = Deployment(unequal(32, seed), 4, alone=alone).run()

    assert deployment.found == {each: f"object {each}" for each in range(32)}
    assert len(deployment.read) <= 32 / 4 + 1
    assert deployment.took <= deployment.shortest + 4


def test_two_writes_of_one_object_share_its_read() -> None:
    """Two resources can have the same object, after an import by mistake."""
    time = VirtualTime()
    found: list[str | None] = []
    shared = ReadAfterWrite(
        lambda ids: dict.fromkeys(ids, "found"),
        lambda: True,
        clock=time.clock,
        changed=time.condition(),
    )

    def write() -> None:
        def written() -> tuple[int, None]:
            time.sleep(1)
            return 7, None

        found.append(shared.run(written)[1].result())

    time.in_threads(write, write)

    assert found == ["found", "found"]


def test_a_write_with_a_time_of_its_own_waits_no_longer_for_others() -> None:
    time = VirtualTime()
    shared: ReadAfterWrite[str] = ReadAfterWrite(
        lambda ids: dict.fromkeys(ids, "found"),
        lambda: True,
        clock=time.clock,
        changed=time.condition(),
    )
    ended: list[float] = []

    def write(number: int, seconds: float, allowed: float) -> None:
        def written() -> tuple[int, None]:
            time.sleep(seconds)
            return number, None

        with calls_within(allowed):
            shared.run(written)
        ended.append(time.now)

    began = time.now
    time.in_threads(lambda: write(1, 10.0, 60.0), lambda: write(2, 1.0, 0.5))

    assert ended[0] == pytest.approx(began + 1.5)


def test_an_object_that_is_not_listed_is_none() -> None:
    _, reading = ReadAfterWrite(lambda _: {}, lambda: True).run(lambda: (7, None))

    assert reading.result() is None


def test_what_was_read_by_its_own_write_is_not_read_again() -> None:
    def fetch(_: Sequence[int]) -> dict[int, str]:
        raise AssertionError("it was read")

    object_id, reading = ReadAfterWrite(fetch, lambda: True).run(lambda: (7, "found"))

    assert (object_id, reading.result()) == (7, "found")


def test_a_failed_read_leaves_the_id() -> None:
    def fetch(_: Sequence[int]) -> dict[int, str]:
        raise ValueError("no answer")

    object_id, reading = ReadAfterWrite(fetch, lambda: True).run(lambda: (7, None))

    assert object_id == 7
    assert str(reading.exception()) == "no answer"


def test_a_failed_write_is_not_read() -> None:
    reads: list[Sequence[int]] = []

    def fetch(ids: Sequence[int]) -> dict[int, str]:
        reads.append(ids)
        return {}

    def write() -> tuple[int, None]:
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        ReadAfterWrite(fetch, lambda: True).run(write)
    assert reads == []
