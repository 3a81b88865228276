"""Titles that look the same and are not."""

from __future__ import annotations

import pytest

from pulumi_bxbi.portal.objects.lookalike_titles import difference


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (" Ёлка и CRM ", "differs in spaces"),
        ("Ёлка  и CRM", "differs in spaces"),
        ("Ёлка\N{NO-BREAK SPACE}и\N{THIN SPACE}CRM", "differs in spaces"),
        ("Ёлка и \nCRM \t", "differs in spaces"),
        ("ёлка И crm", "differs in upper and lower case"),
        (
            "\N{CYRILLIC CAPITAL LETTER IE}\N{COMBINING DIAERESIS}лка и CRM",
            "differs in composed and decomposed letters",
        ),
        (
            "Ёлка и\N{ZERO WIDTH SPACE} CRM\N{ZERO WIDTH NO-BREAK SPACE}",
            "differs in invisible characters",
        ),
        ("Ёлка и \N{CYRILLIC CAPITAL LETTER ES}RM", "differs in Latin and Cyrillic letters"),
        (
            "ёлка и crm ",
            "differs in spaces and in upper and lower case",
        ),
        ("Ёлка и CRM", ""),
        ("Ёлки и CRM", ""),
        ("Елка и CRM", ""),
        ("", ""),
    ],
)
def test_in_what_they_differ(found: str, told: str) -> None:
    assert difference("Ёлка и CRM", found) == told


def test_two_ways_to_encode_one_letter() -> None:
    """Composing it and ignoring its case lead to the same letter."""
    assert difference("5 \N{KELVIN SIGN}", "5 k").startswith("differs in ")
    assert difference("5 \N{KELVIN SIGN}", "5 K") == "differs in how its letters are encoded"
