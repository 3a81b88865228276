"""Reports for a terminal, a program and a pull request, whatever people call their objects."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_bxbi.markdown import LONGEST_COMMENT, escaped, with_code
from pulumi_bxbi.portal import Source, Table, WrongPortal
from pulumi_bxbi.portal.display import EMOJI_JOINER
from pulumi_bxbi.preflight.findings import Severity
from pulumi_bxbi.preflight.graph import Status, graph_of
from pulumi_bxbi.preflight.inventory import Inventory
from pulumi_bxbi.preflight.markdown import for_comment
from pulumi_bxbi.preflight.mermaid import MOST_CHARACTERS, MOST_EDGES
from pulumi_bxbi.preflight.mermaid import escaped as escaped_for_mermaid
from pulumi_bxbi.preflight.plan import read_plan
from pulumi_bxbi.preflight.report import Report, Verdict
from pulumi_bxbi.preflight.state import State
from pulumi_bxbi.preflight.terminal import for_terminal
from pulumi_bxbi.stack.state import pending_in
from pulumi_bxbi.stack.urns import SOURCE
from tests.hostile import TEXTS
from tests.preflight.judging import verdict_on
from tests.preflight.recorded import plan_of, plan_text


def blocked(*titles: str) -> Report:
    """Give the report of sources whose deletion a table is in the way of."""
    plan = json.loads(plan_text("destroy"))
    (sales,) = (each for each in plan["steps"] if each["urn"].endswith("::sales"))
    steps = []
    for number, title in enumerate(titles, 1):
        old = {**sales["oldState"], "id": str(number), "outputs": {"title": title}}
        steps.append({**sales, "urn": f"{sales['urn']}{number}", "oldState": old})
    tables = [
        Table.model_validate({"id": number, "name": title, "sourceId": number})
        for number, title in enumerate(titles, 1)
    ]
    plan["steps"] = steps
    sources = [
        Source.model_validate({"id": number, "title": title, "connectorId": 124})
        for number, title in enumerate(titles, 1)
    ]
    inventory = Inventory(
        tables={each.id: each for each in tables},
        sources={each.id: each for each in sources},
        connectors={},
    )
    return verdict_on(read_plan(json.dumps(plan)), State(), inventory)


def rows(markdown: str) -> list[str]:
    return [line for line in markdown.splitlines() if line.startswith("|")]


def drawn(markdown: str) -> str:
    found = re.search(r"^```mermaid\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


@given(st.lists(TEXTS, min_size=1, max_size=4))
@example(["`|"])
@example(["`\\|"])
def test_each_row_of_a_table_has_its_cells_and_no_more(titles: list[str]) -> None:
    report = blocked(*titles)

    markdown = for_comment(report)

    # A bar after a backslash is a part of its cell, unless the backslash is one itself.
    assert {re.sub(r"\\.", "", row).count("|") for row in rows(markdown)} == {4}
    assert len(rows(markdown)) == 2 + len(report.of(Severity.BLOCKER))


@given(TEXTS)
def test_a_title_is_shown_and_does_nothing(title: str) -> None:
    shown = escaped(title)

    assert not set(shown) & set("<>|\n\r\x1b\u202e")
    assert not re.search(r"(?<!\\)[`*_\[\]~]", shown)
    assert not re.search(r"[@#]\w|://|www\.|GH-\d", re.sub(r"&#\d+;", ";", shown))


@given(TEXTS)
def test_a_title_is_a_label_and_nothing_else_of_a_graph(title: str) -> None:
    lines = drawn(for_comment(blocked(title))).splitlines()

    assert lines[0] == "flowchart LR"
    statement = r'n\d+\["[^"\[\]{}<>`]*"\]:::\w+|n\d+ --> n\d+|classDef \w+ [-\w:#,]+'
    assert all(re.fullmatch(statement, line.strip()) for line in lines[1:]), lines


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("run `pulumi up`, then look", "run `pulumi up`, then look"),
        ("`a | b`", "`a \\| b`"),
        ("`a \\| b`", "\\`a \\\\&#124; b\\`"),
        ("one ` alone @x", "one \\` alone @&#8288;x"),
        ("two ``", "two \\`\\`"),
        ("`@everyone` and @everyone", "`@everyone` and @&#8288;everyone"),
    ],
)
def test_what_stands_in_backticks_is_code(text: str, written: str) -> None:
    assert with_code(text) == written


def test_an_object_is_named_once_a_row() -> None:
    (row,) = (line for line in for_comment(blocked("CRM")).splitlines() if "depends on it" in line)

    assert row.count('source 1 "CRM"') == 1
    assert "| Cannot be deleted: table 1" in row


@pytest.mark.parametrize("title", ["Отчёт", "👍🏽", "日本語", "plain 1.0, a-b"])
def test_what_is_harmless_stays_readable(title: str) -> None:
    assert escaped(title) == title
    assert escaped_for_mermaid("Отчёт 1.0, a-b") == "Отчёт 1.0, a-b"


def test_an_emoji_stays_in_one_piece() -> None:
    assert escaped("👩‍👩‍👧") == "👩‍👩‍👧"


@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_a_terminal_obeys_no_title(titles: list[str]) -> None:
    told = for_terminal(blocked(*titles), 80)

    # Spaces of every width stay, and what joins the parts of an emoji.
    harmless = {"\n", EMOJI_JOINER}
    assert all(
        each in harmless or each.isprintable() or unicodedata.category(each) == "Zs"
        for each in told
    )


@given(TEXTS)
def test_a_title_makes_no_line_of_its_own(title: str) -> None:
    report = blocked(title, f"x\n  - {title}", "x\n    What to do: rm")

    for each in report.findings:
        texts = (each.subject, each.problem, each.cure)
        assert not any(set(text) & set("\n\r\x1b\u2028\u202e") for text in texts)
    told = for_terminal(report, 10_000).splitlines()
    assert len([each for each in told if each.startswith("  - ")]) == len(report.findings)
    assert len([each for each in told if each.startswith("    What to do: ")]) == 3
    assert "x\\n    What to do: rm" in report.findings[2].problem


@pytest.mark.parametrize(("number", "longest"), [(400, LONGEST_COMMENT), (60, 20_000), (9, 2_000)])
def test_a_comment_is_never_too_long(number: int, longest: int) -> None:
    report = blocked(*(f"<{each}> " + "x" * 50 for each in range(number)))

    markdown = for_comment(report, longest)

    assert len(markdown) <= longest
    assert markdown.startswith(f"**Blocked: {number} blockers")
    assert "The graph is left out: it is too long." in markdown
    assert re.search(r"\d+ more under Blockers: `bxbi preflight` shows them", markdown)
    assert {row.count("|") for row in rows(markdown)} == {4}


def test_the_graph_is_shortened_first() -> None:
    plan = json.loads(plan_text("create"))
    created = [each for each in plan["steps"] if each["urn"].endswith("::orders")]
    document = json.loads(plan_text("destroy"))
    document["steps"] += [
        {**each, "urn": f"{each['urn']}{number}"} for each in created for number in range(900)
    ]
    orders = Table.model_validate({"id": 9, "name": "by_hand", "sourceId": 2})
    many = read_plan(json.dumps(document))
    report = verdict_on(many, State(), Inventory(tables={9: orders}, sources={}, connectors={}))
    report = Report(report.plan, "", "", tuple(report.of(Severity.BLOCKER)[-1:]))

    markdown = for_comment(report)

    assert "The graph shows only what is blocked, deleted or replaced" in markdown
    graph = drawn(markdown)
    assert len(graph) <= MOST_CHARACTERS
    assert graph.count("-->") <= MOST_EDGES
    assert "orders" in graph


def test_a_graph_is_shortened_where_the_comment_has_no_room_for_it() -> None:
    steps = json.loads(plan_text("destroy"))["steps"]
    created = [each for each in json.loads(plan_text("create"))["steps"] if "orders" in each["urn"]]
    many = [{**each, "urn": f"{each['urn']}{number}"} for each in created for number in range(9)]
    plan = read_plan(json.dumps({"steps": [*steps, *many]}))
    report = Report(plan, "", "", ())
    whole = for_comment(report)
    assert "created" in drawn(whole)

    shorter = for_comment(report, len(whole) - 1)

    assert "The graph shows only what is blocked, deleted or replaced" in shorter
    assert "created" not in drawn(shorter)
    assert len(shorter) < len(whole)


def test_a_graph_shows_what_hangs_on_what_and_what_is_in_the_way() -> None:
    table = Table.model_validate({"id": 9, "name": "by_hand", "sourceId": 2})
    report = verdict_on(
        plan_of("destroy"), State(), Inventory(tables={9: table}, sources={}, connectors={})
    )

    graph = graph_of(report)

    statuses = {key: node.status for key, node in graph.nodes.items()}
    assert statuses == {
        ("connector", 124): Status.DELETED,
        ("connector", 123): Status.UNCHANGED,
        ("source", 1): Status.DELETED,
        ("source", 2): Status.BLOCKED,
        ("table", 1): Status.DELETED,
        ("table", 2): Status.DELETED,
        ("table", 9): Status.IN_THE_WAY,
    }
    assert set(graph.edges) == {
        (("connector", 124), ("source", 2)),
        (("connector", 123), ("source", 1)),
        (("source", 1), ("table", 1)),
        (("source", 2), ("table", 2)),
        (("source", 2), ("table", 9)),
    }


def test_a_graph_of_what_is_created_follows_the_references() -> None:
    graph = graph_of(verdict_on(plan_of("create"), State(), Inventory()))

    labels = {key: node.label for key, node in graph.nodes.items()}
    assert {(labels[owner], labels[other]) for owner, other in graph.edges} == {
        ('connector "Warehouse"', 'source "Sales"'),
        ("connector 123", 'source "CRM"'),
        ('source "Sales"', 'table "orders"'),
        ('source "CRM"', 'table "clients"'),
    }


def test_nothing_is_drawn_of_nothing() -> None:
    markdown = for_comment(verdict_on(plan_of("nothing"), State(), Inventory()))

    assert markdown == (
        "**Clear: nothing stands in the way of this plan. "
        "Connectors, sources and tables: nothing changes.**\n"
    )


def test_a_limited_plan_is_told_as_such_in_one_line() -> None:
    report = verdict_on(plan_of("limited-sames"), State(), Inventory())
    line = (
        "The plan is limited by --target or --exclude: 5 of them are left as they are, whatever "
        "the program says."
    )

    assert line in for_terminal(report, 200).splitlines()
    assert escaped(line) in for_comment(report).splitlines()
    assert report.as_json()["leftAlone"] == 5


@pytest.mark.parametrize(
    ("plan", "verdict", "status"),
    [("nothing", "clear", 0), ("failed-check", "blocked", 3), ("destroy", "unknown", 4)],
)
def test_json_has_its_documented_form(plan: str, verdict: str, status: int) -> None:
    report = verdict_on(plan_of(plan), State(), Inventory(problem="No portal."))

    document: dict[str, Any] = json.loads(json.dumps(report.as_json()))

    assert (document["version"], document["verdict"]) == (1, verdict)
    assert set(document) == {
        *("version", "verdict", "portal", "problem", "changes", "leftAlone"),
        *("blockers", "warnings", "notes", "notJudged"),
    }
    assert set(document["changes"]) == {"create", "update", "replace", "delete"}
    for each in (*document["blockers"], *document["warnings"], *document["notJudged"]):
        assert set(each) == {"urn", "subject", "problem", "cure", "objects"}
    assert report.verdict.exit_status == status


def test_what_a_killed_run_left_is_a_blocker() -> None:
    urn = f"urn:pulumi:test::test::{SOURCE.token}::crm"
    pending = pending_in({"pending_operations": [{"type": "creating", "resource": {"urn": urn}}]})

    report = verdict_on(plan_of("nothing"), State(pending=pending), Inventory())

    (found,) = report.of(Severity.BLOCKER)
    assert found.problem.startswith("A run was killed while creating BiSource crm")
    assert found.cure.startswith("run `bxbi recover`")


@pytest.mark.parametrize(("elsewhere", "verdict"), [(True, "clear"), (False, "unknown")])
def test_a_state_that_was_not_read_is_told(elsewhere: bool, verdict: str) -> None:  # noqa: FBT001  # a parameter
    state = State(problem="no such stack.", is_elsewhere=elsewhere)

    report = verdict_on(plan_of("nothing"), state, Inventory())

    assert report.verdict is Verdict(verdict)
    assert "no such stack." in for_terminal(report, 200)


def test_a_failed_preview_names_what_of_the_state_it_does_not_show() -> None:
    urn = "urn:pulumi:test::test::pulumi-python:dynamic/bxbi:BiTable::orders"

    report = verdict_on(plan_of("failed-check"), State(urns=(urn,)), Inventory())

    (left,) = report.of(Severity.NOT_JUDGED)
    assert left.problem.endswith("of the state, it does not show: BiTable orders.")


def test_what_a_failed_preview_would_change_is_not_known() -> None:
    report = verdict_on(plan_of("failed-check"), State(), Inventory())

    assert report.changes == (
        "Connectors, sources and tables: not known, because the preview failed."
    )


def test_what_to_do_is_the_cure_of_a_failed_preview() -> None:
    document = json.loads(plan_text("nothing"))
    said = "biconnector.source.get failed.\nNo connection.\nWhat to do: check the address."
    document["diagnostics"] = [{"severity": "error", "message": said}]

    found, _ = verdict_on(read_plan(json.dumps(document)), State(), Inventory()).findings

    assert found.problem.endswith("No connection.")
    assert found.cure == "check the address."


def test_each_way_out_is_a_line_of_its_own() -> None:
    wrong = WrongPortal(
        method="comparing the portal",
        observed="It is of another one.",
        cure="one of these.\n- If a, b.\n- If c, d.",
        portal="https://acme.bitrix24.com",
        object='source 42 "CRM"',
    )

    report = verdict_on(plan_of("nothing"), State(), Inventory(wrong_portal=wrong))

    lines = for_terminal(report, 200).splitlines()
    assert [each.strip() for each in lines[-3:]] == [
        "What to do: one of these.",
        "- If a, b.",
        "- If c, d.",
    ]
    assert "| one of these.<br>- If a, b.<br>- If c, d. |" in for_comment(report)


def test_a_failed_preview_shows_a_resource_under_another_name_too() -> None:
    document = json.loads(plan_text("rename-by-alias"))
    document["diagnostics"] = [{"severity": "error", "message": "no"}]
    plan = read_plan(json.dumps(document))

    report = verdict_on(plan, State(urns=tuple(each.old_urn for each in plan.steps)), Inventory())

    assert report.of(Severity.NOT_JUDGED)[0].problem == (
        "What the preview had not come to when it failed."
    )


def test_values_of_settings_are_in_no_report() -> None:
    source = Source.model_validate(
        {"id": 9, "title": "x", "connectorId": 124, "settings": [{"code": "a", "value": "s3cret"}]}
    )
    inventory = Inventory(sources={9: source}, tables={}, connectors={})

    report = verdict_on(plan_of("destroy"), State(), inventory)

    texts = (json.dumps(report.as_json()), for_comment(report), for_terminal(report, 80))
    assert report.verdict is Verdict.BLOCKED
    assert not any("s3cret" in each for each in texts)
