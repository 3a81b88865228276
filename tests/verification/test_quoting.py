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


@pytest.mark.parametrize(
    "found",
    [
        "p@ss/<word> ключ",
        " P@SS/<WORD> КЛЮЧ ",
        "p%40ss%2F%3Cword%3E+%D0%BA%D0%BB%D1%8E%D1%87",
        "p%40ss%2f%3cword%3e%20%d0%ba%d0%bb%d1%8e%d1%87",
        "p@ss/&lt;word&gt; ключ",
        r"p@ss\/<word> \u043a\u043b\u044e\u0447",
        r"p@ss/<word> \u043a\u043b\u044e\u0447",
    ],
)
def test_a_value_is_recognised_however_it_is_written(found: str) -> None:
    quotes = Quotes(("p@ss/<word> ключ\n",), with_data=True)

    assert quotes.text(found) == HIDDEN
    assert quotes.cell(f"token={found}&") == HIDDEN


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
