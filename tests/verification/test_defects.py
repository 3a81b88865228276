"""Each defect of a connector is found by exactly the rule that it breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulumi_bxbi.verification.rules import RULES
from tests.serving import serving
from tests.verification.defects import DEFECTS, Defect
from tests.verification.service import Service
from tests.verification.trying import PATIENT, ids, tried

#: What is found where another subject's endpoint gave no answer: a test of its own.
OF_SEVERAL_SUBJECTS = {"not-tried"}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_is_found_by_its_own_rule_and_by_no_other(defect: Defect) -> None:
    with serving(Service()) as service:
        defect.make(service)
        options = replace(PATIENT, timeout=defect.timeout, clock=lambda: service.now)
        result = tried(service.subject(tables=defect.declared), options)
        service.released.set()

    assert ids(result) == defect.rules


def test_every_rule_has_a_defect() -> None:
    found = {each for defect in DEFECTS for each in defect.rules}

    assert found == {each.id for each in RULES} - OF_SEVERAL_SUBJECTS


def test_rules_have_names_of_their_own_and_say_what_is_wanted_and_what_to_do() -> None:
    assert len({each.id for each in RULES}) == len(RULES)
    for each in RULES:
        assert each.wanted[0].isupper() or each.wanted.startswith("`")
        assert each.wanted.endswith('").')
        assert not each.cure.endswith(".")
