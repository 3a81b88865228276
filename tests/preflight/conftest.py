"""A local portal with the objects that the recorded plans speak of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import AccessToken, Catalog, Portal
from pulumi_bxbi.preflight.findings import Severity
from pulumi_bxbi.preflight.inventory import take
from pulumi_bxbi.preflight.judging import judge
from pulumi_bxbi.preflight.plan import read_plan
from pulumi_bxbi.preflight.state import State
from tests.local_portal import LocalPortal, portal, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_bxbi.preflight.plan import Plan
    from pulumi_bxbi.preflight.report import Report

__all__ = ["portal"]

PLANS = Path(__file__).parent / "plans"


def plan_text(name: str) -> str:
    return (PLANS / f"{name}.json").read_text("utf-8")


def plan_of(name: str) -> Plan:
    return read_plan(plan_text(name))


def edited(name: str, resource: str, **changes: dict[str, Any]) -> Plan:
    """Give a recorded plan with some values of one of its steps changed.

    Args:
        name: The plan.
        resource: The name of the resource.
        changes: For `inputs` (of the program) or `outputs` (of the state), the new values.
    """
    document = json.loads(plan_text(name))
    (step,) = (each for each in document["steps"] if each["urn"].endswith(f"::{resource}"))
    step.get("newState", {}).get("inputs", {}).update(changes.get("inputs", {}))
    step.get("oldState", {}).get("outputs", {}).update(changes.get("outputs", {}))
    return read_plan(json.dumps(document))


def blockers(report: Report) -> list[str]:
    return [each.problem for each in report.of(Severity.BLOCKER)]


def warnings(report: Report) -> str:
    return "\n".join(each.problem for each in report.of(Severity.WARNING))


@dataclass(frozen=True, slots=True)
class Preflight:
    """Judges plans by what a local portal holds."""

    portal: LocalPortal

    def judge(self, plan: Plan, state: State = State()) -> Report:  # noqa: B008  # it is immutable
        portal = Portal(self.portal.address, AccessToken(self.portal.access_token))
        try:
            inventory = take(plan, state, Catalog(portal, writers=1))
        finally:
            portal.close()
        return judge(plan, state, inventory)

    def __call__(self, name: str) -> Report:
        """Judge a recorded plan."""
        return self.judge(plan_of(name))


@pytest.fixture(scope="session", params=["current", "legacy"])
def running_portal(request: pytest.FixtureRequest) -> Iterator[LocalPortal]:
    with running(request.param, "--no-endpoint-checks") as portal:
        yield portal


@pytest.fixture
def deployed(portal: LocalPortal) -> LocalPortal:
    """A portal after the first deployment of the program in `record.py`."""
    first = "http://127.0.0.1:9/"
    connector: dict[str, Any] = {
        "title": "Warehouse",
        "logo": "https://acme.example/logo.svg",
        "urlCheck": first,
        "urlTableList": first,
        "urlTableDescription": first,
        "urlData": first,
        "settings": [
            {"code": "token", "name": "Token", "type": "STRING"},
            {"code": "year", "name": "Year", "type": "INT"},
        ],
    }
    assert portal.add("connector", **connector) == 124
    assert portal.add("source", title="CRM", connectorId=123, settings={"login": "admin"}) == 1
    settings = {"token": "hunter2", "year": "2026"}
    assert portal.add("source", title="Sales", connectorId=124, settings=settings) == 2
    assert portal.add_table(1, "clients") == 1
    columns = [("ID", "id", "int"), ("CREATED", "created", "date"), ("NOTE", "note", "string")]
    orders = portal.add(
        portal.family,
        sourceId=2,
        name="orders",
        externalName="Orders",
        externalCode="orders",
        fields=[dict(zip(("name", "externalCode", "type"), each, strict=True)) for each in columns],
    )
    assert orders == 2
    return portal


@pytest.fixture
def preflight(portal: LocalPortal) -> Preflight:
    return Preflight(portal)
