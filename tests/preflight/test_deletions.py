"""What the portal will not delete, and what goes along."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.preflight.findings import Severity
from pulumi_bxbi.preflight.inventory import Inventory
from pulumi_bxbi.preflight.plan import read_plan
from pulumi_bxbi.preflight.report import Verdict
from pulumi_bxbi.preflight.state import State, read_state
from tests.preflight.judging import blockers, verdict_on, warnings
from tests.preflight.recorded import edited, plan_text

if TYPE_CHECKING:
    from pulumi_bxbi.preflight.report import Report
    from tests.local_portal import LocalPortal
    from tests.preflight.judging import Preflight

CRM = "urn:pulumi:test::test::acme:bi:Group$pulumi-python:dynamic/bxbi:BiSource::crm"
PLANS_IN_ORDER = [
    *("delete-all", "destroy", "move-source", "move-source-steps"),
    *("rename-by-alias", "rename-by-alias-steps", "destroy-indirect"),
]


@pytest.mark.parametrize("plan", PLANS_IN_ORDER)
def test_what_the_plan_removes_first_is_not_in_the_way(
    deployed: LocalPortal, preflight: Preflight, plan: str
) -> None:
    assert deployed.tables() == {"orders", "clients"}

    assert preflight(plan).verdict is Verdict.CLEAR


@pytest.mark.parametrize("plan", ["delete-all", "destroy", "move-source"])
def test_a_table_that_no_stack_manages_is_in_the_way_of_its_source(
    deployed: LocalPortal, preflight: Preflight, plan: str
) -> None:
    by_hand = deployed.add_table(2, "by_hand")

    (found,) = preflight(plan).of(Severity.BLOCKER)

    assert found.subject == 'source 2 "Sales"'
    assert f'table {by_hand} "by_hand" depends on it, and this plan does not' in found.problem
    assert f"bxbi import table {by_hand} --name NAME" in found.cure
    assert "set force_destroy=True on sales and run `pulumi up` before" in found.cure
    assert [each.id for each in found.objects] == [by_hand]


def test_a_source_that_no_stack_manages_is_in_the_way_of_its_connector(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    by_hand = deployed.add("source", title="Чужой", connectorId=124, settings={})

    (problem,) = blockers(preflight("destroy"))

    assert 'connector 124 "Warehouse" cannot be deleted' in problem
    assert f'source {by_hand} "Чужой" depends on it' in problem


def test_force_destroy_in_the_state_makes_it_a_warning_that_names_what_goes_along(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    by_hand = deployed.add_table(2, "by_hand")

    report = preflight("destroy-forced")

    assert report.verdict is Verdict.CLEAR
    assert f'source 2 "Sales" is deleted together with table {by_hand} "by_hand"' in warnings(
        report
    )
    assert "together with" not in warnings(preflight("destroy"))


def test_force_destroy_of_a_connector_names_the_tables_below_its_sources_too(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    source = deployed.add("source", title="By hand", connectorId=124, settings={})
    table = deployed.add_table(source, "by_hand")
    document = json.loads(plan_text("destroy"))
    (step,) = (each for each in document["steps"] if each["urn"].endswith("::warehouse"))
    step["oldState"]["outputs"]["forceDestroy"] = True

    report = preflight.judge(read_plan(json.dumps(document)))

    assert report.verdict is Verdict.CLEAR
    assert (
        f'connector 124 "Warehouse" is deleted together with source {source} "By hand", '
        f'table {table} "by_hand"' in warnings(report)
    )


def test_force_destroy_that_only_the_program_has_does_not_count(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    deployed.add_table(2, "by_hand")
    document = json.loads(plan_text("move-source"))
    (step,) = (each for each in document["steps"] if each["urn"].endswith("::sales"))
    step["newState"]["inputs"]["forceDestroy"] = True

    report = preflight.judge(read_plan(json.dumps(document)))

    assert report.verdict is Verdict.BLOCKED


def test_a_deletion_whose_order_the_state_does_not_know_is_a_blocker(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    assert deployed.tables() == {"orders", "clients"}

    found = preflight("destroy-without-references").of(Severity.BLOCKER)

    problems = [each.problem for each in found]
    assert len(problems) == 2
    assert "the state does not know that orders depends on sales" in problems[0]
    assert "the state does not know that clients depends on crm" in problems[1]
    assert "write source_id=sales.id for orders and run `pulumi up` before" in found[0].cure


@pytest.mark.parametrize(
    ("operation", "change", "expected"),
    [
        ("same", {}, Verdict.BLOCKED),
        ("replace", {}, Verdict.CLEAR),
        ("replace", {"pendingReplacement": True}, Verdict.BLOCKED),
        ("delete", {"parent": "", "deletedWith": CRM}, Verdict.CLEAR),
    ],
    ids=["stays", "is replaced", "goes at once", "goes with it"],
)
def test_only_what_goes_in_between_gives_two_objects_an_order(
    deployed: LocalPortal,
    preflight: Preflight,
    operation: str,
    change: dict[str, object],
    expected: Verdict,
) -> None:
    """As the engine's `ScheduleDeletes` has it."""
    assert deployed.tables() == {"orders", "clients"}
    document = json.loads(plan_text("destroy-indirect"))
    (below,) = (each for each in document["steps"] if each["urn"].endswith("::below"))
    below["op"] = operation
    below["oldState"].update(change)

    assert preflight.judge(read_plan(json.dumps(document))).verdict is expected


def test_what_is_deleted_again_gives_an_order_too(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    """Of whichever provider; no plan shows it."""
    assert deployed.tables() == {"orders", "clients"}
    document = json.loads(plan_text("destroy-indirect"))
    (below,) = (each for each in document["steps"] if each["urn"].endswith("::below"))
    document["steps"].remove(below)
    plan = read_plan(json.dumps(document))
    state = read_state({"resources": [{**below["oldState"], "delete": True}]})

    assert preflight.judge(plan).verdict is Verdict.BLOCKED
    assert preflight.judge(state.complete(plan), state).verdict is Verdict.CLEAR


def test_a_retained_table_stays_in_the_way(deployed: LocalPortal, preflight: Preflight) -> None:
    assert deployed.tables() == {"orders", "clients"}

    report = preflight("destroy-retained")

    (problem,) = blockers(report)
    assert (
        'source 1 "CRM" cannot be deleted: table 1 "clients" depends on it and stays on the portal'
        in problem
    )
    assert 'table 1 "clients" stays on the portal, and no stack manages it' in warnings(report)


def test_a_table_that_is_forgotten_with_its_source_is_in_the_way(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    assert deployed.tables() == {"orders", "clients"}
    document = json.loads(plan_text("destroy"))
    (step,) = (each for each in document["steps"] if each["urn"].endswith("::orders"))
    step["oldState"]["deletedWith"] = step["oldState"]["dependencies"][0]

    report = preflight.judge(read_plan(json.dumps(document)))

    (problem,) = blockers(report)
    assert "is forgotten without being deleted (deleted_with)" in problem
    assert "because of the option deleted_with Pulumi forgets it" in warnings(report)


def test_deleted_with_counts_only_where_that_resource_goes_too(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    by_hand = deployed.add_table(2, "by_hand")
    document = json.loads(plan_text("destroy"))
    sales, warehouse = (
        next(each for each in document["steps"] if each["urn"].endswith(name))
        for name in ("::sales", "::warehouse")
    )
    sales["oldState"]["deletedWith"] = warehouse["urn"]
    document["steps"].remove(warehouse)

    (problem,) = blockers(preflight.judge(read_plan(json.dumps(document))))

    assert f'source 2 "Sales" cannot be deleted: table {by_hand} "by_hand" depends on it' in problem


def test_deleted_with_names_a_resource_as_the_state_does(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    """Which another name of the program, by an alias, does not change."""
    assert deployed.tables() == {"orders", "clients"}
    document = json.loads(plan_text("rename-by-alias"))
    (orders,) = (each for each in document["steps"] if each["urn"].endswith("::orders"))
    orders["oldState"]["deletedWith"] = orders["oldState"]["dependencies"][0]

    (problem,) = blockers(preflight.judge(read_plan(json.dumps(document))))

    assert "is forgotten without being deleted (deleted_with)" in problem


def test_what_the_stack_keeps_on_it_is_named_as_its_resource(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    assert deployed.tables() == {"orders", "clients"}
    document = json.loads(plan_text("destroy"))
    orders = next(each for each in document["steps"] if each["urn"].endswith("::orders"))
    document["steps"].remove(orders)
    state = read_state({"resources": [{**orders["oldState"], "urn": orders["urn"]}]})

    report = preflight.judge(read_plan(json.dumps(document)), state)

    (found,) = report.of(Severity.BLOCKER)
    assert "stays: it is orders in this program" in found.problem
    assert "bxbi import" not in found.cure


def test_what_the_plan_creates_on_it_is_in_the_way(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    assert deployed.tables() == {"orders", "clients"}
    document = json.loads(plan_text("destroy"))
    created = json.loads(plan_text("rename-resource"))["steps"]
    created = next(each for each in created if each["op"] == "create")
    created["newState"]["inputs"]["name"] = "another"
    document["steps"].insert(0, created)

    report = preflight.judge(read_plan(json.dumps(document)))

    (problem,) = blockers(report)
    assert 'table "another" is created on it by this very plan' in problem


def test_what_is_gone_already_can_be_deleted(preflight: Preflight) -> None:
    assert preflight("destroy").verdict is Verdict.CLEAR


class TestMissing:
    """An object that is to be deleted and is not there for the application that asks."""

    @staticmethod
    def judged(made_by: str, asks: str) -> Report:
        memory = {"version": 1, "portal": "https://acme.bitrix24.com", "application": made_by}
        plan = edited("delete-all", "crm", outputs={"__memory": memory})
        crm = next(each for each in plan.steps if each.name == "crm")
        inventory = Inventory(sources={}, tables={}, connectors={}, application=asks)
        return verdict_on(replace(plan, steps=(crm,)), State(), inventory)

    def test_it_is_gone_for_the_application_that_made_it(self) -> None:
        assert self.judged("local.1", "local.1").findings == ()

    def test_another_application_cannot_delete_it(self) -> None:
        report = self.judged("local.1", "local.2")

        (told,) = blockers(report)
        assert told == (
            'source 1 "CRM" cannot be deleted by application local.2, which does not see it: '
            "application local.1 made it."
        )

    @pytest.mark.parametrize(("made_by", "asks"), [("", "local.2"), ("local.1", ""), ("", "")])
    def test_where_that_is_not_known_there_is_a_warning(self, made_by: str, asks: str) -> None:
        report = self.judged(made_by, asks)

        assert blockers(report) == []
        assert "is not there for this application, so it only leaves the state" in warnings(report)
