"""How many writes are sent together, and how long they wait for each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.portal.rest.joint_writes import JointWrites, Pace, Write, Written
from pulumi_bxbi.portal.rest.limits import WaitBudget
from tests.portal.limits.virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typing_extensions import Self

#: How many calls a second the portal accepts, and so what a call is worth without room for it.
PER_SECOND = 2.0
WORTH = 1 / PER_SECOND


@dataclass
class Deployment:
    """Threads that write one thing after another, in virtual time.

    Attributes:
        writes: How many things each thread writes.
        seconds: How long the portal takes for each.
        fill: Which part of the portal's room for calls is used up.
        timeout: Seconds that one request may take.
        gap: Seconds before a thread begins its next write; the first ones follow each other so.
        allowed: Seconds that each write may wait.
        sizes: How many writes were sent together, in the order of sending.
        budgets: The time that each write has waited, in the order of their ends.
        took: How many seconds all of it took.
    """

    writes: Sequence[int]
    seconds: float
    fill: float
    timeout: float = 75.0
    gap: float = 0.0
    allowed: float = 60.0
    sizes: list[int] = field(default_factory=list)
    budgets: list[WaitBudget] = field(default_factory=list)
    took: float = 0.0

    def run(self) -> Self:
        time = VirtualTime()

        def send(_: Write, take: Callable[[], Sequence[Write]]) -> None:
            taken = take()
            self.sizes.append(len(taken))
            time.sleep(self.seconds * len(taken))
            for each in taken:
                each.succeed(Written(result=None))

        pace = Pace(PER_SECOND, self.timeout, lambda: self.fill)
        joint = JointWrites(send, pace, time.clock, changed=time.condition())
        joint.measure(self.seconds)

        def work(number: int) -> None:
            time.sleep(self.gap * number)
            for _ in range(self.writes[number]):
                time.sleep(self.gap)
                write = Write("add", {}, "", WaitBudget(self.allowed), None)
                joint.run(write)
                self.budgets.append(write.wait_budget)

        began = time.now
        threads = range(len(self.writes))
        time.in_threads(*[lambda number=number: work(number) for number in threads])
        self.took = time.now - began
        return self


def test_with_plenty_of_room_each_is_sent_alone_and_at_once() -> None:
    deployment = Deployment([6] * 4, seconds=0.001, fill=0.2).run()

    assert deployment.sizes == [1] * 24
    assert deployment.took == pytest.approx(6 * 0.001)


@pytest.mark.parametrize(
    ("seconds", "fill", "size"),
    [
        (0.001, 0.2, 1),
        (0.05, 0.3, 2),
        (0.05, 0.5, 5),
        (0.05, 0.7, 8),
        (0.05, 0.99, 13),
        (0.001, 0.99, 16),
        (0.68, 0.5, 1),
        (0.68, 0.6, 2),
        (0.68, 0.99, 3),
        (9.0, 0.99, 1),
    ],
)
def test_the_less_room_there_is_the_more_are_sent_together(
    seconds: float, fill: float, size: int
) -> None:
    deployment = Deployment([10] * 16, seconds, fill, gap=0.001).run()

    assert sum(deployment.sizes) == 160
    assert max(deployment.sizes) == size


@pytest.mark.parametrize(
    ("seconds", "timeout", "size"),
    [(0.05, 75, 13), (0.68, 3, 2), (0.68, 1, 1), (0.05, 1, 10), (30.0, 75, 1)],
)
def test_a_batch_ends_before_the_time_out(seconds: float, timeout: float, size: int) -> None:
    deployment = Deployment([10] * 16, seconds, 0.99, timeout, gap=0.001).run()

    assert max(deployment.sizes) == size


def test_those_that_come_a_little_later_are_waited_for() -> None:
    deployment = Deployment([20] * 4, seconds=0.05, fill=0.8, gap=0.02).run()

    assert deployment.sizes[4:] == [4] * len(deployment.sizes[4:])


@pytest.mark.parametrize("fill", [0.5, 0.9])
def test_those_that_come_later_than_a_call_is_worth_are_not_waited_for(fill: float) -> None:
    deployment = Deployment([1, 1], seconds=0.05, fill=fill, gap=2 * WORTH).run()

    assert deployment.sizes == [1, 1]
    assert max(each.waited for each in deployment.budgets) <= fill**2 * WORTH


def test_one_after_another_waits_for_nobody() -> None:
    deployment = Deployment([20], seconds=0.05, fill=0.9).run()

    assert deployment.took == pytest.approx(20 * 0.05)


def test_who_writes_nothing_more_is_waited_for_once() -> None:
    deployment = Deployment([5, 5, 5, 25], seconds=0.05, fill=0.9).run()

    assert deployment.sizes[-15:] == [1] * 15
    # One of the four begins alone, and so ends before the others.
    assert deployment.took <= 40 * 0.05 + 2 * WORTH


def test_without_room_the_limits_are_waited_for_and_nobody_else() -> None:
    deployment = Deployment([1, 20], seconds=0.05, fill=1.0).run()

    assert deployment.took <= 21 * 0.05


def test_the_time_that_a_write_waits_counts_for_its_budget() -> None:
    deployment = Deployment([2, 4], seconds=0.05, fill=0.9).run()

    waited = sum(each.waited for each in deployment.budgets)
    assert waited >= 0.9**2 * WORTH
    assert max(each.waited for each in deployment.budgets) <= WORTH


def test_what_may_not_wait_waits_for_nobody() -> None:
    deployment = Deployment([2, 4], seconds=0.05, fill=0.9, allowed=0.0).run()

    assert deployment.took <= 6 * 0.05
    assert {round(each.waited, 6) for each in deployment.budgets} <= {0.0, 0.05, 0.1}
