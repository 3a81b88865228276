"""A response is a result or an error, in each documented form and in none."""

from __future__ import annotations

import json
import math
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pulumi_bxbi.portal.rest.envelope import (
    Accounting,
    Answer,
    InvalidResponse,
    Refusal,
    read_batched,
    read_envelope,
)

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


def test_the_place_of_an_error_is_told() -> None:
    error = {"error": "SOURCE_NOT_FOUND", "error_description": ""}

    newest = read_envelope(200, encoded({"result": {"error": error}}))
    older = read_envelope(200, encoded(error))

    assert isinstance(newest, Refusal)
    assert isinstance(older, Refusal)
    assert (newest.in_result, older.in_result) == (True, False)


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

    assert isinstance(envelope, Answer | Refusal | InvalidResponse)


@given(st.text(min_size=8).filter(str.strip))
def test_what_is_observed_never_repeats_the_body(text: str) -> None:
    envelope = read_envelope(200, f"<p>{text}</p>".encode())

    assert envelope == InvalidResponse("an HTML page", 200)


class TestAccounting:
    BLOCK: Final = {"duration": 1.5, "operating": 42, "operating_reset_at": 1600, "finish": 1000.25}

    def test_it_is_taken_from_answers_and_errors(self) -> None:
        accounting = Accounting(duration=1.5, operating=42, resets_in=599.75)
        error = {"error": "ACCESS_DENIED"}

        for body in (
            {"result": True, "time": self.BLOCK},
            {"result": {"error": error}, "time": self.BLOCK},
            {**error, "time": self.BLOCK},
        ):
            envelope = read_envelope(200, encoded(body))
            assert isinstance(envelope, Answer | Refusal)
            assert envelope.accounting == accounting

    def test_each_call_of_a_batch_has_its_own(self) -> None:
        batch = {"result": {"a": 1}, "result_error": [], "result_time": {"a": self.BLOCK}}

        assert read_batched(batch, "a") == Answer(1, Accounting(1.5, 42, 599.75))
        assert read_batched({"result": {"a": 1}, "result_time": []}, "a") == Answer(1)

    def test_the_date_will_do_where_the_portal_tells_no_seconds(self) -> None:
        block = {
            "operating": 1,
            "operating_reset_at": 60,
            "date_finish": "1970-01-01T03:00:20+03:00",
        }

        assert read_envelope(200, encoded({"result": 1, "time": block})) == Answer(
            1, Accounting(0, 1, 40)
        )

    @given(
        st.dictionaries(
            st.sampled_from(
                ["duration", "operating", "operating_reset_at", "finish", "date_finish"]
            ),
            JSON_VALUES | st.floats() | st.datetimes().map(str),
        )
    )
    def test_nothing_in_it_spoils_the_answer(self, block: dict[str, object]) -> None:
        envelope = read_envelope(200, encoded({"result": 1, "time": block}))

        assert isinstance(envelope, Answer)
        assert envelope.result == 1
        if envelope.accounting:
            assert math.isfinite(envelope.accounting.operating)
            assert math.isfinite(envelope.accounting.resets_in or 0.0)
