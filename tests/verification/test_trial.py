"""Trials of services that keep the rules, and how the requests of a trial are sent."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.external.drift import DeclaredColumn, DeclaredTable
from pulumi_bxbi.verification.asking import Asker
from pulumi_bxbi.verification.check import check_findings
from pulumi_bxbi.verification.findings import Severity
from pulumi_bxbi.verification.questions import Questions
from pulumi_bxbi.verification.quoting import Quotes
from pulumi_bxbi.verification.trial import Options, verified
from tests.serving import serving
from tests.verification.service import INVALID, TOKEN, YEAR, Answer, Column, Service, Table, goods
from tests.verification.trying import PATIENT, ids, tried
from tests.verification.vendor import VendorService

if TYPE_CHECKING:
    from collections.abc import Iterator

    from examples.warehouse.service.form import Form


@pytest.fixture
def service() -> Iterator[Service]:
    with serving(Service()) as running:
        yield running


def names_of_columns(service: Service) -> set[str]:
    """Return the names by which columns were selected."""
    return {
        str(name)
        for _, form in service.asked
        if isinstance(selected := form.get("select", {}), dict)
        for name in selected.values()
    }


def test_nothing_is_found_about_a_service_that_keeps_every_rule(service: Service) -> None:
    result = tried(service.subject())

    assert result.findings == ()
    assert result.tables == 3
    assert result.requests == len(service.asked)
    assert [(each.table, each.rows) for each in result.measurements] == [
        ("orders", 6),
        ("goods_v2", 3),
        ("empty", 0),
    ]
    assert all(each.size_bytes > 10 and each.seconds >= 0 for each in result.measurements)


def test_the_vendors_own_application_gets_warnings_alone() -> None:
    with serving(VendorService()) as vendor:
        result = tried(vendor.subject())

    assert {each.rule.severity for each in result.findings} == {Severity.WARNING}
    assert ids(result) == {
        "check-wrong-value",
        "column-type-case",
        "no-header",
        "limit-zero",
        "filter-refused",
    }


def test_endpoints_are_asked_as_the_portal_asks(service: Service) -> None:
    tried(service.subject())

    paths = [path for path, _ in service.asked]
    assert {"/check", "/tables", "/columns", "/data"} == set(paths)
    of_orders = [form for _, form in service.asked if form.get("table") == "orders"]
    assert of_orders[1] == {
        "table": "orders",
        "limit": "1000",
        "mapFields": {
            "id": "NUMBER",
            "customer": "ZAKAZCHIK",
            "amount": "AMOUNT_DUE",
            "paid": "PAID",
            "day": "DAY",
            "changed": "CHANGED_AT",
            "moment": "MOMENT",
        },
        "connection": {"token": TOKEN, "year": YEAR},
    }
    selecting = [form for form in of_orders if form.get("select") == {"0": "MOMENT", "1": "NUMBER"}]
    assert [form["mapFields"] for form in selecting] == [{"moment": "MOMENT", "id": "NUMBER"}]
    assert ("/tables", {"searchString": "", "connection": {"token": TOKEN, "year": YEAR}}) in (
        service.asked
    )


def test_one_wrong_value_is_sent_at_a_time_and_then_none(service: Service) -> None:
    tried(service.subject())

    checks = [form for path, form in service.asked if path == "/check"]
    assert checks == [
        {"connection": {"token": TOKEN, "year": YEAR}},
        {"connection": {"token": "bxbi-verify-wrong-value", "year": YEAR}},
        {"connection": {"token": TOKEN, "year": "-987654321"}},
        {},
    ]


def test_a_connector_without_parameters_gets_no_group(service: Service) -> None:
    service.lets_in = lambda connection: not connection  # type: ignore[method-assign]

    result = tried(service.subject(parameters=()))

    assert result.findings == ()
    assert all("connection" not in form for _, form in service.asked)
    assert [path for path, _ in service.asked].count("/check") == 1


def test_declared_tables_alone_are_tried_and_by_their_own_names(service: Service) -> None:
    columns = (DeclaredColumn("PART", "sku", "string"), DeclaredColumn("COST", "price", "double"))
    table = DeclaredTable('table 7 "goods"', "goods_v2", columns)

    result = tried(service.subject(tables=[table]))

    assert result.findings == ()
    assert result.tables == 1
    assert [each.table for each in result.measurements] == ['table 7 "goods"']
    assert names_of_columns(service) >= {"PART", "COST"}
    assert not any(form.get("table") == "orders" for _, form in service.asked)


def test_declared_tables_are_tried_where_the_endpoints_do_not_list_any(service: Service) -> None:
    service.changes = {path: lambda *_: Answer("no", 500) for path in ("/tables", "/columns")}
    table = DeclaredTable("goods", "goods_v2", (DeclaredColumn("SKU", "sku", "string"),))

    result = tried(service.subject(tables=[table]))

    assert [(each.rule.id, each.endpoint, each.table) for each in result.findings] == [
        ("status", "urlTableList", ""),
        ("status", "urlTableDescription", "goods"),
    ]
    assert [each.rows for each in result.measurements] == [3]


def test_a_table_of_which_nothing_came_does_not_count_as_tried(service: Service) -> None:
    service.changes["/columns"] = lambda *_: Answer("", 302, {"Location": "https://login.example/"})
    assert tried(service.subject()).tables == 0

    service.changes["/columns"] = lambda _service, form, right: (
        Answer("no", 500) if form["table"] == "orders" else right
    )
    assert tried(service.subject()).tables == 2

    table = DeclaredTable("goods", "goods_v2", (DeclaredColumn("SKU", "sku", "string"),))
    service.changes["/columns"] = lambda *_: Answer("no", 500)
    assert tried(service.subject(tables=[table])).tables == 1


def test_a_table_that_only_a_search_lists_is_tried(service: Service) -> None:
    """An endpoint may list its first tables alone."""
    service.changes["/tables"] = lambda service, form, right: (
        right if form.get("searchString") else service.listed("")[:1]
    )
    last = service.tables[-1]
    columns = tuple(DeclaredColumn("A", each.code, each.type) for each in last.columns)
    table = DeclaredTable('table 7 "last"', last.id or last.code, columns)

    result = tried(service.subject(tables=[table]))

    assert ids(result) == set()
    assert result.tables == 1


def test_a_table_that_is_gone_is_named_and_not_tried(service: Service) -> None:
    table = DeclaredTable('table 7 "sold"', "sold", (DeclaredColumn("ID", "id", "int"),))

    (finding,) = tried(service.subject(tables=[table])).findings

    assert (finding.rule.id, finding.endpoint, finding.table) == (
        "table-gone",
        "urlTableList",
        'table 7 "sold"',
    )
    assert finding.came == 'The outside system lists no table with the code "sold".'
    assert not any(form.get("table") == "sold" for _, form in service.asked)


@pytest.mark.parametrize(
    ("code", "column", "cure"),
    [
        ("sold", DeclaredColumn("ID", "id", "int"), "the code of the table that is meant"),
        ("goods_v2", DeclaredColumn("ID", "id", "int"), "the code that it has now"),
        ("goods_v2", DeclaredColumn("COST", "price", "int"), "declare it as double"),
        ("goods_v2", DeclaredColumn("COST", "price", "double"), "with the name SKU"),
    ],
)
def test_what_to_do_about_a_changed_table_is_said_of_each_change(
    service: Service, code: str, column: DeclaredColumn, cure: str
) -> None:
    table = DeclaredTable("table 7", code, (column,))

    finding = tried(service.subject(tables=[table])).findings[0]

    assert cure in finding.cure
    assert finding.rule.cure == ""


def test_of_a_table_with_more_rows_than_a_page_one_page_is_enough(service: Service) -> None:
    columns = [Column("id", "ID", "int"), Column("name", "NAME", "string")]
    rows = [[number, f"name {number % 7}"] for number in range(1500)]
    service.tables = [Table("many", "Many", columns, rows)]

    result = tried(service.subject())

    assert result.findings == ()
    assert [each.rows for each in result.measurements] == [1000]


def test_a_part_of_the_rows_that_meets_no_filter_is_found(service: Service) -> None:
    rows: list[list[Any]] = [[number] for number in range(1500)]
    service.tables = [Table("many", "Many", [Column("id", "ID", "int")], rows)]
    service.changes["/data"] = lambda _service, form, right: [["id"]] if "filter" in form else right

    (finding,) = tried(service.subject()).findings

    assert finding.rule.id == "filter-wrong"
    assert finding.came.startswith("filter[ID]: no row comes, although at least 1 meet it; ")


def test_no_filters_are_tried_on_a_table_whose_rows_come_late(service: Service) -> None:
    service.tables = [goods()]

    def late(service: Service, _form: Form, right: Answer) -> Answer:
        service.now += 54
        return right

    service.changes["/data"] = late
    (finding,) = tried(service.subject(), replace(PATIENT, clock=lambda: service.now)).findings

    assert finding.rule.id == "slow"
    assert finding.came == (
        "3 rows came after 54 seconds. Filters, and other names in mapFields, were not tried on "
        "the table."
    )
    assert not any("filter" in form for _, form in service.asked)
    assert not any(name.startswith("BXBI") for name in names_of_columns(service))
    assert [path for path, _ in service.asked].count("/data") == 7


def test_a_cell_is_shown_only_where_data_may_be(service: Service) -> None:
    service.tables[0].rows[2][0] = "three"
    service.tables[0].rows[4][0] = "five"

    (shown,) = tried(service.subject()).findings
    (hidden,) = tried(service.subject(), Options(with_data=False)).findings

    assert shown.came == 'Rows 3 and 5, column "id" of type int: "three".'
    assert hidden.came == 'Rows 3 and 5, column "id" of type int: (not shown).'


def test_rows_without_codes_before_them_are_one_finding_that_shows_no_data(
    service: Service,
) -> None:
    columns = [Column("name", "NAME", "string"), Column("mail", "MAIL", "string")]
    service.tables = [Table("people", "People", columns, [["Anna", "a@b.example"], ["Anna", ""]])]
    service.changes["/data"] = lambda _service, _form, right: (
        right.body[1:] if right.status == 200 else right
    )

    (shown,) = tried(service.subject()).findings
    (hidden,) = tried(service.subject(), Options(with_data=False)).findings

    came = "The codes of the columns are missing before the rows, which begin with "
    assert (shown.rule.id, shown.came) == ("header-unknown", f'{came}"Anna", "a@b.example".')
    assert (hidden.rule.id, hidden.came) == ("header-unknown", f"{came}2 texts (not shown).")


def test_texts_before_rows_are_shown_without_data_only_where_they_are_described(
    service: Service,
) -> None:
    service.tables = [goods()]

    def change(_service: Service, form: Form, right: Answer) -> Any:
        if right.status != 200 or "select" not in form:
            return right
        codes, *rows = right.body
        return [[codes[0], "Anna"], *([row[0], 1] for row in rows)]

    service.changes["/data"] = change
    (finding,) = [
        each
        for each in tried(service.subject(), Options(with_data=False)).findings
        if each.rule.id == "select"
    ]

    assert finding.came == 'The columns are "price" and 1 text (not shown).'


@pytest.mark.parametrize("with_data", [True, False])
def test_values_of_the_settings_are_shown_nowhere(service: Service, *, with_data: bool) -> None:
    """An endpoint may repeat them in any place of its answers; `tried` looks for them."""
    orders, goods, _ = service.tables
    orders.columns[0] = Column(f"c_{TOKEN}", TOKEN.upper(), TOKEN)
    orders.columns[1].type = TOKEN
    orders.rows[0][2] = TOKEN
    goods.id = TOKEN
    goods.title = TOKEN * 40
    goods.columns[1].name = TOKEN
    service.changes["/data"] = lambda _service, form, right: INVALID if "filter" in form else right

    result = tried(service.subject(), Options(with_data=with_data))

    assert ids(result) == {
        "column-type-unknown",
        "value-double",
        "table-text-length",
        "filter-refused",
    }


@pytest.mark.parametrize(
    ("part", "came"),
    [
        (
            "operator",
            (
                "4 of 20 filters are refused: filter[NUMBER][operator]=GTE; "
                "filter[NUMBER][operator]=BETWEEN; filter[ZAKAZCHIK][operator]=LIKE; and 1 more "
                "filter."
            ),
        ),
        (
            "LOGIC",
            "1 of 20 filters is refused: filter[LOGIC]=OR, filter[0][NUMBER], filter[1][NUMBER].",
        ),
    ],
)
def test_filters_that_are_refused_are_one_short_finding(
    service: Service, part: str, came: str
) -> None:
    del service.tables[1:]
    service.changes["/data"] = lambda _service, form, right: (
        INVALID if part in str(form.get("filter")) else right
    )

    (finding,) = tried(service.subject()).findings

    assert finding.rule.id == "filter-refused"
    assert finding.came == came


def test_the_progress_names_subject_endpoint_and_table(service: Service) -> None:
    lines: list[str] = []

    verified([service.subject("CRM")], lines.append, PATIENT)

    assert sorted(lines) == [
        "CRM: table 1 of 3, orders: urlData",
        "CRM: table 1 of 3, orders: urlTableDescription",
        "CRM: table 2 of 3, goods_v2: urlData",
        "CRM: table 2 of 3, goods_v2: urlTableDescription",
        "CRM: table 3 of 3, empty: urlData",
        "CRM: table 3 of 3, empty: urlTableDescription",
        "CRM: urlCheck",
        "CRM: urlTableList",
    ]


def test_a_host_gets_four_requests_at_a_time_whatever_the_number_of_subjects(
    service: Service,
) -> None:
    """Descriptions wait for each other, so that fewer than four at a time would never end.

    Then they wait a moment for a fifth request, which must not come.
    """
    service.tables = [
        Table(f"t{number}", "T", [Column("id", "ID", "int")], [[1]]) for number in range(8)
    ]
    four, fifth, lock = threading.Barrier(4), threading.Event(), threading.Lock()
    now, most = 0, 0

    def together(_service: Service, form: Form, right: Answer) -> Any:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            if now > 4:
                fifth.set()
        if str(form["table"]).startswith("t"):
            four.wait(timeout=60)
            fifth.wait(timeout=0.1)
        with lock:
            now -= 1
        return right

    service.changes["/columns"] = together

    results = verified([service.subject("A"), service.subject("B")], lambda _: None, PATIENT)

    assert [each.name for each in results] == ["A", "B"]
    assert all(each.findings == () for each in results)
    assert most == 4


def test_all_subjects_begin_at_once_whatever_their_number(service: Service) -> None:
    """No endpoint answers before the last subject has begun."""
    names = {str(number) for number in range(40)}
    begun: set[str] = set()

    def tell(line: str) -> None:
        begun.add(line.partition(":")[0])
        if begun == names:
            service.released.set()

    def wait(_service: Service, _form: Form, right: Answer) -> Answer:
        service.released.wait()
        return right

    service.changes = dict.fromkeys(("/check", "/tables", "/columns", "/data"), wait)
    subjects = [service.subject(each, tables=[]) for each in sorted(names)]
    results = verified(subjects, tell, Options(timeout=20))

    assert [each for result in results for each in result.findings] == []


def test_what_has_not_answered_one_subject_is_not_asked_for_another(service: Service) -> None:
    service.urls["/check"] = "http://127.0.0.1:1/"
    asker = Asker(timeout=60, silence=60, clock=lambda: 0.0)
    found = []
    for name in ("A", "B"):
        questions = Questions(service.subject(name), asker, Quotes((), with_data=True))
        found += [*check_findings(questions), *questions.silent()]

    first, second = found
    assert (first.subject, first.rule.id) == ("A", "unreachable")
    assert (second.subject, second.rule.id) == ("B", "not-tried")
    assert second.came == "No answer came from there before, so nothing more was asked."
