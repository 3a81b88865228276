"""`bxbi preflight` foretells what `pulumi up` then does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.engine.stack import copied
from tests.local_portal import on_the_current_api
from tests.preflight.record import leave_pending

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

NESTED = """\
group = pulumi.ComponentResource("acme:bi:Group", "group")
inside = pulumi.ResourceOptions(parent=group)
crm = bxbi.BiSource("crm", "CRM", 123, {"login": config.require_secret("password")}, opts=inside)
bxbi.BiTable("orders", crm.id, "orders", "Orders", "orders", [bxbi.Column("ID", "id", "int")])
"""

CONNECTOR = """\
first = "{endpoints}/"
def connector(name, *parameters, **more):
    return bxbi.BiConnector(
        name, name, first + "check", first + "check", first + "tables", first + "description",
        first + "data", [bxbi.ConnectorParameter(code, code, type) for code, type in parameters],
        **more,
    )

"""


@pytest.fixture(scope="module")
def deployed(shared_stack: Stack) -> Stack:
    """A stack that no test changes."""
    shared_stack.program(NESTED)
    shared_stack.up()
    return shared_stack


@on_the_current_api
def test_a_deletion_that_will_be_refused_is_foretold(portal: LocalPortal, stack: Stack) -> None:
    stack.program(NESTED)
    assert stack.bxbi("preflight").count("Clear: nothing stands in the way") == 1
    stack.up()
    (source_id,) = portal.sources()
    table_id = portal.add_table(source_id, "by_hand")
    stack.program("")

    told = stack.bxbi("preflight", status=3)

    assert "Running pulumi preview" in told
    assert f'source {source_id} "CRM" cannot be deleted: table {table_id} "by_hand"' in told
    assert f'table {table_id} "by_hand" must be deleted first' in stack.fails(
        "up", "--yes", "--skip-preview"
    )
    assert list(portal.sources()) == [source_id]
    assert "hunter2" not in stack.output


@on_the_current_api
def test_a_plan_in_a_file_belongs_to_its_own_stack(portal: LocalPortal, stack: Stack) -> None:
    """And a deletion that has failed once is tried again, which no preview shows."""
    other = portal.add("connector", **_like_the_first(portal))
    stack.program(NESTED)
    stack.up()
    (source_id,) = portal.sources()
    portal.add_table(source_id, "by_hand")
    stack.program(NESTED.replace("123", str(other)))
    stack.fails("up", "--yes", "--skip-preview")
    plan = stack.run("preview", "--json").stdout
    assert not [each for each in json.loads(plan)["steps"] if each["op"] != "same"]
    (stack.folder / "plan.json").write_text(plan, "utf-8")

    told = stack.bxbi("preflight", "plan.json", status=3, PULUMI_STACK="another")

    assert f'source {source_id} "CRM" cannot be deleted' in told
    stack.fails("up", "--yes", "--skip-preview")


def test_a_check_that_fails_is_a_blocker(deployed: Stack) -> None:
    deployed.program(NESTED.replace('"login"', '"lgin"'))

    document = deployed.bxbi("preflight", "--format", "json", status=3)

    report = json.loads(document[: document.rindex("}") + 1])
    (blocker,) = report["blockers"]
    assert blocker["subject"] == "BiSource crm"
    assert "settings.lgin is not a parameter of connector 123" in blocker["problem"]
    (left,) = report["notJudged"]
    assert "BiTable orders" in left["problem"]


@on_the_current_api
@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (
            'pulumi.Output.secret({"yaer": 2026})',
            "settings.yaer is not a parameter of its connector",
        ),
        ('{"year": "this"}', "settings.year must be a whole number"),
    ],
    ids=["secret as a whole", "whole number"],
)
def test_the_settings_of_a_new_connectors_source_are_judged_by_the_preview(
    portal: LocalPortal, stack: Stack, settings: str, problem: str
) -> None:
    stack.program(
        with_connectors(portal)
        + f"""\
new = connector("new", ("year", "INT"))
bxbi.BiSource("crm", "CRM", new.id, {settings})
"""
    )

    assert problem in " ".join(stack.bxbi("preflight", status=3).split())
    assert portal.connectors() == {}


@on_the_current_api
def test_a_connector_that_is_one_of_several_is_no_blocker(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(
        with_connectors(portal)
        + """\
first, second = connector("first", ("login", "STRING")), connector("second", ("token", "STRING"))
ids = pulumi.Output.all(first=first.id, second=second.id)
bxbi.BiSource("crm", "CRM", ids["first"], {"login": "x"})
bxbi.BiSource("sales", "Sales", ids["second"], {"token": "x"})
"""
    )

    told = " ".join(stack.bxbi("preflight", status=4).split())

    assert told.count("its id is not known before `pulumi up`") == 2
    stack.up()


@on_the_current_api
def test_what_goes_first_for_another_reason_is_no_blocker(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(NESTED)
    stack.up()
    (source_id,) = portal.sources()
    stack.program(
        NESTED.replace("crm.id", str(source_id))
        .replace(
            '"int")])',
            '"int")], opts=pulumi.ResourceOptions(depends_on=[other]))',
        )
        .replace(
            "bxbi.BiTable",
            'other = bxbi.BiSource("other", "Other", 123, {"login": "x"}, '
            "opts=pulumi.ResourceOptions(depends_on=[crm]))\nbxbi.BiTable",
        )
    )
    stack.up()
    plan = stack.run("destroy", "--preview-only", "--json").stdout
    (stack.folder / "plan.json").write_text(plan, "utf-8")

    assert "Clear: " in stack.bxbi("preflight", "plan.json")

    stack.destroy()
    assert not portal.sources()


@on_the_current_api
@pytest.mark.parametrize(
    ("reference", "verdict", "status"), [("crm.id", "Clear: ", 0), ("1", "Blocked: ", 3)]
)
def test_what_is_deleted_before_a_replacement_takes_along_what_needs_it(
    portal: LocalPortal, stack: Stack, reference: str, verdict: str, status: int
) -> None:
    other = portal.add("connector", **_like_the_first(portal))
    first = "opts=pulumi.ResourceOptions(delete_before_replace=True)"
    source = f'crm = bxbi.BiSource("crm", "CRM", {{}}, {{{{"login": "x"}}}}, {first})\n'
    column = 'bxbi.Column("ID", "id", "int")'
    stack.program(
        source.format(123)
        + f'bxbi.BiTable("orders", {reference}, "orders", "Orders", "orders", [{column}], '
        "opts=pulumi.ResourceOptions(depends_on=[crm]))"
    )
    stack.up()
    stack.program(source.format(other))

    assert verdict in stack.bxbi("preflight", status=status)

    ended = stack.pulumi("up", "--yes", "--skip-preview")
    assert (ended.status == 0) is (status == 0), ended.output


@on_the_current_api
def test_another_name_by_an_alias_is_no_blocker(portal: LocalPortal, stack: Stack) -> None:
    other = portal.add("connector", **_like_the_first(portal))
    stack.program(NESTED)
    stack.up()
    renamed = NESTED.partition("bxbi.BiTable")[0].replace('"crm"', '"sold"')
    renamed = renamed.replace("123", str(other)).replace("opts=inside", "opts=named")
    alias = 'named = pulumi.ResourceOptions(parent=group, aliases=[pulumi.Alias(name="crm")])\n'
    stack.program(renamed.replace("crm =", f"{alias}crm ="))

    assert "Clear: " in stack.bxbi("preflight")

    stack.up()
    assert int(portal.source()["connectorId"]) == other


@on_the_current_api
def test_an_error_of_the_program_is_told_with_all_its_lines(stack: Stack) -> None:
    stack.program("raise ValueError('first\\n  second')")

    told = " ".join(stack.bxbi("preflight", status=3).split())

    assert "ValueError: first second (`pulumi preview` shows where)" in told


def test_what_a_killed_run_has_left_is_a_blocker(
    shared_portal: LocalPortal, deployed: Stack, tmp_path: Path
) -> None:
    stack = copied(deployed.folder, tmp_path / "killed", deployed.environment, shared_portal)
    stack.program(NESTED)
    leave_pending(stack, shared_portal)

    told = stack.bxbi("preflight", status=3)

    assert "A run was killed while creating BiSource crm" in told
    stack.bxbi("recover")
    assert "Clear: " in stack.bxbi("preflight")


@on_the_current_api
def test_a_preview_without_a_plan_is_passed_on(stack: Stack) -> None:
    preview = stack.run("preview", "--json", "--stack", "missing")
    assert preview.returncode not in {0, 3, 4}

    told = stack.bxbi("preflight", "--stack", "missing", status=preview.returncode)

    assert "no stack named 'missing' found" in told


def with_connectors(portal: LocalPortal) -> str:
    return CONNECTOR.replace("{endpoints}", f"{portal.address}/__emulator__/endpoints")


def _like_the_first(portal: LocalPortal) -> dict[str, object]:
    first = portal.call("connector.get", id=123)["item"]
    kept = ("logo", "urlCheck", "urlData", "urlTableList", "urlTableDescription", "settings")
    return {"title": "Other", **{key: first[key] for key in kept}}
