"""Expressions in Python."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.adoption.python_source import Bracket, Code, Text, literal, statement


@given(st.text())
def test_a_literal_is_its_text_and_shows_each_character(text: str) -> None:
    written = literal(text)

    assert ast.literal_eval(written) == text
    assert written.isprintable()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("CRM", '"CRM"'),
        ("it's", '"it\'s"'),
        ('say "hi"', "'say \"hi\"'"),
        ("a\\b\n", '"a\\\\b\\n"'),
        ("Щука 🎉", '"Щука 🎉"'),
        ("right\u202eto left", '"right\\u202eto left"'),
    ],
)
def test_a_literal_reads_well(text: str, written: str) -> None:
    assert literal(text) == written


@given(st.text(alphabet="ab \n\"'щ", max_size=400), st.integers(0, 40))
def test_a_long_text_fits_into_its_lines(text: str, indent: int) -> None:
    written = statement("title=", Text(text), ",", indent)

    value = ast.parse(f"f(\n{written}\n)").body[0]
    assert isinstance(value, ast.Expr)
    assert isinstance(value.value, ast.Call)
    assert ast.literal_eval(value.value.keywords[0].value) == text
    if all(len(word) < 20 for word in text.split()) and len(text.split()) > 1:
        assert all(len(line) <= 88 for line in written.splitlines())


def test_a_bracket_takes_lines_only_where_one_is_too_short() -> None:
    call = Bracket("f(", [("", Text("x" * 20)), ("visible=", Code("False"))], ")")

    assert statement("a = ", call) == f'a = f("{"x" * 20}", visible=False)'
    assert statement("a = ", call, ",", indent=60).splitlines() == [
        f"{' ' * 60}a = f(",
        f'{" " * 64}"{"x" * 20}",',
        f"{' ' * 64}visible=False,",
        f"{' ' * 60}),",
    ]
