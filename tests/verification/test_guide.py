"""The guide has every rule."""

from __future__ import annotations

import re

from pulumi_bxbi.verification.comparison import NOT_COMPARED
from pulumi_bxbi.verification.filters import conditions
from pulumi_bxbi.verification.rules import RULES
from pulumi_bxbi.verification.stack import STACK_RULES
from tests.engine.guides import GUIDES, VERIFICATION


def test_the_guide_lists_each_rule_as_it_is() -> None:
    section = GUIDES[VERIFICATION].partition("\n## The rules\n")[2]
    listed = re.findall(r"^\| `([\w-]+)` \| (\w+) \| (.+) \|$", section, re.MULTILINE)

    assert listed == [
        (each.id, each.severity.value, each.wanted.partition(" (vendor's page")[0].rstrip("."))
        for each in (*STACK_RULES, NOT_COMPARED, *RULES)
    ]


def test_the_guide_lists_each_way_in_which_a_filter_is_written() -> None:
    section = GUIDES[VERIFICATION].partition("\n## How filters are written\n")[2]
    listed = set(re.findall(r"`(filter\[[^`=]*[^`]*?\])=", section.partition("\n## ")[0]))

    tried = (
        *conditions("ID", "int", [3, 5]),
        *conditions("NAME", "string", ["bolt", "nut"]),
    )
    of_texts_as_of_numbers = {
        "filter[NAME]",
        "filter[!=NAME]",
        "filter[NAME][0]",
        "filter[NAME][1]",
    }
    assert listed == {name for each in tried for name, _ in each.fields} - of_texts_as_of_numbers
