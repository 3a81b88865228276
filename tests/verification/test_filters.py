"""Filters: no outside system that answers rightly is blamed, and none that does not is missed."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from examples.warehouse.service.form import parse
from pulumi_bxbi.verification.filters import Condition, conditions, fault_of_rows
from tests.verification.conditions import meets
from tests.verification.service import group

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)
COLUMNS = st.one_of(
    st.tuples(st.just("int"), st.lists(st.none() | st.integers(-9, 9), max_size=9)),
    st.tuples(st.just("double"), st.lists(st.none() | st.sampled_from([0.5, 7, -1.25, 1e-7]))),
    st.tuples(st.just("string"), st.lists(st.none() | TEXTS, max_size=9)),
    st.tuples(st.just("date"), st.lists(st.dates(min_value=date(2000, 1, 1)).map(str), max_size=9)),
    st.tuples(
        st.just("datetime"),
        st.lists(
            st.datetimes(min_value=datetime(2000, 1, 1)).map(  # noqa: DTZ001  # without an offset
                lambda each: str(each.replace(microsecond=0))
            ),
            max_size=9,
        ),
    ),
)


def answered(condition: Condition, type_: str, cells: Sequence[Any]) -> list[Any]:
    """Return the cells that the fixture's service answers with."""
    form = group(parse(urlencode(condition.fields).encode()), "filter")
    return [each for each in cells if meets(form, {"NAME": each}, {"NAME": type_})]


@given(COLUMNS)
def test_right_rows_have_no_fault(column: tuple[str, list[Any]]) -> None:
    type_, cells = column
    for condition in conditions("NAME", type_, cells):
        found = answered(condition, type_, cells)
        assert fault_of_rows(condition, found, cells, are_all=True) == ""
        assert fault_of_rows(condition, found, cells, are_all=False) == ""


@given(COLUMNS, st.data())
def test_a_row_that_is_missing_or_too_many_is_a_fault(
    column: tuple[str, list[Any]], data: st.DataObject
) -> None:
    type_, cells = column
    tried = list(conditions("NAME", type_, cells))
    assume(tried)
    condition = data.draw(st.sampled_from(tried))
    found = answered(condition, type_, cells)
    wrong = [each for each in cells if not condition.may_meet(each)]

    if found and all(map(condition.meets, found)):
        assert "missing" in fault_of_rows(condition, found[1:], cells, are_all=True)
    if wrong:
        fault = fault_of_rows(condition, [*found, wrong[0]], cells, are_all=False)
        assert fault == f"1 of {len(found) + 1} rows do not meet it"


def test_no_row_is_a_fault_where_a_part_of_the_rows_has_some() -> None:
    for condition in conditions("NAME", "int", [1, 2, 3]):
        fault = fault_of_rows(condition, [], [1, 2, 3], are_all=False)
        assert fault.startswith("no row comes, although at least ")


@pytest.mark.parametrize(
    ("form", "cell", "right"),
    [
        ("filter[NAME]", "VASYA", True),
        ("filter[NAME]", "vásya ", True),
        ("filter[NAME]", "petya", False),
        ("filter[!=NAME]", None, True),
        ("filter[!=NAME]", "VASYA", True),
        ("filter[!=NAME]", "vasya", False),
        ("filter[%NAME]", "old VASYA", True),
    ],
)
def test_case_accents_and_nulls_are_left_to_the_outside_system(
    form: str, cell: Any, *, right: bool
) -> None:
    cells = ["petya", "vasya"]
    (condition,) = [each for each in conditions("NAME", "string", cells) if each.form == form]

    found = [cell] if form == "filter[!=NAME]" else ["vasya", cell]
    assert (fault_of_rows(condition, found, [], are_all=True) == "") is right


@pytest.mark.parametrize(
    ("form", "found", "fault"),
    [
        ("filter[NAME][operator]=LIKE", [], ""),
        ("filter[NAME][operator]=LIKE", ["vasya"], ""),
        ("filter[NAME][operator]=LIKE", ["petya"], "1 of 1 rows do not meet it"),
        ("filter[%NAME]", [], "1 of 1 rows that meet it are missing"),
    ],
)
def test_the_operator_like_may_be_that_of_sql(form: str, found: list[str], fault: str) -> None:
    cells = ["petya", "vasya"]
    (condition,) = [each for each in conditions("NAME", "string", cells) if each.form == form]

    assert fault_of_rows(condition, found, cells, are_all=True) == fault


@pytest.mark.parametrize(
    ("type_", "cells"),
    [
        ("int", []),
        ("int", [None, None]),
        ("int", [5, 5]),
        ("int", [5, "six"]),
        ("int", [5, 10**401]),
        ("double", [5, "1e99999999999999999999"]),
        ("double", [5, "1e-99999999999999999999"]),
        ("double", [5, "1e-900000000"]),
        ("double", [5, "0e900000000"]),
        ("string", ["a", ""]),
        ("string", ["a", 5]),
        ("datetime", ["2026-09-20T10:00:00+02:00", "2026-09-20T10:00:00Z"]),
        ("money", [1, 2]),
        ("timezone", ["2026-09-20 10:00:00", "2026-09-21 10:00:00"]),
    ],
)
def test_cells_that_cannot_be_compared_have_no_condition(type_: str, cells: list[Any]) -> None:
    assert list(conditions("NAME", type_, cells)) == []


@pytest.mark.parametrize(
    ("type_", "cells", "value"),
    [
        ("double", [1e-7, 2], "2"),
        ("double", [0, 1e-7], "0.0000001"),
        ("date", ["2026-09-20", "2026-09-21"], "2026-09-21"),
        ("datetime", ["2026-09-20 10:00:00", "2026-09-20T11:00:00"], "2026-09-20 11:00:00"),
    ],
)
def test_values_are_written_as_documented(type_: str, cells: list[Any], value: str) -> None:
    """Values are compared with the second one, the one in the middle."""
    (condition,) = [
        each for each in conditions("NAME", type_, cells) if each.form == "filter[>=NAME]"
    ]

    assert condition.fields == (("filter[>=NAME]", value),)
