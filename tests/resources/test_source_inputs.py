"""What check says of a source's inputs by themselves, without a portal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.resources.source import SourceLifecycle
from pulumi_bxbi.resources.values import UNKNOWN

GOOD: dict[str, Any] = {"title": "CRM", "connectorId": 123, "settings": {"login": "admin"}}
SOURCE = SourceLifecycle()


def reasons(**changes: object) -> list[tuple[str, str]]:
    checked = SOURCE.check({**GOOD, **changes}, None)
    return [(failure.property, failure.reason) for failure in checked.failures]


def test_good_inputs_stay_as_they_are() -> None:
    inputs = {**GOOD, "description": "", "active": False, "forceDestroy": True}

    checked = SOURCE.check(inputs, None)

    assert (checked.inputs, checked.failures) == (inputs, ())


@pytest.mark.parametrize("written", [123, 123.0, "123", " 123 "])
def test_an_id_may_be_written_as_number_or_text(written: object) -> None:
    assert SOURCE.check({**GOOD, "connectorId": written}, None).inputs["connectorId"] == 123


@pytest.mark.parametrize(
    ("written", "text"),
    [("x", "x"), ("", ""), (5, "5"), (5.0, "5"), (-3.0, "-3"), (2**53, str(2**53))],
)
def test_a_setting_becomes_text(written: object, text: str) -> None:
    checked = SOURCE.check({**GOOD, "settings": {"port": written}}, None)

    assert checked.inputs["settings"] == {"port": text}


def test_none_counts_as_not_given() -> None:
    checked = SOURCE.check(
        {**GOOD, "settings": {"login": None, "port": "1"}, "description": None, "active": None},
        None,
    )

    assert checked.inputs == {**GOOD, "settings": {"port": "1"}}


@pytest.mark.parametrize("property_", ["title", "connectorId", "settings"])
@pytest.mark.parametrize("absent", [True, False])
def test_a_missing_property_is_told_with_its_meaning(property_: str, absent: bool) -> None:  # noqa: FBT001  # a case
    news = {**GOOD, property_: None}
    if absent:
        del news[property_]

    ((named, reason),) = [(f.property, f.reason) for f in SOURCE.check(news, None).failures]

    assert named == property_
    assert reason.startswith(f"{property_} is missing, and BiSource needs it: ")


@pytest.mark.parametrize(
    ("property_", "value", "reason"),
    [
        ("title", "", "title is empty: give it at least one visible character."),
        ("title", "  \n", "title is empty: give it at least one visible character."),
        ("title", 5.0, "title must be text, and is a number."),
        (
            "connectorId",
            0,
            (
                "connectorId must be the positive whole number that the portal gave the object, "
                "and is 0."
            ),
        ),
        ("connectorId", -4.0, "and is -4."),
        ("connectorId", 1.5, "and is 1.5."),
        ("connectorId", "crm", 'and is "crm".'),
        ("connectorId", "", 'and is "".'),
        ("connectorId", True, "and is a boolean."),
        ("connectorId", [1], "and is a list."),
        ("description", 1, "description must be text, and is a number."),
        ("active", "yes", "active must be true or false, and is text."),
        ("forceDestroy", 1.0, "forceDestroy must be true or false, and is a number."),
        (
            "settings",
            "login=admin",
            (
                "settings must be a mapping from the connector's parameters to their values, "
                'for example {"login": "admin"}, and is text.'
            ),
        ),
        ("settings", ["admin"], "and is a list."),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    property_: str, value: object, reason: str
) -> None:
    ((named, told),) = reasons(**{property_: value})

    assert named == property_
    assert told.endswith(reason)
    assert told.startswith(property_)


def test_a_wrong_value_cannot_break_the_line() -> None:
    ((_, told),) = reasons(connectorId="1\r\n\x1b")

    assert told.endswith(r'and is "1\r\n\x1b".')


@pytest.mark.parametrize(
    "value", [True, 1.5, float(2**60), ["hunter2"], {"a": "hunter2"}, float("inf")]
)
def test_a_wrong_setting_is_named_and_never_shown(value: object) -> None:
    ((named, told),) = reasons(settings={"login": "admin", "password": value})

    assert named == "settings"
    assert told.startswith("settings.password must be text or a whole number")
    assert "hunter2" not in told


def test_an_unknown_property_is_named_with_the_nearest_known_one() -> None:
    ((named, told),) = reasons(titel="CRM")

    assert named == "titel"
    assert told == (
        'titel is not a property of BiSource; did you mean "title"? It has: title, connectorId, '
        "settings, description, active, forceDestroy."
    )


def test_all_faults_are_told_at_once() -> None:
    assert [named for named, _ in reasons(title="", connectorId=0, colour="red")] == [
        "title",
        "connectorId",
        "colour",
    ]


@pytest.mark.parametrize("property_", [*GOOD, "description", "active", "forceDestroy"])
def test_a_value_that_is_not_known_yet_passes(property_: str) -> None:
    checked = SOURCE.check({**GOOD, property_: UNKNOWN}, None)

    assert checked.failures == ()
    assert checked.inputs[property_] is UNKNOWN


def test_one_setting_may_be_unknown_among_others() -> None:
    checked = SOURCE.check({**GOOD, "settings": {"login": UNKNOWN, "port": 5.0}}, None)

    assert checked.inputs["settings"] == {"login": UNKNOWN, "port": "5"}


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
INPUTS = st.fixed_dictionaries(
    {
        "title": TEXT.filter(str.strip),
        "connectorId": st.integers(1, 2**40),
        "settings": st.dictionaries(TEXT, TEXT | st.integers(-(2**53), 2**53)),
    },
    optional={"description": TEXT, "active": st.booleans(), "forceDestroy": st.booleans()},
)


@given(INPUTS)
def test_checking_twice_is_checking_once(inputs: dict[str, Any]) -> None:
    once = SOURCE.check(inputs, None)

    assert once.failures == ()
    assert SOURCE.check(once.inputs, None) == once


JUNK = st.recursive(
    st.none() | st.booleans() | st.floats() | TEXT | st.just(UNKNOWN),
    lambda children: st.lists(children) | st.dictionaries(TEXT, children),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "description", "active", "x"]), JUNK))
def test_whatever_the_engine_sends_is_judged_and_named(news: dict[str, Any]) -> None:
    for failure in SOURCE.check(news, None).failures:
        assert failure.reason.startswith(failure.property)
