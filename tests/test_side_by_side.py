"""Work on several things at a time."""

from __future__ import annotations

from contextvars import ContextVar
from threading import Barrier

import pytest

from pulumi_bxbi.side_by_side import side_by_side

#: Only a failing test waits for so long.
PATIENCE_SECONDS = 20


def test_results_come_in_the_order_of_the_items() -> None:
    assert side_by_side(str, range(9), 4) == list("012345678")


def test_a_failure_is_passed_on() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda each: 1 // each, [1, 0, 2], 2)


def test_nothing_is_begun_after_a_failure() -> None:
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # the only one
        side_by_side(work, range(9), 1)

    assert begun == [0]


def test_as_many_as_allowed_are_worked_on_at_a_time() -> None:
    everybody = Barrier(3)

    # Each waits for the two others.
    side_by_side(lambda _: everybody.wait(PATIENCE_SECONDS), range(6), 3)


def test_the_work_has_the_context_of_the_caller() -> None:
    allowed: ContextVar[int] = ContextVar("allowed", default=0)
    allowed.set(7)

    assert side_by_side(lambda _: allowed.get(), range(3), 2) == [7, 7, 7]
