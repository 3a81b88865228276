"""Rows in an answer of `urlData`."""

from __future__ import annotations

import pytest

from pulumi_bxbi.external.answers import InvalidAnswerError
from pulumi_bxbi.verification.rows import Rows, rows_of


def test_codes_stand_before_rows() -> None:
    rows = rows_of(b'[["id", "name"], [1, "A"], [2, null]]')

    assert rows == Rows(("id", "name"), ((1, "A"), (2, None)))
    assert rows.column("name") == ["A", None]
    assert rows.uneven == []


def test_an_empty_list_has_no_codes() -> None:
    assert rows_of(b"[]") == Rows(None)
    assert rows_of(b"[]").codes == ()


def test_of_a_list_or_an_object_in_a_cell_only_the_kind_is_kept() -> None:
    assert rows_of(b'[["a", "b"], [[[1]], {"c": 1}]]').cells == (([], {}),)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{}", "not a list"),
        (b'[["id"], {"id": 1}]', "Element 2 of the answer is not a list"),
        (b"[[]]", "does not have the codes as texts"),
        (b"[[1], [1]]", "does not have the codes as texts"),
        (b'[[""], [1]]', "does not have the codes as texts"),
        (b'[["\\ud800"]]', "not Unicode"),
    ],
)
def test_what_is_no_list_of_rows_is_one_sentence(body: bytes, said: str) -> None:
    with pytest.raises(InvalidAnswerError, match=said):
        rows_of(body)
