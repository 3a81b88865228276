"""A response is a result or an error, in each documented form and in none."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pulumi_bxbi.portal.envelope import Answer, Nonsense, Refusal, read_envelope

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=10,
)
CODES = st.text(st.characters(categories=["Lu", "Ll"]) | st.just("_"), min_size=1)
TEXTS = st.text().map(str.strip)


def encoded(document: object) -> bytes:
    return json.dumps(document).encode()


@given(JSON_VALUES)
def test_a_result_comes_back_as_it_was(result: object) -> None:
    assume(not (isinstance(result, dict) and isinstance(result.get("error"), dict)))

    assert read_envelope(200, encoded({"result": result, "time": {}})) == Answer(result)


@given(CODES, TEXTS)
def test_an_error_inside_the_result_and_one_at_the_root_are_the_same(code: str, text: str) -> None:
    error = {"error": code, "error_description": text}

    assert (
        read_envelope(200, encoded({"result": {"error": error}, "time": {}}))
        == read_envelope(200, encoded(error))
        == Refusal(code, text, 200)
    )


@given(CODES, TEXTS, st.sampled_from([400, 401, 403, 404, 405, 429, 500, 503]))
def test_the_platform_answers_with_a_status(code: str, text: str, status: int) -> None:
    envelope = read_envelope(status, encoded({"error": code, "error_description": text}))

    assert envelope == Refusal(code, text, status)
    assert envelope.by_platform


@pytest.mark.parametrize("code", [0, "0", "", "-", None])
def test_an_error_without_a_code_is_one(code: object) -> None:
    text = "All the fields are required."
    body = {"result": {"error": {"error": code, "error_description": text}}}

    assert read_envelope(200, encoded(body)) == Refusal("", text, 200)


def test_an_error_needs_neither_code_nor_text() -> None:
    assert read_envelope(200, encoded({"result": {"error": {}}})) == Refusal("", "", 200)


@pytest.mark.parametrize("result", [True, [], {}, {"id": 4}, {"error": "a value"}, [{"error": {}}]])
def test_what_only_looks_like_an_error_is_a_result(result: object) -> None:
    assert read_envelope(200, encoded({"result": result})) == Answer(result)


@given(st.binary(), st.integers(100, 599))
def test_any_bytes_can_be_read(body: bytes, status: int) -> None:
    envelope = read_envelope(status, body)

    assert isinstance(envelope, Answer | Refusal | Nonsense)


@given(st.text(min_size=8).filter(str.strip))
def test_what_is_observed_never_repeats_the_body(text: str) -> None:
    envelope = read_envelope(200, f"<p>{text}</p>".encode())

    assert envelope == Nonsense("an HTML page", 200)
