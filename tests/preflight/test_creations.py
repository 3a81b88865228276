"""What a creation or a change needs on the portal."""

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
from tests.preflight.recorded import edited, plan_of, plan_text

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.preflight.judging import Preflight

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def test_a_whole_program_on_an_empty_portal_is_clear(preflight: Preflight) -> None:
    """Its sources and tables belong to what the same plan creates."""
    assert preflight("create").verdict is Verdict.CLEAR


def test_parameters_that_get_no_value_are_named(preflight: Preflight) -> None:
    (found,) = preflight("create").findings

    assert found.severity is Severity.WARNING
    assert found.problem == (
        'source "CRM" gives no value for password, which connector 123 "Local database" declares: '
        "its endpoints get it empty."
    )


def test_parameters_that_lose_their_value_are_named_apart(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    plan = edited("parameters", "sales", inputs={"settings": {"key": "[secret]"}})

    assert 'source 2 "Sales" empties year, which' in warnings(preflight.judge(plan))
    assert deployed.sources()


def test_a_connector_that_does_not_exist(preflight: Preflight) -> None:
    report = preflight.judge(edited("create", "crm", inputs={"connectorId": 999}))

    (found,) = report.of(Severity.BLOCKER)
    assert found.problem.startswith('source "CRM" names connector 999, and the portal has no such')
    assert "connector_id=NAME.id" in found.cure


def test_a_source_that_does_not_exist(preflight: Preflight) -> None:
    report = preflight.judge(edited("create", "orders", inputs={"sourceId": 999}))

    assert 'table "orders" names source 999' in blockers(report)[0]


def test_an_id_that_nothing_in_the_plan_gives_is_not_judged(preflight: Preflight) -> None:
    report = preflight.judge(edited("create", "crm", inputs={"connectorId": UNKNOWN}))

    assert report.verdict is Verdict.UNKNOWN
    (found,) = report.of(Severity.NOT_JUDGED)
    assert found.problem.startswith('Whether the connector of source "CRM" exists')


@pytest.mark.parametrize("is_shown", [True, False])
def test_an_id_that_one_of_several_connectors_gives_is_not_judged(
    preflight: Preflight,
    is_shown: bool,  # noqa: FBT001  # a parameter
) -> None:
    """`Output.all(first=first.id, second=second.id)["second"]`; a plan shows no unchanged ones."""
    document = json.loads(plan_text("create"))
    warehouse, sales = (
        next(each for each in document["steps"] if each["urn"].endswith(f"::{name}"))
        for name in ("warehouse", "sales")
    )
    second = json.loads(json.dumps(warehouse).replace("::warehouse", "::second"))
    second["newState"]["inputs"]["parameters"] = []
    if is_shown:
        document["steps"].insert(0, second)
    references = sales["newState"]["propertyDependencies"]
    references["connectorId"] = [second["urn"], warehouse["urn"]]
    sales["newState"]["inputs"]["settings"]["tokn"] = "[secret]"

    report = preflight.judge(read_plan(json.dumps(document)))

    assert report.verdict is Verdict.UNKNOWN
    (found,) = report.of(Severity.NOT_JUDGED)
    assert found.problem.startswith('Whether the connector of source "Sales" exists')


@pytest.mark.parametrize(
    ("resource", "declared"), [("crm", "login, password"), ("sales", "token, year")]
)
def test_a_setting_that_the_connector_does_not_declare(
    preflight: Preflight, resource: str, declared: str
) -> None:
    """The connector of `crm` is on the portal, that of `sales` is created by the plan."""
    plan = edited("create", resource, inputs={"settings": {"tokn": "[secret]"}})

    (found,) = preflight.judge(plan).of(Severity.BLOCKER)

    assert "gives the setting tokn, which connector" in found.problem
    assert f"it declares: {declared}." in found.cure


def test_settings_are_judged_by_what_the_connector_will_declare(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    assert [each["code"] for each in deployed.connector()["settings"]] == ["token", "year"]

    assert preflight("parameters").verdict is Verdict.CLEAR
    kept = edited("parameters", "sales", inputs={"settings": {"token": "[secret]"}})
    assert "gives the setting token, which" in blockers(preflight.judge(kept))[0]


def test_settings_that_are_not_known_are_not_judged(preflight: Preflight) -> None:
    report = preflight.judge(edited("create", "crm", inputs={"settings": UNKNOWN}))

    assert report.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("source", ["crm", "sales"], ids=["a connector", "a new connector"])
def test_settings_that_are_secret_as_a_whole_are_left_to_the_preview(
    preflight: Preflight, source: str
) -> None:
    report = preflight.judge(edited("create", source, inputs={"settings": "[secret]"}))

    assert report.verdict is Verdict.CLEAR
    assert "unless it was offline" in warnings(report)


def test_a_connector_that_the_plan_leaves_alone_has_to_be_there(preflight: Preflight) -> None:
    """The state knows it, and somebody has deleted it on the portal."""
    document = json.loads(plan_text("create"))
    steps = json.loads(plan_text("move-source-steps"))["steps"]
    same = next(each for each in steps if each["urn"].endswith("::warehouse"))
    (sales,) = (each for each in document["steps"] if each["urn"].endswith("::sales"))
    sales["newState"]["inputs"]["connectorId"] = 124
    plan = read_plan(json.dumps({"steps": [same, sales]}))

    (problem,) = blockers(preflight.judge(plan))

    assert 'source "Sales" names connector 124, and the portal has no such' in problem


@pytest.mark.parametrize(("operation", "expected"), [("same", "blocked"), ("update", "clear")])
def test_a_connector_that_the_plan_leaves_alone_is_judged_by_the_portal(
    portal: LocalPortal, preflight: Preflight, operation: str, expected: str
) -> None:
    """Somebody has changed its parameters there."""
    steps = json.loads(plan_text("move-source-steps"))["steps"]
    connector = next(each for each in steps if each["urn"].endswith("::warehouse"))
    created = json.loads(plan_text("create"))["steps"]
    (crm,) = (each for each in created if each["urn"].endswith("::crm"))
    assert [each["code"] for each in portal.call("connector.get", id=123)["item"]["settings"]] == [
        "login",
        "password",
    ]
    connector["op"] = operation
    connector["oldState"]["id"] = connector["newState"]["id"] = "123"
    crm["newState"]["inputs"]["settings"] = {"token": "[secret]"}

    report = preflight.judge(read_plan(json.dumps({"steps": [connector, crm]})))

    assert report.verdict is Verdict(expected)


def test_an_id_of_a_connector_that_is_left_alone_and_is_not_known(preflight: Preflight) -> None:
    steps = json.loads(plan_text("move-source-steps"))["steps"]
    same = next(each for each in steps if each["urn"].endswith("::warehouse"))
    created = json.loads(plan_text("create"))["steps"]
    (sales,) = (each for each in created if each["urn"].endswith("::sales"))

    report = preflight.judge(read_plan(json.dumps({"steps": [same, sales]})))

    assert report.verdict is Verdict.UNKNOWN


def test_a_table_that_stays_when_it_is_replaced_keeps_its_name(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    assert deployed.tables() == {"orders", "clients"}
    document = json.loads(plan_text("move-source"))
    (orders,) = (each for each in document["steps"] if each["urn"].endswith("::orders"))
    orders["oldState"]["retainOnDelete"] = True

    found = preflight.judge(read_plan(json.dumps(document))).of(Severity.BLOCKER)

    (name,) = (each for each in found if "has that name" in each.problem)
    assert "orders leaves it on the portal (retain_on_delete)" in name.cure


def test_a_name_is_checked_for_a_table_whose_old_one_is_gone(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    """A killed run had deleted it, and somebody has taken the name since."""
    deployed.delete_table(2)
    taken = deployed.add_table(1, "orders")
    plan = plan_of("move-source")
    state = read_state(
        {"resources": [{"urn": plan.steps[-1].urn, "id": "2", "pendingReplacement": True}]}
    )

    report = preflight.judge(state.complete(plan), state)

    (problem,) = blockers(report)
    assert f'table {taken} "orders" has that name' in problem
    assert "is replaced by a new one" not in warnings(report)


def test_a_table_name_that_is_taken(portal: LocalPortal, preflight: Preflight) -> None:
    source = portal.add("source", title="Other", connectorId=123, settings={})
    taken = portal.add_table(source, "orders")

    (found,) = preflight("create").of(Severity.BLOCKER)

    assert f'table {taken} "orders" has that name' in found.problem
    assert f"bxbi import table {taken} --name orders" in found.cure


def test_a_name_that_a_renamed_resource_still_has(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    """Pulumi creates before it deletes."""
    assert deployed.tables() == {"orders", "clients"}

    (found,) = preflight("rename-resource").of(Severity.BLOCKER)

    assert 'table "orders" cannot be created: table 2 "orders" has that name' in found.problem
    assert 'aliases=[pulumi.Alias(name="orders")]' in found.cure


def test_a_name_that_another_table_of_the_stack_has(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    assert deployed.tables() == {"orders", "clients"}
    document = json.loads(plan_text("rename-resource"))
    document["steps"] = [each for each in document["steps"] if each["op"] != "delete"]
    urn = "urn:pulumi:test::test::pulumi-python:dynamic/bxbi:BiTable::first"
    state = read_state({"resources": [{"urn": urn, "id": "2"}]})

    (found,) = preflight.judge(read_plan(json.dumps(document)), state).of(Severity.BLOCKER)

    assert found.cure == "it is first in this program: give orders2 another name."


def test_a_name_that_another_table_of_the_program_has_is_told_by_its_new_name(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    """The state has it under the old one, which an alias gives."""
    assert deployed.tables() == {"orders", "clients"}
    document = json.loads(plan_text("rename-resource"))
    document["steps"] = [each for each in document["steps"] if each["op"] != "delete"]
    columns = json.loads(plan_text("columns"))["steps"]
    (orders,) = (each for each in columns if each["urn"].endswith("::orders"))
    state = read_state({"resources": [{"urn": orders["urn"], "id": "2"}]})
    orders["urn"] = orders["urn"].replace("::orders", "::first")
    document["steps"].append(orders)

    (found,) = preflight.judge(read_plan(json.dumps(document)), state).of(Severity.BLOCKER)

    assert found.cure == "it is first in this program: give orders2 another name."


def test_a_name_that_is_left_before_it_is_taken(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    """A table that goes first, in the order of the plan."""
    assert deployed.tables() == {"orders", "clients"}
    moved, renamed = (
        json.loads(plan_text(each))["steps"] for each in ("move-source", "rename-resource")
    )
    created = next(each for each in renamed if each["op"] == "create")
    moved[-1]["newState"]["inputs"]["name"] = "moved"
    created["newState"]["inputs"]["sourceId"] = 1

    first_gone = json.dumps({"steps": [*moved, created]})
    first_made = json.dumps({"steps": [created, *moved]})

    assert preflight.judge(read_plan(first_gone)).verdict is Verdict.CLEAR
    assert preflight.judge(read_plan(first_made)).verdict is Verdict.BLOCKED


def test_a_name_that_the_program_gives_twice(preflight: Preflight) -> None:
    (problem,) = blockers(preflight.judge(edited("create", "orders", inputs={"name": "clients"})))

    assert 'clients in this program has the name "clients" too' in problem


def test_a_name_that_is_not_known_is_not_judged(preflight: Preflight) -> None:
    report = preflight.judge(edited("create", "orders", inputs={"name": UNKNOWN}))

    assert report.verdict is Verdict.UNKNOWN


def test_a_renamed_table_is_clear(deployed: LocalPortal, preflight: Preflight) -> None:
    assert deployed.tables() == {"orders", "clients"}

    assert preflight("rename-table").verdict is Verdict.CLEAR


def test_the_same_title_is_a_hint_to_import(portal: LocalPortal, preflight: Preflight) -> None:
    twin = portal.add("source", title="CRM", connectorId=123, settings={})

    report = preflight("create")

    assert report.verdict is Verdict.CLEAR
    (found,) = (each for each in report.of(Severity.WARNING) if each.objects)
    assert f'the portal has source {twin} "CRM" already' in found.problem
    assert f"bxbi import source {twin} --name crm" in found.cure


def test_a_title_that_only_looks_the_same_is_a_hint_to_import(
    portal: LocalPortal, preflight: Preflight
) -> None:
    twin = portal.add("source", title="crm ", connectorId=123, settings={})

    report = preflight("create")

    assert report.verdict is Verdict.CLEAR
    (found,) = (each for each in report.of(Severity.WARNING) if each.objects)
    assert found.problem == (
        f'source "CRM" is created, and the portal has source {twin} "crm " already, whose title '
        "only looks the same (differs in spaces and in upper and lower case)."
    )
    assert found.cure == (
        "if crm is meant to be that one, write its title as it is there and take it into the "
        f"state: `bxbi import source {twin} --name crm`."
    )


def test_no_hint_to_import_what_the_stack_manages(
    portal: LocalPortal, preflight: Preflight
) -> None:
    twin = portal.add("source", title="CRM", connectorId=123, settings={})
    urn = "urn:pulumi:test::test::pulumi-python:dynamic/bxbi:BiSource::other"
    state = read_state({"resources": [{"urn": urn, "id": str(twin)}]})

    assert "already" not in warnings(preflight.judge(edited("create", "crm"), state))


def test_what_is_gone_cannot_be_changed(deployed: LocalPortal, preflight: Preflight) -> None:
    deployed.delete_table(2)

    (found,) = preflight("columns").of(Severity.BLOCKER)

    assert 'table 2 "orders" cannot be changed' in found.problem
    assert "pulumi refresh" in found.cure
    assert "deletes NOTE" in warnings(preflight("columns"))


def test_several_objects_of_one_title_are_left_to_the_user(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    more = {"settings": {"login": "a"}, "connectorId": 123}
    twins = [deployed.add("source", title="Newcomer", **more) for _ in range(2)]
    plan = edited("create", "crm", inputs={"title": "Newcomer"})

    findings = preflight.judge(plan).findings
    (found,) = (each for each in findings if f'source {twins[0]} "Newcomer"' in each.problem)

    assert all(f'source {each} "Newcomer"' in found.problem for each in twins)
    assert "then all have the same title" in found.problem
    assert "take that one into the state: `bxbi import source ID --name crm`" in found.cure


@pytest.mark.parametrize(
    ("made_by", "asks", "problem", "cure"),
    [
        ("local.1", "local.1", "the portal has it no more", "run `pulumi refresh`"),
        (
            "local.1",
            "local.2",
            "cannot be changed by application local.2, which does not see it: application local.1",
            "use the credentials of application local.1. ",
        ),
        ("", "local.2", "the portal has it no more", "if another application made it, it is still"),
        ("local.1", "", "the portal has it no more", "if another application (local.1, as the"),
    ],
    ids=["gone", "another application", "not known who made it", "not known who asks"],
)
def test_what_another_application_made_is_not_taken_for_gone(
    made_by: str, asks: str, problem: str, cure: str
) -> None:
    memory = {"version": 1, "portal": "https://acme.bitrix24.com", "application": made_by}
    plan = edited("columns", "orders", outputs={"__memory": memory})
    orders = next(each for each in plan.steps if each.name == "orders")
    inventory = Inventory(sources={}, tables={}, connectors={}, application=asks)

    (found,) = verdict_on(replace(plan, steps=(orders,)), State(), inventory).of(Severity.BLOCKER)

    assert problem in found.problem
    assert found.cure.startswith(cure)
