"""How much the portal is asked, and what is told where it does not answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.preflight.findings import Severity
from pulumi_bxbi.preflight.inventory import Inventory, questions
from pulumi_bxbi.preflight.plan import read_plan
from pulumi_bxbi.preflight.report import Verdict
from pulumi_bxbi.preflight.state import State
from tests.preflight.judging import verdict_on
from tests.preflight.recorded import plan_of, plan_text

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.preflight.judging import Preflight


def together(*names: str, copies: int) -> str:
    """Give recorded plans as one, several times, each time with other URNs and ids."""
    steps = [each for name in names for each in json.loads(plan_text(name))["steps"]]
    return json.dumps({"steps": [_copy(each, copy) for copy in range(copies) for each in steps]})


def _copy(step: dict[str, Any], copy: int) -> dict[str, Any]:
    copied: dict[str, Any] = {**step, "urn": f"{step['urn']}-{copy}"}
    for state in ("oldState", "newState"):
        if "id" in step.get(state, {}):
            copied[state] = {**step[state], "id": str(int(step[state]["id"]) + 10 * copy)}
    return copied


def test_any_plan_takes_a_list_of_each_kind_and_a_batch(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    plan = read_plan(together("create", "columns", "destroy", "parameters", copies=5))
    assert len(plan.steps) > 60

    with deployed.recording() as calls:
        preflight.judge(plan)

    counted = {each: calls.count(each) for each in calls}
    lists = {"connector.list": 1, "source.list": 1, f"{deployed.family}.list": 1}
    # The copies are not there, so it matters which application asks.
    assert counted == {**lists, "batch": 1, "app.info": 1}


def test_a_destroy_asks_once_for_what_goes_and_what_hangs_on_it(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    plan = read_plan(together("destroy", copies=1))

    with deployed.recording() as calls:
        preflight.judge(plan)

    # The tables are listed in a batch, together with the question which methods the portal has.
    assert calls == ["connector.list", "source.list", "batch"]


@pytest.mark.parametrize(
    ("plan", "kind", "filtered"),
    [
        ("destroy", "connector", {"@id": [124]}),
        ("delete-all", "connector", {"@id": [124]}),
        ("columns", "table", {"@id": [1, 2]}),
        ("move-source", "connector", {"@id": [123]}),
        ("create", "table", {"@name": ["clients", "orders"]}),
        # What no single condition selects takes the whole list.
        ("create", "connector", {}),
    ],
)
def test_a_list_is_limited_to_what_is_asked(
    plan: str, kind: str, filtered: dict[str, list[object]]
) -> None:
    assert questions(plan_of(plan))[kind].filter() == filtered


def test_columns_take_one_batch_more(deployed: LocalPortal, preflight: Preflight) -> None:
    with deployed.recording() as calls:
        preflight("columns")

    assert [each for each in calls if each.startswith(f"{deployed.family}.list")] == [
        f"{deployed.family}.list"
    ]
    assert calls.count("batch") == 1
    assert not any(each.startswith(("source.", "connector.")) for each in calls)


@pytest.mark.parametrize("plan", ["nothing", "failed-check", "pending"])
def test_nothing_is_asked_about_nothing(
    deployed: LocalPortal, preflight: Preflight, plan: str
) -> None:
    with deployed.recording() as calls:
        preflight(plan)

    assert calls == []


def test_a_portal_that_does_not_answer_leaves_it_open(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    fault = {"method": "biconnector.source.list", "action": "html_503", "times": 9}
    deployed.faults(fault)
    try:
        report = preflight("destroy")
    finally:
        deployed.faults()

    assert report.verdict is Verdict.UNKNOWN
    assert "biconnector.source.list failed" in report.problem
    assert len(report.of(Severity.NOT_JUDGED)) == 3


def test_what_needs_no_portal_is_judged_without_it() -> None:
    report = verdict_on(plan_of("rename-table"), State(), Inventory(problem="No portal."))

    assert report.verdict is Verdict.UNKNOWN
    assert [each.subject for each in report.of(Severity.WARNING)] == ['table 2 "orders"']
