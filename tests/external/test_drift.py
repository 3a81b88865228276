"""Declared tables, compared with what the outside system describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_bxbi.external.answers import DescribedColumn
from pulumi_bxbi.external.client import EndpointError
from pulumi_bxbi.external.columns import mapped
from pulumi_bxbi.external.drift import Change, DeclaredColumn, DeclaredTable, Drift, drift_of
from pulumi_bxbi.portal.objects.models import COLUMN_TYPES
from tests.external.outside import Answer, OutsideSystem, column
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@pytest.fixture(scope="module")
def server() -> Iterator[OutsideSystem]:
    with serving(OutsideSystem()) as server:
        yield server


@pytest.fixture
def outside(server: OutsideSystem) -> OutsideSystem:
    server.answers.clear()
    server.posted.clear()
    server.tables = {"orders": [column("id", "Id", "INT"), column("note", "Note")]}
    return server


def declared(*columns: tuple[str, str, str], code: str = "orders") -> DeclaredTable:
    return DeclaredTable('table 7 "orders"', code, tuple(DeclaredColumn(*each) for each in columns))


ID = ("ID", "id", "int")
NOTE = ("NOTE", "note", "string")
#: What a program has to do whose columns follow the outside system.
LOOKED_UP = "Where the program looks the columns up (get_external_table), `pulumi up` is enough."


def found(outside: OutsideSystem, table: DeclaredTable) -> Sequence[Drift]:
    return drift_of(table, outside.system())


def test_what_is_described_as_it_is_declared_is_no_drift(outside: OutsideSystem) -> None:
    assert found(outside, declared(NOTE, ID)) == ()
    assert outside.requests == ["/tables", "/columns orders"]


def test_a_name_that_people_have_changed_is_no_drift(outside: OutsideSystem) -> None:
    outside.tables["orders"][1]["name"] = "Remark"

    assert found(outside, declared(ID, NOTE)) == ()


def test_a_type_that_bi_builder_does_not_have_is_a_string(outside: OutsideSystem) -> None:
    outside.tables["orders"][1]["type"] = "blob"

    assert found(outside, declared(ID, NOTE)) == ()


def test_a_table_that_is_not_listed_is_gone(outside: OutsideSystem) -> None:
    (drift,) = found(outside, declared(ID, code="sold\n"))

    assert drift.change is Change.TABLE_GONE
    assert drift.observed == 'The outside system lists no table with the code "sold\\n".'
    assert [dict(form)["searchString"] for _, _, form in outside.posted] == ["", "sold\n"]


def test_a_table_with_an_id_has_that_as_its_code(outside: OutsideSystem) -> None:
    outside.answers["/tables"] = Answer([{"code": "orders", "title": "Orders", "id": "42"}])

    assert found(outside, declared(ID, NOTE, code="42")) == ()
    assert outside.requests[-1] == "/columns orders"
    (drift,) = found(outside, declared(ID, NOTE))
    assert drift.change is Change.TABLE_GONE


def test_a_column_that_is_not_described_is_gone(outside: OutsideSystem) -> None:
    outside.tables["orders"].pop()

    assert found(outside, declared(ID, NOTE)) == (
        Drift(
            Change.COLUMN_GONE,
            'Column NOTE ("note") is declared and not described.',
            f"take the column out of the program, or give it the code that it has now. {LOOKED_UP}",
        ),
    )


def test_a_column_of_another_type_is_told_with_both(outside: OutsideSystem) -> None:
    outside.tables["orders"][0]["type"] = "Money"

    assert found(outside, declared(ID, NOTE)) == (
        Drift(
            Change.COLUMN_RETYPED,
            'Column ID ("id") is declared as int and described as money.',
            f"declare it as money, or correct the description. {LOOKED_UP}",
        ),
    )


def test_new_columns_are_one_difference_and_break_no_report(outside: OutsideSystem) -> None:
    (one,) = found(outside, declared(ID))
    outside.tables["orders"] += [column(f"more_{number}") for number in range(30)]
    (many,) = found(outside, declared(ID))

    assert not one.change.breaks_reports
    assert one.observed == 'Column "note" (string) is described and not declared.'
    assert one.cure == f"declare what reports need, for example with the name NOTE. {LOOKED_UP}"
    assert many.observed.startswith('31 columns: "note" (string), "more_0" (string), ')
    assert many.observed.endswith('"more_18" (string) and 11 more are described and not declared.')


def test_what_the_outside_system_calls_a_column_is_one_line(outside: OutsideSystem) -> None:
    outside.tables["orders"].append(column("a\x1b[31m\nb", "Red"))

    (drift,) = found(outside, declared(ID, NOTE))

    assert '"a\\x1b[31m\\nb"' in drift.observed


@pytest.mark.parametrize("path", ["/tables", "/columns"])
def test_an_endpoint_that_fails_is_no_drift(outside: OutsideSystem, path: str) -> None:
    outside.answers[path] = Answer("no", 500)

    with pytest.raises(EndpointError):
        found(outside, declared(ID, NOTE))


CODES = st.text(min_size=1, max_size=6).filter(lambda code: bool(code.strip()))
TYPES = st.sampled_from(COLUMN_TYPES)
COLUMNS = st.lists(
    st.builds(DescribedColumn, CODES, CODES, TYPES),
    min_size=1,
    max_size=6,
    unique_by=lambda each: each.code,
)


def table_of(columns: Sequence[DescribedColumn]) -> DeclaredTable:
    """Declare columns as a lookup gives them."""
    return declared(
        *((each.name, each.external_code, each.type) for each in mapped(columns).columns)
    )


def describe(server: OutsideSystem, columns: Sequence[DescribedColumn]) -> None:
    server.answers.clear()
    server.tables = {"orders": [column(each.code, each.name, each.type) for each in columns]}


@settings(max_examples=40, deadline=None)
@given(orders=COLUMNS.flatmap(lambda each: st.tuples(st.just(each), st.permutations(each))))
def test_what_a_lookup_gives_is_never_drift(
    server: OutsideSystem, orders: tuple[list[DescribedColumn], list[DescribedColumn]]
) -> None:
    columns, described = orders
    describe(server, described)

    assert found(server, table_of(columns)) == ()


@settings(max_examples=40, deadline=None)
@given(before=COLUMNS, after=COLUMNS)
def test_each_difference_is_told_once(
    server: OutsideSystem, before: list[DescribedColumn], after: list[DescribedColumn]
) -> None:
    describe(server, after)

    changes = [each.change for each in found(server, table_of(before))]

    types = {each.code: each.type for each in before}
    now = {each.code: each.type for each in after}
    both = types.keys() & now.keys()
    assert changes.count(Change.COLUMN_GONE) == len(types.keys() - now.keys())
    assert changes.count(Change.COLUMN_RETYPED) == sum(types[code] != now[code] for code in both)
    assert changes.count(Change.COLUMN_NEW) == bool(now.keys() - types.keys())
    assert Change.TABLE_GONE not in changes
