"""How long a killed deployment's creations are looked for."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from pulumi_bxbi.cli.pending import Recorded
from pulumi_bxbi.cli.recover import Recovery
from pulumi_bxbi.cli.stack import Stack
from pulumi_bxbi.portal import Catalog
from tests.cli.test_pending import PENDING, URN

if TYPE_CHECKING:
    from pulumi_bxbi.portal import Portal
    from tests.conftest import Server

WRITTEN = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
MADE = {
    "id": 7,
    "title": "CRM",
    "connectorId": 123,
    "settings": [{"code": "password", "value": "hunter2"}, {"code": "port", "value": "5432"}],
    "dateCreate": "2026-03-01 12:00:10",
}


class Clock:
    """A clock that goes on when somebody waits for it."""

    def __init__(self, seconds: float) -> None:
        self.time = WRITTEN + timedelta(seconds=seconds)
        self.naps: list[float] = []

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.time += timedelta(seconds=seconds)


def recovery(portal: Portal, clock: Clock) -> Recovery:
    recorded = Recorded.read(
        {"manifest": {"time": WRITTEN.isoformat()}, "pending_operations": [PENDING]}
    )
    catalog = Catalog(portal, writers=1)
    return Recovery(Stack("", {}), recorded, catalog, 75.0, clock.now, clock.sleep)


def test_it_is_looked_for_until_the_portal_cannot_make_it_any_more(
    portal: Portal, server: Server
) -> None:
    clock = Clock(10)
    server.answers({"result": []})

    findings = recovery(portal, clock).look_until_sure()

    assert findings[URN].is_nothing
    assert sum(clock.naps) == 65


def test_it_is_found_where_the_portal_was_still_at_work(portal: Portal, server: Server) -> None:
    clock = Clock(10)
    server.answers({"result": []}, {"result": [MADE]})

    findings = recovery(portal, clock).look_until_sure()

    assert findings[URN].made
    assert len(clock.naps) == 1


def test_nothing_is_waited_for_long_after_the_deployment(portal: Portal, server: Server) -> None:
    clock = Clock(3600)
    server.answers({"result": []})

    assert recovery(portal, clock).look_until_sure()[URN].is_nothing
    assert clock.naps == []
