"""Texts that anyone can have written obey nobody: neither terminals nor Markdown."""

from __future__ import annotations

import pytest

from pulumi_bxbi.portal import ObjectRef, PortalError
from pulumi_bxbi.portal.display import one_line, several_lines, wrapped

ATTACK = "x\r</details>\n\x1b[2J\u2028\u202e"
SHOWN = r"x\r</details>\n\x1b[2J\u2028\u202e"


@pytest.mark.parametrize("text", ['Продажи «2026» "x"', "1\u00a0000\u202f₽", "👩‍💻", ""])
def test_what_people_write_stays(text: str) -> None:
    assert (one_line(text), several_lines(text)) == (text, text)


def test_a_text_of_one_line_shows_what_would_end_it() -> None:
    assert one_line(ATTACK) == SHOWN


def test_a_text_of_several_lines_keeps_only_these() -> None:
    assert several_lines(f"first\r\n{ATTACK}") == "first\n" + SHOWN.replace(r"\n", "\n")


def test_an_object_in_the_way_is_one_line() -> None:
    assert str(ObjectRef("table", 7, ATTACK)) == f'table 7 "{SHOWN}"'


def test_an_error_shows_its_object_on_one_line_and_the_words_of_the_portal_on_theirs() -> None:
    error = PortalError(
        method="biconnector.source.add",
        cure="look.",
        code="E\r",
        description=f"first\n{ATTACK}",
        object=f'source 7 "{ATTACK}"',
    )

    assert str(error).splitlines() == [
        f'biconnector.source.add failed for source 7 "{SHOWN}".',
        r"The portal said: E\r: first",
        r"x\r</details>",
        r"\x1b[2J\u2028\u202e (HTTP 0)",
        "What to do: look.",
    ]
    assert error.description.splitlines() == ["first", r"x\r</details>", r"\x1b[2J\u2028\u202e"]


def test_what_came_instead_of_an_answer_is_shown_like_words_of_the_portal() -> None:
    """The command of a token store may have said it."""
    error = PortalError(method="get", cure="look.", observed=ATTACK)

    assert "\r" not in str(error)
    assert "\x1b" not in str(error)


def test_a_wrapped_text_keeps_spaces_of_every_width() -> None:
    assert list(wrapped("2\u00a0500 \u2009and\x1b[0m a half", 12, "  ")) == [
        "  2\u00a0500",
        "  \u2009and[0m a",
        "  half",
    ]
