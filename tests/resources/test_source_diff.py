"""When a source changes, and when it is replaced."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.resources.source import SourceLifecycle
from pulumi_bxbi.resources.values import NOT_DECLARED, UNKNOWN, Diff
from tests.resources.states import remembered
from tests.resources.test_source_inputs import INPUTS

SOURCE = SourceLifecycle()
INPUT: dict[str, Any] = {
    "title": "CRM",
    "connectorId": 123,
    "settings": {"login": "admin", "password": "hunter2"},
    "description": "d",
    "active": True,
    "forceDestroy": True,
}
STATE = {**INPUT, "type": "rest", "code": "rest_123", "createdById": 1}

NOTHING = Diff()


def diff(olds: dict[str, Any] | None = None, **changes: Any) -> Diff:  # any input
    return SOURCE.diff(remembered("42", olds or STATE, None), {**INPUT, **changes}, None)


@given(INPUTS)
def test_a_state_made_from_inputs_does_not_differ_from_them(inputs: dict[str, Any]) -> None:
    news = SOURCE.check(inputs, None).inputs

    assert (
        SOURCE.diff(remembered("1", {**news, "type": "rest", "dateCreate": "…"}, None), news, None)
        == NOTHING
    )


@pytest.mark.parametrize(
    "olds",
    [
        {**STATE, "connectorId": "123"},
        {**STATE, "connectorId": 123.0},
        {**STATE, "dateUpdate": "2026-01-01 00:00:00", "updatedById": 7.0},
    ],
)
def test_what_means_the_same_is_no_change(olds: dict[str, Any]) -> None:
    assert diff(olds) == NOTHING


@pytest.mark.parametrize(("property_", "default"), [("description", ""), ("forceDestroy", False)])
def test_a_default_is_the_same_as_nothing(property_: str, default: object) -> None:
    without = {key: value for key, value in INPUT.items() if key != property_}

    assert (
        SOURCE.diff(remembered("42", {**STATE, property_: default}, None), without, None) == NOTHING
    )
    assert (
        SOURCE.diff(remembered("42", without, None), {**INPUT, property_: default}, None) == NOTHING
    )


@pytest.mark.parametrize(
    ("property_", "value", "paths"),
    [
        ("title", "CRM 2", {"title": "update"}),
        ("description", "", {"description": "update"}),
        ("description", None, {"description": "delete"}),
        ("description", "Ж", {"description": "update"}),
        ("active", False, {"active": "update"}),
        ("forceDestroy", False, {"forceDestroy": "update"}),
        (
            "settings",
            {"login": "admin", "password": "new"},
            {"settings.password": "update"},
        ),
        ("settings", {"login": "admin"}, {"settings.password": "delete"}),
        (
            "settings",
            {**INPUT["settings"], "port": "1", "время жизни": "2"},
            {"settings.port": "add", 'settings["время жизни"]': "add"},
        ),
        (
            "settings",
            {"login": "admin", "password": UNKNOWN},
            {"settings.password": "update"},
        ),
        ("title", UNKNOWN, {"title": "update"}),
        ("settings", UNKNOWN, {"settings": "update"}),
        ("description", UNKNOWN, {"description": "update"}),
    ],
)
def test_a_changed_property_is_updated(property_: str, value: Any, paths: dict[str, Any]) -> None:
    assert diff(**{property_: value}) == Diff(paths)


@pytest.mark.parametrize("value", [124, UNKNOWN])
def test_another_connector_is_another_source(value: object) -> None:
    assert diff(connectorId=value) == Diff({"connectorId": "update"}, ("connectorId",))


def test_a_state_that_lacks_its_computed_outputs_is_completed() -> None:
    state = remembered("42", STATE, None, incomplete=True)
    compared = SOURCE.diff(state, INPUT, None)
    assert compared == Diff(is_incomplete=True)
    assert compared.changes


def notes(olds: dict[str, Any] = STATE, **changes: Any) -> list[str]:
    news = {**INPUT, **changes}
    return [
        each.text for each in SOURCE.notes(remembered("42", olds, None), news, None, NOT_DECLARED)
    ]


def test_what_changes_among_the_settings_is_named_by_key_alone() -> None:
    assert notes(settings={"login": "root", "password": UNKNOWN, "host": "h"}) == [
        (
            'source 42 "CRM" changes settings.host; changes settings.login; may change '
            "settings.password"
        )
    ]


def test_a_title_and_names_of_settings_cannot_break_the_line() -> None:
    olds = {**STATE, "title": "x\r</details>\n"}

    assert notes(olds, settings={**STATE["settings"], "a\r": "b"}) == [
        r'source 42 "x\r</details>\n" changes settings.a\r'
    ]


@pytest.mark.parametrize("changes", [{}, {"title": "New"}, {"connectorId": 5}])
def test_unchanged_settings_are_not_mentioned(changes: dict[str, Any]) -> None:
    assert notes(**changes) == []


@given(INPUTS, INPUTS, st.booleans())
def test_a_diff_sees_a_change_from_both_sides(
    one: dict[str, Any],
    other: dict[str, Any],
    same: bool,  # noqa: FBT001  # a case
) -> None:
    before = SOURCE.check(one, None).inputs
    after = before if same else SOURCE.check(other, None).inputs

    there, back = (
        SOURCE.diff(remembered("1", before, None), after, None),
        SOURCE.diff(remembered("1", after, None), before, None),
    )

    mirrored = {"add": "delete", "delete": "add", "update": "update"}
    assert back.paths == {path: mirrored[change] for path, change in there.paths.items()}
    assert back.replaces == there.replaces
