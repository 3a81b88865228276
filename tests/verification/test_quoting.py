"""What of an answer is shown."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_bxbi.verification.quoting import Quotes

HIDDEN = "(not shown: it has a value of the settings)"
QUOTES = Quotes(("hunter2", "12", "2026", "483920", ""), with_data=True)


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ("orders", '"orders"'),
        ("", '""'),
        ("a\nb\x1b", '"a\\nb\\x1b"'),
        ("x" * 61, f'"{"x" * 60}…"'),
        ("col_12", '"col_12"'),
        ("12", HIDDEN),
        (" 12\n", HIDDEN),
        ("the Hunter2!", HIDDEN),
        ("2026-09-20", '"2026-09-20"'),
        ("2026", HIDDEN),
        ("code 483920", HIDDEN),
        (f"{'x' * 99}hunter2", HIDDEN),
    ],
)
def test_a_text_is_short_on_one_line_and_without_values(found: str, shown: str) -> None:
    assert QUOTES.text(found) == shown


def test_of_many_texts_some_are_shown() -> None:
    assert QUOTES.texts(["a", "b"]) == '"a", "b"'
    assert QUOTES.texts(list("abcde")) == '"a", "b", "c" and 2 more'


@pytest.mark.parametrize(
    ("cell", "shown", "without_data"),
    [
        ("Ромашка", '"Ромашка"', "(not shown)"),
        (1.5, "1.5", "(not shown)"),
        (12, HIDDEN, "(not shown)"),
        ('"hunter2"', HIDDEN, "(not shown)"),
        ([1], "a list", "a list"),
        ({}, "an object", "an object"),
    ],
)
def test_a_cell_is_shown_where_data_may_be(cell: Any, shown: str, without_data: str) -> None:
    assert QUOTES.cell(cell) == shown
    assert Quotes((), with_data=False).cell(cell) == without_data


def test_no_value_is_in_the_representation() -> None:
    assert "hunter2" not in repr(QUOTES)
