"""Reports for people, programs, pull requests and pipelines, whatever endpoints answer."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET  # what is read was written here

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.markdown import LONGEST_COMMENT
from pulumi_bxbi.verification.findings import Finding, Measurement, Rule, Severity, Verified
from pulumi_bxbi.verification.junit import for_pipeline
from pulumi_bxbi.verification.markdown import for_comment
from pulumi_bxbi.verification.report import Report, Verdict
from pulumi_bxbi.verification.terminal import for_terminal
from tests.engine.guides import GUIDES, VERIFICATION
from tests.hostile import TEXTS

WIDTH = Rule("row-width", Severity.BROKEN, "Each row has one cell a column.", "give null")
SILENT = Rule("timeout", Severity.UNKNOWN, "An answer takes at most 60 seconds.", "answer faster")
FILTER = Rule("filter-refused", Severity.WARNING, "Rows meet the filter.", "read the filter")


def found(rule: Rule, came: str = "Row 2 has 3 cells.", table: str = "orders") -> Finding:
    return Finding(rule, 'source 4 "CRM"', "urlData", table, "the first 3 rows", came)


def report(*findings: Finding) -> Report:
    measured = (Measurement("orders", 12, 0.5, 900), Measurement("clients", 0, 0.0, 20))
    return Report((Verified('source 4 "CRM"', findings, measured, requests=31, tables=2),))


@pytest.mark.parametrize(
    ("rules", "verdict", "status"),
    [
        ((), Verdict.FINE, 0),
        ((FILTER,), Verdict.FINE, 0),
        ((SILENT, FILTER), Verdict.UNKNOWN, 4),
        ((SILENT, WIDTH), Verdict.BROKEN, 3),
    ],
)
def test_the_worst_finding_decides(rules: tuple[Rule, ...], verdict: Verdict, status: int) -> None:
    judged = report(*map(found, rules)).verdict

    assert (judged, judged.exit_status) == (verdict, status)


@pytest.mark.parametrize(
    ("rules", "summary"),
    [
        ((), "Fine: no documented rule is broken. Tried 2 tables with 31 requests."),
        (
            (WIDTH, FILTER, FILTER, SILENT),
            (
                "Broken: 1 breach of a documented rule, 2 warnings, "
                "1 thing could not be tried. Tried 2 tables with 31 requests."
            ),
        ),
        (
            (SILENT, SILENT),
            "Could not tell: 2 things could not be tried. Tried 2 tables with 31 requests.",
        ),
    ],
)
def test_the_summary_counts(rules: tuple[Rule, ...], summary: str) -> None:
    assert report(*map(found, rules)).summary == summary


def compared(*findings: Finding) -> Report:
    return Report(report(*findings).verified, only_drift=True)


@pytest.mark.parametrize(
    ("rules", "summary"),
    [
        ((), "No schema drift."),
        ((WIDTH,), "Schema drift: 1 difference."),
        ((WIDTH, SILENT), "Schema drift: 1 difference, 1 thing could not be compared."),
        ((SILENT,), "Could not tell: 1 thing could not be compared."),
    ],
)
def test_the_summary_of_a_comparison_speaks_of_drift(rules: tuple[Rule, ...], summary: str) -> None:
    of_comparison = compared(*map(found, rules)).summary

    assert of_comparison == f"{summary} Compared 2 tables with 31 requests."


def test_a_terminal_shows_what_is_as_it_should_be() -> None:
    one = Report((Verified("source 5", (), tables=1),), only_drift=True)

    assert "  Every rule is kept." in for_terminal(report(), 60).splitlines()
    for tables, good in (
        (compared(), "  2 tables are described as they are declared."),
        (one, "  1 table is described as it is declared."),
    ):
        assert good in for_terminal(tables, 60).splitlines()


def test_nothing_to_try_is_told() -> None:
    assert Report(()).summary == "The state holds nothing that could be tried."


def test_a_terminal_shows_where_and_what_to_do() -> None:
    assert for_terminal(report(found(WIDTH), found(WIDTH), found(SILENT, table="")), 60) == (
        """\
Broken: 2 breaches of documented rules, 1 thing could not be
tried. Tried 2 tables with 31 requests.

source 4 "CRM":
  urlData, table orders:
    - Broken: Row 2 has 3 cells. (row-width)
      Asked: the first 3 rows
      Wanted: Each row has one cell a column.
      What to do: give null.
    - Broken: Row 2 has 3 cells. (row-width)
      Asked: the first 3 rows
      Wanted: Each row has one cell a column.
      What to do: give null.
  urlData:
    - Not known: Row 2 has 3 cells. (timeout)
      Asked: the first 3 rows
      Wanted: An answer takes at most 60 seconds.
      What to do: answer faster.
  Speed:
    table orders: 12 rows in 0.500 seconds, 24 rows a
    second, 900 bytes
    table clients: 0 rows in 0.000 seconds, 0 rows a second,
    20 bytes"""
    )


def test_a_program_gets_the_documented_keys() -> None:
    document = report(found(WIDTH)).as_json()
    json.dumps(document)

    (subject,) = document["subjects"]
    assert (document["version"], document["verdict"]) == (1, "broken")
    assert subject["measurements"][0] == {
        "table": "orders",
        "rows": 12,
        "seconds": 0.5,
        "sizeBytes": 900,
        "rowsPerSecond": 24,
    }
    (finding,) = subject["findings"]
    assert finding == {
        "rule": "row-width",
        "severity": "broken",
        "endpoint": "urlData",
        "table": "orders",
        "asked": "the first 3 rows",
        "came": "Row 2 has 3 cells.",
        "wanted": "Each row has one cell a column.",
        "cure": "give null.",
    }
    for key in (*document, *subject, *finding, *subject["measurements"][0]):
        assert f"`{key}`" in GUIDES[VERIFICATION]


def test_a_cure_of_its_own_wins() -> None:
    own = Finding(WIDTH, "", "", "", "", "", cure="look at row 2.")

    assert "What to do: look at row 2." in for_terminal(report(own), 80)


def test_a_declared_table_is_named_once() -> None:
    told = for_terminal(report(found(WIDTH, table='table 7 "orders"')), 80)

    assert '  urlData, table 7 "orders":' in told.splitlines()


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_each_row_of_a_comment_has_its_cells_and_no_more(texts: list[str]) -> None:
    findings = [found(WIDTH, each, table=each) for each in texts]
    written = for_comment(report(*findings))
    rows = [line for line in written.splitlines() if line.startswith("|")]

    # A bar after a backslash is a part of its cell, unless the backslash is one itself.
    assert {re.sub(r"\\.", "", row).count("|") for row in rows} == {5}
    assert len(rows) == 2 + len(texts) + 2 + 2


def test_a_comment_shows_the_speed() -> None:
    written = for_comment(report())

    assert '| source 4 "CRM", table orders | 12 | 0.500 | 24 |' in written


@pytest.mark.parametrize("longest", [LONGEST_COMMENT, 3_000, 400])
def test_a_comment_is_never_too_long(longest: int) -> None:
    findings = [found(each, "x" * 150) for each in (WIDTH, SILENT, FILTER) for _ in range(300)]

    written = for_comment(report(*findings), longest)

    shown = written.count("x" * 150)
    more = sum(map(int, re.findall(r"^(\d+) more under", written, re.MULTILINE)))
    assert len(written) <= longest
    assert shown + more == len(findings)
    assert "### Speed" not in written


@given(st.lists(st.text(max_size=20) | TEXTS, min_size=1, max_size=3))
def test_xml_can_be_read_whatever_came(texts: list[str]) -> None:
    findings = [found(rule, each, each) for each in texts for rule in (WIDTH, SILENT, FILTER)]

    (suite,) = read(for_pipeline(report(*findings)))

    names = [each.get("name") for each in suite]
    assert len(names) == len(set(names))
    assert suite.get("failures") == suite.get("errors") == str(len(suite.findall("*/system-out")))


def test_a_pipeline_counts_a_test_for_each_rule_and_for_each_clean_table() -> None:
    (suite,) = read(for_pipeline(report(found(WIDTH), found(WIDTH, "Row 3 has 5 cells."))))

    assert suite.attrib == {
        "name": 'source 4 "CRM"',
        "tests": "2",
        "failures": "1",
        "errors": "0",
    }
    broken, clean = suite
    assert broken.attrib == {
        "classname": 'source 4 "CRM"',
        "name": "urlData, table orders: row-width",
    }
    (failure,) = broken
    assert failure.attrib == {"type": "row-width", "message": "Row 2 has 3 cells."}
    assert "Came: Row 2 has 3 cells." in str(failure.text)
    assert "Came: Row 3 has 5 cells." in str(failure.text)
    assert clean.attrib == {
        "classname": 'source 4 "CRM"',
        "name": "table clients",
        "time": "0.000",
    }


def test_a_warning_fails_no_test() -> None:
    (suite,) = read(for_pipeline(report(found(FILTER))))

    assert (suite.get("failures"), suite.get("errors")) == ("0", "0")
    assert [each.tag for each in suite[0]] == ["system-out"]


def test_a_clean_subject_is_a_test_too() -> None:
    (suite,) = read(for_pipeline(Report((Verified("endpoints", ()),))))
    (of_comparison,) = read(for_pipeline(compared()))

    assert [each.get("name") for each in suite] == ["every rule"]
    assert [each.get("name") for each in of_comparison][:1] == ["declared tables"]


def read(xml: str) -> list[ET.Element]:
    """Read the suites of a report for a pipeline."""
    root = ET.fromstring(xml.encode("utf-8"))  # noqa: S314  # it was written here
    assert root.tag == "testsuites"
    return list(root)
