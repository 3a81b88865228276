"""The columns of BI Builder for the columns that an endpoint describes."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.external.answers import DescribedColumn
from pulumi_bxbi.external.columns import MappedColumn, mapped
from pulumi_bxbi.portal.objects.models import COLUMN_TYPES

described = st.builds(
    DescribedColumn,
    code=st.text(min_size=1, max_size=4),
    name=st.one_of(
        st.text(min_size=1, max_size=40),
        st.text("aAя_1", min_size=1, max_size=3),
        st.text(string.ascii_uppercase[:2], min_size=31, max_size=34),
    ),
    type=st.sampled_from(["int", "DATE", "varchar"]),
)


def names(*columns: tuple[str, str]) -> dict[str, str]:
    """Return the name of each column in BI Builder, by its code."""
    found = mapped([DescribedColumn(code, name, "int") for code, name in columns])
    return {each.external_code: each.name for each in found.columns}


@given(st.lists(described))
def test_every_name_is_valid_and_none_is_given_twice(columns: list[DescribedColumn]) -> None:
    found = mapped(columns).columns

    assert all(re.fullmatch("[A-Z][A-Z0-9_]{0,31}", each.name) for each in found)
    assert all(each.type in COLUMN_TYPES for each in found)
    assert len({each.name for each in found}) == len(found)
    assert [each.external_code for each in found] == list(
        dict.fromkeys(each.code for each in columns)
    )


@given(st.lists(described), st.randoms(use_true_random=False))
def test_the_order_of_the_description_changes_no_column(
    columns: list[DescribedColumn], random: object
) -> None:
    shuffled = [*columns]
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    one, other = mapped(columns), mapped(shuffled)

    assert set(one.columns) == set(other.columns)
    assert set(one.unmapped) == set(other.unmapped)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ORDER_ID", "ORDER_ID"),
        ("Order ID", "ORDER_ID"),
        (" order__id ", "ORDER__ID"),
        ("Дата заказа", "DATA_ZAKAZA"),
        ("Größe (cm)", "GROSSE_CM"),
        ("订单", "DING_DAN"),
        ("2026", "COLUMN_2026"),
        ("_id", "ID"),
        ("x" * 40, "X" * 32),
        ("a" * 31 + " b", "A" * 31),
    ],
)
def test_a_name_is_written_in_upper_case_latin_letters(name: str, expected: str) -> None:
    assert names(("code", name)) == {"code": expected}


def test_a_name_without_letters_is_that_of_the_code() -> None:
    assert names(("amount", "№ %"), ("€", "…")) == {"amount": "NO", "€": "EUR"}
    assert names(("amount", "…"), ("→", "←")) == {"amount": "AMOUNT", "→": "COLUMN"}


def test_equal_names_are_numbered_in_the_order_of_the_codes() -> None:
    assert names(("c", "Sum"), ("b", "sum"), ("a", "SUM")) == {
        "a": "SUM",
        "b": "SUM_2",
        "c": "SUM_3",
    }
    assert names(("a", "Sum"), ("b", "Sum"), ("c", "SUM_2")) == {
        "a": "SUM",
        "b": "SUM_3",
        "c": "SUM_2",
    }


def test_a_long_name_is_cut_before_its_number() -> None:
    long = "A" * 40

    assert names(("a", long), ("b", long)) == {"a": "A" * 32, "b": "A" * 30 + "_2"}


def test_a_type_is_known_in_any_case_and_an_unknown_one_is_a_string() -> None:
    found = mapped(
        [DescribedColumn("sum", "SUM", "DOUBLE "), DescribedColumn("tags", "TAGS", "text[]")]
    )

    assert found.columns == (
        MappedColumn("SUM", "sum", "double"),
        MappedColumn("TAGS", "tags", "string"),
    )
    assert found.unmapped == (
        'column "tags" has the type "text[]", which BI Builder does not have: it is string there',
    )


def test_a_code_that_is_described_twice_is_one_column() -> None:
    found = mapped([DescribedColumn("id", "B", "int"), DescribedColumn("id", "A", "int")])

    assert found.columns == (MappedColumn("A", "id", "int"),)
    assert found.unmapped == ('column "id" is described 2 times: one of them is taken',)


def test_ten_thousand_columns_of_one_name_are_numbered() -> None:
    found = names(*((str(number), "A" * 40) for number in range(10_000)))

    assert len(set(found.values())) == 10_000
