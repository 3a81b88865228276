"""How long a killed deployment's creations are looked for, and what is told of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import Catalog
from pulumi_bxbi.recovery.pending import Recorded
from pulumi_bxbi.recovery.recovery import Recovery
from pulumi_bxbi.stack.pulumi_command import Stack
from tests.recovery.test_pending import PENDING, URN

if TYPE_CHECKING:
    from pulumi_bxbi.portal import Portal
    from tests.http_server import Server

WRITTEN = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
MADE = {
    "id": 7,
    "title": "CRM",
    "connectorId": 123,
    "settings": [{"code": "password", "value": "hunter2"}, {"code": "port", "value": "5432"}],
    "dateCreate": "2026-03-01 12:00:10",
}


class Clock:
    """A clock that goes on when somebody waits for it.

    Attributes:
        time: What it shows.
        passed: Seconds since the command started.
        naps: The seconds that somebody has waited.
    """

    def __init__(self, seconds: float) -> None:
        self.time = WRITTEN + timedelta(seconds=seconds)
        self.passed = 0.0
        self.naps: list[float] = []

    def now(self) -> datetime:
        return self.time

    def seconds(self) -> float:
        return 1000 + self.passed

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.passed += seconds
        self.time += timedelta(seconds=seconds)


def recovery(portal: Portal, clock: Clock) -> Recovery:
    recorded = Recorded.read(
        {"manifest": {"time": WRITTEN.isoformat()}, "pending_operations": [PENDING]}
    )
    return Recovery(
        Stack("", {}),
        recorded,
        {"": Catalog(portal)},
        timeout=75.0,
        started=1000,
        tell=print,
        clock=clock.seconds,
        now=clock.now,
        sleep=clock.sleep,
    )


@pytest.mark.parametrize("seconds", [-7200, 10, 75, 900, 7200])
def test_it_is_looked_for_until_the_portal_cannot_make_it_any_more(
    portal: Portal, server: Server, seconds: float
) -> None:
    """The call may have been sent long after the state was written, by another clock."""
    clock = Clock(seconds)
    server.answers({"result": []})

    findings = recovery(portal, clock).look_until_sure()

    assert findings[URN].is_nothing
    assert sum(clock.naps) == 75


def test_what_the_command_has_done_before_counts(portal: Portal, server: Server) -> None:
    clock = Clock(10)
    clock.passed = 30
    server.answers({"result": []})

    recovery(portal, clock).look_until_sure()

    assert sum(clock.naps) == 45


@pytest.mark.parametrize("seconds", [10, 305])
def test_it_is_found_where_the_portal_was_still_at_work(
    portal: Portal, server: Server, seconds: float
) -> None:
    clock = Clock(seconds)
    server.answers({"result": []}, {"result": [MADE]})

    findings = recovery(portal, clock).look_until_sure()

    assert findings[URN].made
    assert len(clock.naps) == 1


def test_nothing_is_waited_for_where_something_was_found(portal: Portal, server: Server) -> None:
    clock = Clock(10)
    server.answers({"result": [MADE]})

    assert recovery(portal, clock).look_until_sure()[URN].made
    assert clock.naps == []


def test_nothing_is_waited_for_long_after_the_deployment(portal: Portal, server: Server) -> None:
    clock = Clock(timedelta(days=1, seconds=1).total_seconds())
    server.answers({"result": []})

    assert recovery(portal, clock).look_until_sure()[URN].is_nothing
    assert clock.naps == []


@pytest.mark.parametrize(
    ("days", "text"), [(0, "nothing was created so far"), (2, "nothing was created. The next")]
)
def test_a_report_says_no_more_than_is_known(
    portal: Portal, server: Server, days: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock(timedelta(days=days, seconds=10).total_seconds())
    server.answers({"result": []})

    recovery(portal, clock).report()

    assert text in capsys.readouterr().out
    assert clock.naps == []


@pytest.mark.parametrize(
    ("others", "text"),
    [
        ([], "not clear whether the killed deployment created this one"),
        ([{**MADE, "id": "8"}], "not clear what was created. It may be one of these"),
    ],
    ids=["one that is too old", "two"],
)
def test_what_is_not_clear_is_told_with_the_command_for_it(
    portal: Portal,
    server: Server,
    others: list[dict[str, Any]],
    text: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    old = {**MADE, "dateCreate": "2020-01-01 00:00:00"}
    server.answers({"result": [old, *others]})

    recovery(portal, Clock(10)).report()

    told = capsys.readouterr().out
    assert text in told
    assert f"bxbi import source {MADE['id']} --name crm" in told
    assert "Do the steps above. Run `bxbi recover` before the next `pulumi up`." in told
