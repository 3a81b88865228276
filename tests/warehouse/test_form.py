"""Forms with brackets in their names."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.warehouse.service.form import (
    DEEPEST,
    MOST_VALUES,
    InvalidRequest,
    group,
    parse,
    text,
    texts,
)
from tests.warehouse import php

KEYS = st.text(st.characters(exclude_characters="[]", exclude_categories=["Cs"]), min_size=1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
GROUPS = st.recursive(
    TEXTS, lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=4), max_leaves=20
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, GROUPS, max_size=4))
def test_what_php_writes_is_read_back(form: dict[str, Any]) -> None:
    assert parse(urlencode(list(php.pairs(form))).encode()) == form


@settings(deadline=None)
@given(st.binary())
def test_any_body_is_read_or_refused(body: bytes) -> None:
    try:
        assert isinstance(parse(body), dict)
    except InvalidRequest as error:
        assert str(error)  # noqa: PT017  # both ends are right


@pytest.mark.parametrize(
    ("body", "form"),
    [
        ("", {}),
        ("table=flights&limit=", {"table": "flights", "limit": ""}),
        ("connection[token]=t0p", {"connection": {"token": "t0p"}}),
        ("connection%5Btoken%5D=t0p", {"connection": {"token": "t0p"}}),
        ("select[]=A&select[]=B", {"select": {"0": "A", "1": "B"}}),
        ("select[4]=A&select[]=B&select[x]=C", {"select": {"4": "A", "5": "B", "x": "C"}}),
        ("filter[%3E%3DMONTH]=3", {"filter": {">=MONTH": "3"}}),
        ("filter[][%21%3DDEST]=A+B", {"filter": {"0": {"!=DEST": "A B"}}}),
        ("filter[0][LOGIC]=OR&filter[0][A]=1", {"filter": {"0": {"LOGIC": "OR", "A": "1"}}}),
        ("table=%D1%80%D0%B5%D0%B9%D1%81", {"table": "рейс"}),
    ],
)
def test_brackets_make_groups(body: str, form: dict[str, Any]) -> None:
    assert parse(body.encode()) == form


@pytest.mark.parametrize(
    ("body", "form"),
    [
        ("a=1&a=2", {"a": "2"}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b]=2&a=1", {"a": "1"}),
        ("a[b]=1&a[b][c]=2&a[d]=3", {"a": {"b": {"c": "2"}, "d": "3"}}),
    ],
)
def test_the_last_value_of_a_name_counts(body: str, form: dict[str, Any]) -> None:
    assert parse(body.encode()) == form


@pytest.mark.parametrize("name", ["a[b", "a]b", "a[b]c", "[a]", "a[[b]]", "a[b]]", ""])
def test_a_name_with_stray_brackets_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match="is no name of a form"):
        parse(f"{name}=1".encode())


@pytest.mark.parametrize("body", [b"a=%FF", b"\xff=1"])
def test_a_form_in_another_encoding_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read"):
        parse(body)


def test_as_many_values_as_allowed_are_read_and_no_more() -> None:
    body = b"&".join([b"a[]=1"] * MOST_VALUES)
    assert len(group(parse(body), "a")) == MOST_VALUES
    with pytest.raises(InvalidRequest, match="cannot be read"):
        parse(body + b"&a[]=1")


def test_as_many_brackets_as_allowed_are_read_and_no_more() -> None:
    name = "a" + "[b]" * (DEEPEST - 1)
    assert parse(f"{name}=1".encode())
    with pytest.raises(InvalidRequest, match="too many brackets"):
        parse(f"{name}[b]=1".encode())


def test_a_number_that_is_no_place_in_a_list_stays_a_key() -> None:
    number = "9" * 5000
    assert parse(f"a[{number}]=1&a[]=2".encode()) == {"a": {number: "1", "0": "2"}}


def test_values_are_taken_in_the_form_that_is_asked_for() -> None:
    form = parse(b"one=1&many[]=1&many[]=2&groups[0][x]=1")
    assert (text(form, "one"), text(form, "none")) == ("1", "")
    assert (texts(form, "many"), texts(form, "none")) == (["1", "2"], [])
    assert (group(form, "many"), group(form, "none")) == ({"0": "1", "1": "2"}, {})
    with pytest.raises(InvalidRequest, match='"many" has to be a single value'):
        text(form, "many")
    with pytest.raises(InvalidRequest, match='"one" has to be a group'):
        group(form, "one")
    with pytest.raises(InvalidRequest, match='"0" has to be a single value'):
        texts(form, "groups")
