"""Which cells can be read as a type, for all that can be written and for what cannot."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.portal.objects.models import COLUMN_TYPES
from pulumi_bxbi.verification.findings import Rule
from pulumi_bxbi.verification.values import fault_of

MOMENTS = st.datetimes(min_value=datetime(1000, 1, 1))  # noqa: DTZ001  # without an offset


def found(type_: str, cell: Any) -> str:
    """Return the id of the rule that a cell does not keep; empty for none."""
    rule = fault_of(type_, cell)
    return rule.id if rule else ""


@given(st.integers())
def test_every_whole_number_is_an_int_a_double_and_money(number: int) -> None:
    for cell in (number, str(number)):
        assert [found(each, cell) for each in ("int", "double", "money", "string")] == [""] * 4


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_a_double(number: float) -> None:
    assert found("double", number) == ""
    assert found("double", json.dumps(number)) == ""
    assert found("int", number) == ("" if number.is_integer() else "value-int")


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_day_is_a_date(day: date) -> None:
    assert found("date", day.isoformat()) == ""
    assert found("date", day.strftime("%d.%m.%Y")) == "value-date"
    assert found("datetime", day.isoformat()) == "value-datetime-form"


@given(MOMENTS)
def test_every_moment_is_a_datetime_in_both_documented_forms(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    offset = whole.replace(tzinfo=timezone.utc)
    for cell in (str(whole), whole.isoformat(), offset.isoformat(), f"{whole.isoformat()}Z"):
        assert found("datetime", cell) == ""
        assert found("timezone", cell) == ""
        assert found("date", cell) == "value-date-time"


@given(MOMENTS.filter(lambda moment: moment.microsecond > 0))
def test_fractions_are_a_form_that_is_not_documented(moment: datetime) -> None:
    assert found("datetime", str(moment)) == "value-datetime-form"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)


@given(st.sampled_from(COLUMN_TYPES), JSON)
def test_any_cell_is_right_or_has_one_rule(type_: str, cell: Any) -> None:
    rule = fault_of(type_, cell)

    assert rule is None or isinstance(rule, Rule)
    if cell is None:
        assert rule is None


@pytest.mark.parametrize("type_", COLUMN_TYPES)
def test_no_value_is_right_in_every_column(type_: str) -> None:
    assert found(type_, None) == ""


@pytest.mark.parametrize(
    ("type_", "cell", "rule"),
    [
        ("int", 5.0, ""),
        ("int", "5.00", ""),
        ("int", "+5", ""),
        ("int", "5.5", "value-int"),
        ("int", "1 000", "value-int"),
        ("int", "٣", "value-int"),
        ("int", 1e999, "value-int"),
        ("double", "1e3", ""),
        ("double", ".5", ""),
        ("double", "1,5", "value-double"),
        ("double", "NaN", "value-double"),
        ("double", 1e999, "value-double"),
        ("double", 10**400, "value-double"),
        ("double", "1" * 401, "value-double"),
        ("double", "1e99999999999999999999", "value-double"),
        ("double", "1e-99999999999999999999", ""),
        ("int", 10**400, ""),
        ("date", "2024-02-29", ""),
        ("date", "2026-02-29", "value-date"),
        ("date", 20260920, "value-date"),
        ("date", "2026-9-1", "value-date"),
        ("datetime", "2026-09-20 24:00:00", "value-datetime"),
        ("datetime", "2026-09-20 10:00", "value-datetime-form"),
        ("datetime", "Sun, 20 Sep 2026 10:00:00 GMT", "value-datetime"),
        ("money", "1 234,50 ₽", ""),
        ("money", "-12.5|USD", ""),
        ("money", "12.50 rub.", "value-money-separators"),
        ("money", "1,234,567.00", "value-money-separators"),
        ("money", "Rs. 500", "value-money-separators"),
        ("money", ".50", "value-money-separators"),
        ("money", "USD", "value-money"),
        ("money", "5-7", "value-money"),
        ("string", 5, ""),
        ("string", "", ""),
        ("int", "", "value-empty"),
        ("string", "a\ufffd", "value-lost-characters"),
        ("string", "\udc00", "unicode"),
        ("string", False, "value-boolean"),
        ("string", {}, "value-nested"),
    ],
)
def test_a_cell_of_a_type(type_: str, cell: Any, rule: str) -> None:
    assert found(type_, cell) == rule
