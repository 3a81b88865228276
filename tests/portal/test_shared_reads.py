"""Reads that threads share."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.portal.objects.shared_reads import OncePerKey, ReadAfterWrite

if TYPE_CHECKING:
    from collections.abc import Sequence


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


def test_as_many_writes_as_there_are_writers_share_one_read() -> None:
    reads: list[list[int]] = []
    everyone_writes = threading.Barrier(4)

    def fetch(ids: Sequence[int]) -> dict[int, str]:
        reads.append(list(ids))
        return {each: f"object {each}" for each in ids if each != 3}

    def write(number: int) -> str | None:
        def written() -> tuple[int, None]:
            everyone_writes.wait()
            return number, None

        object_id, reading = shared.run(written)
        assert object_id == number
        return reading.result()

    shared = ReadAfterWrite(fetch, writers=4)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(write, range(1, 9)))

    assert found == [None if n == 3 else f"object {n}" for n in range(1, 9)]
    assert len(reads) == 2
    assert sorted(reads[0] + reads[1]) == list(range(1, 9))


def test_two_writes_of_one_object_share_its_read() -> None:
    """Two resources can have the same object, after an import by mistake."""
    both_write = threading.Barrier(2)

    def written() -> tuple[int, None]:
        both_write.wait()
        return 7, None

    shared = ReadAfterWrite(lambda ids: dict.fromkeys(ids, "found"), writers=4)
    found: list[str | None] = []
    threads = [
        # Daemons, so that one that waits for ever fails the test and does not hold it up.
        threading.Thread(target=lambda: found.append(shared.run(written)[1].result()), daemon=True)
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert found == ["found", "found"]


def test_a_lone_write_is_read_back_too() -> None:
    shared = ReadAfterWrite(lambda ids: dict.fromkeys(ids, "found"), writers=4)

    object_id, reading = shared.run(lambda: (7, None))

    assert (object_id, reading.result()) == (7, "found")


def test_what_was_read_by_its_own_write_is_not_read_again() -> None:
    def fetch(_: Sequence[int]) -> dict[int, str]:
        raise AssertionError("it was read")

    object_id, reading = ReadAfterWrite(fetch, writers=4).run(lambda: (7, "found"))

    assert (object_id, reading.result()) == (7, "found")


def test_a_failed_read_leaves_the_id() -> None:
    def fetch(_: Sequence[int]) -> dict[int, str]:
        raise ValueError("no answer")

    object_id, reading = ReadAfterWrite(fetch, writers=1).run(lambda: (7, None))

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
        ReadAfterWrite(fetch, writers=1).run(write)
    assert reads == []
