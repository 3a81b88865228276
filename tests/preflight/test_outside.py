"""What the outside systems say of the tables of a plan."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.external.comparison import Comparison
from pulumi_bxbi.portal import AccessToken, Catalog, Portal
from pulumi_bxbi.preflight.findings import Severity
from pulumi_bxbi.preflight.outside import ask_outside, tables_after
from pulumi_bxbi.preflight.plan import read_plan
from tests.external.outside import TEXT, Answer, OutsideSystem, add_connector, column
from tests.preflight.test_command import bxbi
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pulumi_bxbi.preflight.findings import Finding
    from tests.local_portal import LocalPortal

#: What a plan shows for a value that is not known yet.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ID = {"name": "ID", "externalCode": "id", "type": "int"}
NOTE = {"name": "NOTE", "externalCode": "note", "type": "string"}


@pytest.fixture(scope="session", params=["current"])
def running_portal(running_portal: LocalPortal) -> LocalPortal:
    return running_portal


@pytest.fixture
def outside() -> Iterator[OutsideSystem]:
    with serving(OutsideSystem()) as server:
        server.tables = {
            code: [column("id", type_="int"), column("note")] for code in ("orders", "goods")
        }
        yield server


def add_source(portal: LocalPortal, outside: OutsideSystem, title: str = "CRM") -> int:
    connector = add_connector(portal, outside.address, host=TEXT, password=TEXT)
    settings = {"host": "erp.example", "password": "hunter2"}
    return portal.add("source", title=title, connectorId=connector, settings=settings)


@pytest.fixture
def source(portal: LocalPortal, outside: OutsideSystem) -> int:
    return add_source(portal, outside)


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:test::test::pulumi-python:dynamic/bxbi:{kind}::{name}"


def table(
    code: str, source_id: object, *columns: dict[str, str], op: str = "same", source: str = "crm"
) -> dict[str, Any]:
    """Return a step for a table of a source, which may be named by its resource too."""
    inputs = {
        "sourceId": source_id,
        "name": code,
        "externalName": code,
        "externalCode": code,
        "columns": list(columns),
    }
    of_table = urn("BiTable", code)
    step = {
        "op": op,
        "urn": of_table,
        "newState": {
            "urn": of_table,
            "inputs": inputs,
            "propertyDependencies": {"sourceId": [urn("BiSource", source)]},
        },
    }
    return step if op == "create" else step | {"oldState": state(of_table, 7, inputs)}


def source_step(op: str, number: int = 1, name: str = "crm") -> dict[str, Any]:
    inputs = {"title": "CRM", "connectorId": 123, "settings": {"host": "[secret]"}}
    of_source = urn("BiSource", name)
    step = {"op": op, "urn": of_source, "newState": {"urn": of_source, "inputs": inputs}}
    return step if op == "create" else step | {"oldState": state(of_source, number, inputs)}


def state(of: str, number: int, inputs: dict[str, Any]) -> dict[str, Any]:
    return {"urn": of, "id": str(number), "inputs": inputs, "outputs": inputs}


def as_text(*steps: dict[str, Any]) -> str:
    return json.dumps({"steps": steps})


def found(portal: LocalPortal, *steps: dict[str, Any]) -> tuple[Finding, ...]:
    """Ask the outside systems about a plan; no finding repeats a value of a setting."""
    plan = read_plan(as_text(*steps))
    with closing(Portal(portal.address, AccessToken(portal.access_token))) as client:
        findings = ask_outside(
            tables_after(plan), plan, Catalog(client), Comparison(), lambda _: None
        )
    assert "hunter2" not in str(findings)
    assert all(each.problem.isprintable() for each in findings)
    return findings


def test_tables_that_are_described_are_no_finding(
    portal: LocalPortal, outside: OutsideSystem, source: int
) -> None:
    assert found(portal, table("orders", source, NOTE, ID), table("goods", source, ID, NOTE)) == ()

    assert sorted(outside.requests) == ["/columns goods", "/columns orders", "/tables"]
    assert outside.posted[0][2][1:] == [
        ("connection[host]", "erp.example"),
        ("connection[password]", "hunter2"),
    ]


@pytest.mark.parametrize("op", ["same", "update", "create"])
def test_what_is_gone_or_retyped_is_a_warning(
    portal: LocalPortal, outside: OutsideSystem, source: int, op: str
) -> None:
    """The portal accepts it, so it is no blocker, of a new table either."""
    outside.tables["orders"] = [column("id", type_="date")]

    findings = found(portal, table("orders", source, ID, NOTE, op=op), table("sold", source, ID))

    name = "table" if op == "create" else "table 7"
    assert [(each.severity, each.problem) for each in findings] == [
        (
            Severity.WARNING,
            f'{name} "orders": column ID ("id") is declared as int and described as date.',
        ),
        (
            Severity.WARNING,
            f'{name} "orders": column NOTE ("note") is declared and not described.',
        ),
        (
            Severity.WARNING,
            'table 7 "sold": the outside system lists no table with the code "sold".',
        ),
    ]
    assert all(each.cure for each in findings)
    assert findings[0].urn == urn("BiTable", "orders")


def test_new_columns_are_a_note(portal: LocalPortal, source: int) -> None:
    (note,) = found(portal, table("orders", source, ID))

    assert note.severity is Severity.NOTE
    assert note.problem == (
        'table 7 "orders": column "note" (string) is described and not declared.'
    )


def test_a_table_that_is_deleted_is_not_asked_about(
    portal: LocalPortal, outside: OutsideSystem, source: int
) -> None:
    assert found(portal, table("sold", source, ID, op="delete")) == ()
    assert outside.requests == []


def test_a_source_of_the_program_is_asked_by_its_id(portal: LocalPortal, source: int) -> None:
    (note,) = found(portal, source_step("update", source), table("orders", UNKNOWN, ID))

    assert note.severity is Severity.NOTE


@pytest.mark.parametrize("op", ["create", "replace"])
def test_a_source_that_the_plan_makes_is_one_finding(
    portal: LocalPortal, outside: OutsideSystem, source: int, op: str
) -> None:
    tables = [table(each, UNKNOWN, ID) for each in ("orders", "goods")]

    (finding,) = found(portal, source_step(op, source), *tables)

    assert finding.severity is Severity.NOT_JUDGED
    assert finding.urn == urn("BiSource", "crm")
    assert finding.problem == (
        'What the outside system says of table 7 "orders" and 1 more table: a plan does not show '
        "the settings of a source that it makes."
    )
    assert outside.requests == []


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        (table("orders", UNKNOWN, ID, source="other"), "its source is not known before"),
        (table("orders", 1, {**ID, "type": UNKNOWN}), "its columns are not known before"),
        (table(UNKNOWN, 1, ID), "its columns are not known before"),
    ],
    ids=["source", "columns", "code"],
)
def test_what_is_not_known_yet_is_not_judged(
    portal: LocalPortal, source: int, step: dict[str, Any], problem: str
) -> None:
    assert source == 1

    (finding,) = found(portal, step)

    assert finding.severity is Severity.NOT_JUDGED
    assert problem in finding.problem


def test_a_source_that_is_gone_is_not_judged_with_what_the_portal_said(
    portal: LocalPortal, source: int
) -> None:
    findings = found(portal, table("orders", source + 1, ID))

    (finding,) = findings
    assert finding.subject == f"source {source + 1}"
    assert f"biconnector.source.get failed for source {source + 1}" in finding.problem
    assert finding.cure


def test_an_endpoint_that_fails_is_one_finding_a_source(
    portal: LocalPortal, outside: OutsideSystem, source: int
) -> None:
    outside.answers["/tables"] = Answer("hunter2", 503)
    other = add_source(portal, outside, "Sales")
    codes = ("orders", "goods", "sold")

    findings = found(
        portal,
        source_step("same", source),
        *(table(code, source, ID) for code in codes),
        table("clients", other, ID),
    )

    first, second = findings
    assert (first.severity, first.subject) == (Severity.NOT_JUDGED, f'source {source} "CRM"')
    assert first.urn == urn("BiSource", "crm")
    assert first.problem.startswith(
        'What the outside system says of table 7 "orders" and 2 more tables: urlTableList of '
    )
    assert first.problem.endswith(
        "The answer has HTTP status 503, and the portal accepts 200 alone."
    )
    assert first.cure == "check the address, and the log of the endpoint."
    assert (second.subject, second.urn) == (f'source {other} "Sales"', "")
    assert outside.requests == ["/tables", "/tables"]


def test_a_description_that_fails_does_not_hide_the_others(
    portal: LocalPortal, outside: OutsideSystem, source: int
) -> None:
    outside.tables["goods"] = []

    failed, note = found(portal, table("goods", source, ID), table("orders", source, ID))

    assert "urlTableDescription of connector" in failed.problem
    assert 'failed for table "goods". The answer describes no column.' in failed.problem
    assert note.severity is Severity.NOTE


def test_an_endpoint_that_gives_no_answer_is_not_asked_about_every_table(
    portal: LocalPortal, outside: OutsideSystem, source: int
) -> None:
    """Those that are under way at a time have begun."""
    codes = [f"t{number}" for number in range(40)]
    outside.tables = {code: [column("id")] for code in codes}
    outside.answers["/columns"] = Answer(b"[]", headers={"Content-Length": "9"})

    (finding,) = found(portal, *(table(code, source, ID) for code in codes))

    assert '"t0" and 39 more tables: urlTableDescription' in finding.problem
    assert len(outside.requests) <= 1 + 4


@pytest.mark.parametrize(("path", "most"), [("/tables", 4), ("/columns", 4 + 12)])
def test_an_endpoint_that_gives_no_answer_is_not_asked_for_every_source(
    portal: LocalPortal, outside: OutsideSystem, path: str, most: int
) -> None:
    """Those that are under way at a time have begun; where columns fail, all lists are there."""
    connector = add_connector(portal, outside.address, host=TEXT)
    sources = [
        portal.add("source", title=host, connectorId=connector, settings={"host": host})
        for host in (f"h{number}" for number in range(12))
    ]
    outside.answers[path] = Answer(b"[]", headers={"Content-Length": "9"})

    findings = found(
        portal, *(table("orders", number, ID, source=f"s{number}") for number in sources)
    )

    assert [each.severity for each in findings] == [Severity.NOT_JUDGED] * 12
    assert {each.subject for each in findings} == {
        f'source {number} "h{place}"' for place, number in enumerate(sources)
    }
    assert len(outside.requests) <= most


def test_each_reason_of_a_source_is_a_finding(
    portal: LocalPortal,
    outside: OutsideSystem,
    source: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual = outside.answer
    answers = {"orders": Answer("", 404), "goods": Answer(b"<html>"), "sold": Answer("", 404)}
    outside.tables = {code: [] for code in answers}
    monkeypatch.setattr(
        outside,
        "answer",
        lambda path, form: answers[form["table"]] if path == "/columns" else usual(path, form),
    )

    missing, page = found(portal, *(table(code, source, ID) for code in answers))

    assert '"orders" and 1 more table:' in missing.problem
    assert "HTTP status 404" in missing.problem
    assert '"goods": urlTableDescription' in page.problem
    assert "HTML" in page.problem


def test_many_sources_cost_two_lists(portal: LocalPortal, outside: OutsideSystem) -> None:
    sources = [add_source(portal, outside, f"Source {number}") for number in range(5)]

    with portal.recording() as calls:
        findings = found(
            portal, *(table(f"t{number}", number, ID, op="create") for number in sources)
        )

    assert len(findings) == 5
    assert calls == ["source.list", "connector.list"]


def test_a_portal_that_does_not_answer_is_one_finding(
    portal: LocalPortal, outside: OutsideSystem, source: int
) -> None:
    portal.faults({"method": "biconnector.source.list", "action": "http_500", "times": 99})

    (finding,) = found(portal, table("orders", source, ID), table("goods", source + 1, ID))

    assert finding.subject == "the outside systems"
    assert "biconnector.source.list failed" in finding.problem
    assert outside.requests == []


class TestCommand:
    @pytest.fixture
    def plan(self, source: int) -> str:
        return as_text(table("orders", source, ID, {**NOTE, "externalCode": "remark"}))

    def test_nothing_is_asked_outside_unless_it_is_wanted(
        self, portal: LocalPortal, outside: OutsideSystem, plan: str, tmp_path: Path
    ) -> None:
        for environment in (portal.access, {"BXBI_OFFLINE": "1"}):
            ended = bxbi("-", folder=tmp_path, given=plan, **environment)

            assert ended.returncode == 0
            assert outside.requests == []
            assert "outside" not in ended.stdout + ended.stderr

    @pytest.mark.parametrize("form", ["text", "json", "markdown"])
    def test_each_form_has_it(
        self, portal: LocalPortal, plan: str, tmp_path: Path, form: str
    ) -> None:
        ended = bxbi(
            "-", "--outside", "--format", form, folder=tmp_path, given=plan, **portal.access
        )

        assert ended.returncode == 0, ended.stderr
        assert ended.stderr == "Asking the outside systems about 1 table ...\n"
        assert "hunter2" not in ended.stdout
        told = " ".join(ended.stdout.split())
        if form == "text":
            assert "Clear: nothing stands in the way of this plan, 2 warnings." in told
            assert 'column NOTE ("remark") is declared and not described.' in told
            assert 'Notes: - table 7 "orders": column "note" (string) is described' in told
        elif form == "json":
            (note,) = json.loads(ended.stdout)["notes"]
            assert note["subject"] == 'table 7 "orders"'
        else:
            assert "### Notes | Object | What is worth knowing | What to do |" in told
            assert 'Column NOTE \\("remark"\\) is declared and not described.' in told

    @pytest.mark.parametrize(
        ("environment", "problem"),
        [
            ({"BXBI_OFFLINE": "1"}, "because BXBI_OFFLINE (or bxbi:offline) is set"),
            ({"BXBI_TIMEOUT": "soon"}, "BXBI_TIMEOUT"),
        ],
    )
    def test_without_the_portal_it_cannot_tell(  # noqa: PLR0913, PLR0917  # fixtures, and a case
        self,
        portal: LocalPortal,
        outside: OutsideSystem,
        plan: str,
        tmp_path: Path,
        environment: dict[str, str],
        problem: str,
    ) -> None:
        access = {**portal.access, **environment}

        ended = bxbi("-", "--outside", folder=tmp_path, given=plan, **access)

        assert ended.returncode == 4
        told = " ".join(ended.stdout.split())
        assert 'What the outside system says of table 7 "orders": The portal was not asked' in told
        assert problem in told
        assert outside.requests == []

    def test_a_plan_without_tables_asks_nobody(self, tmp_path: Path) -> None:
        ended = bxbi("-", "--outside", folder=tmp_path, given=as_text(source_step("delete")))

        assert "outside" not in ended.stdout + ended.stderr
