"""Plans that are judged by what a local portal holds."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_bxbi.portal import AccessToken, Catalog, Portal
from pulumi_bxbi.preflight.findings import Severity
from pulumi_bxbi.preflight.inventory import take
from pulumi_bxbi.preflight.judging import OnPortal, judge
from pulumi_bxbi.preflight.state import State
from tests.preflight.recorded import plan_of

if TYPE_CHECKING:
    from pulumi_bxbi.preflight.inventory import Inventory
    from pulumi_bxbi.preflight.plan import Plan
    from pulumi_bxbi.preflight.report import Report
    from tests.local_portal import LocalPortal


@dataclass(frozen=True, slots=True)
class Preflight:
    """Judges plans by what a local portal holds."""

    portal: LocalPortal

    def judge(self, plan: Plan, state: State = State()) -> Report:  # noqa: B008  # it is immutable
        token = AccessToken(self.portal.access_token)
        with closing(Portal(self.portal.address, token)) as portal:
            inventory = take(plan, state, Catalog(portal))
        return verdict_on(plan, state, inventory)

    def __call__(self, name: str) -> Report:
        """Judge a recorded plan."""
        return self.judge(plan_of(name))


def verdict_on(plan: Plan, state: State, inventory: Inventory) -> Report:
    """Judge a plan of one portal."""
    return judge(OnPortal(plan, state, inventory))


def blockers(report: Report) -> list[str]:
    return [each.problem for each in report.of(Severity.BLOCKER)]


def warnings(report: Report) -> str:
    return "\n".join(each.problem for each in report.of(Severity.WARNING))
