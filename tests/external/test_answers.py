"""The answers of endpoints, as the documentation has them and as they must not be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_bxbi.external.answers import (
    DescribedColumn,
    InvalidAnswerError,
    ListedTable,
    described_columns,
    listed_tables,
)


def test_tables_of_both_editions() -> None:
    body = json.dumps([{"code": "orders", "title": "Заказы"}, {"code": "b", "title": "B", "id": 7}])

    orders, other = listed_tables(body.encode())

    assert orders == ListedTable("orders", "Заказы")
    assert (orders.external_code, other.external_code) == ("orders", "7")
    assert listed_tables(b"[]") == ()


def test_columns_of_both_editions() -> None:
    body = json.dumps(
        [
            {"code": "id", "name": "ID", "type": "int"},
            {"code": "sum", "title": " Sum ", "type": "MONEY"},
        ]
    )

    assert described_columns(body.encode()) == (
        DescribedColumn("id", "ID", "int"),
        DescribedColumn("sum", " Sum ", "MONEY"),
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty"),
        ('[{"code": "Заказ"}]'.encode("cp1251"), "not encoded in UTF-8"),
        ('[{"code": "a"}]'.encode("utf-16"), "not encoded in UTF-8"),
        (b"\xef\xbb\xbf[]", "byte order mark"),
        (b"\n<!doctype html><title>Login</title>", "HTML"),
        (b'[{"code": "a", "na', "not all of it arrived"),
        (b"[" * 100_000, "not JSON"),
        (b'[{"code": NaN}]', "not JSON"),
        (b'[{"code": 1' + b"0" * 5000, "not JSON"),
        (b'{"error": "no"}', "not a list"),
        (b'[{"code": "a", "name": "A", "type": "int"}, 5]', "Element 2 of the answer is not an"),
        (b'[{"name": "A", "type": "int"}]', 'Element 1 of the answer has no "code"'),
        (b'[{"code": " ", "name": "A", "type": "int"}]', 'has no "code"'),
        (b'[{"code": "a", "name": null, "type": "int"}]', 'has no "name"'),
        (b'[{"code": "a", "name": "A", "type": []}]', 'has no "type"'),
        (b'[{"code": true, "name": "A", "type": "int"}]', 'has no "code"'),
        (b'[{"code": "\\ud800", "name": "A", "type": "int"}]', "not Unicode"),
        (b"[]", "describes no column"),
    ],
)
def test_an_answer_of_another_form_is_one_sentence(body: bytes, said: str) -> None:
    with pytest.raises(InvalidAnswerError, match=said) as caught:
        described_columns(body)

    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("element", [{"code": "a"}, {"title": "A"}, {"code": "a", "title": ""}])
def test_one_table_without_code_or_title_makes_the_whole_list_invalid(element: Any) -> None:
    body = json.dumps([{"code": "orders", "title": "Orders"}, element]).encode()

    with pytest.raises(InvalidAnswerError, match="Element 2 of the answer has no"):
        listed_tables(body)
