"""Property values between the engine and a lifecycle: secrets, unknown values, nested ones."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.plugin.values import (
    read_plain,
    read_properties,
    with_marks,
    with_secret_settings,
    without_marks,
    write_properties,
)
from pulumi_bxbi.resources.source import SourceInputs
from pulumi_bxbi.resources.table import TableInputs
from pulumi_bxbi.resources.values import UNKNOWN
from pulumi_bxbi.stack.secrets import SIGNATURE, secret_output

#: The signature of an output.
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
A, B = ({"name": name, "externalCode": name.lower(), "type": "int"} for name in "AB")
SECRET_B = {**B, "externalCode": secret_output("b")}


def test_what_is_not_known_yet_stays_so_wherever_it_stands() -> None:
    properties = {"title": UNKNOWN, "settings": {"login": UNKNOWN}, "columns": [{"name": UNKNOWN}]}
    assert read_properties(write_properties(properties)) == properties
    assert without_marks(read_properties(write_properties({"a": secret_output(UNKNOWN)}))) == {
        "a": UNKNOWN
    }


#: What a message can hold.
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=3))
def test_properties_are_read_and_written_as_the_library_of_messages_does(
    properties: dict[str, Any],
) -> None:
    message = struct_pb2.Struct()
    message.update(properties)

    assert write_properties(properties) == message
    # Texts, because the number 1 equals the truth value True.
    expected = str(json_format.MessageToDict(message))
    assert str(read_properties(message)) == str(read_plain(message)) == expected


def test_plain_text_is_read_without_marks_wherever_they_stand() -> None:
    properties = {
        "title": secret_output("CRM"),
        "settings": {"password": secret_output("hunter2")},
        "columns": secret_output([A, SECRET_B]),
    }
    message = write_properties(properties)
    assert read_properties(message) == properties
    assert read_plain(message) == without_marks(properties)
    assert read_plain(message) == {
        "title": "CRM",
        "settings": {"password": "hunter2"},
        "columns": [A, B],
    }


@pytest.mark.parametrize(
    ("sent", "marked", "plain"),
    [
        ("04da6b54-80e4-46f7-96ec-b56ff0331ba9", UNKNOWN, UNKNOWN),
        ({SIGNATURE: OUTPUT, "value": "a"}, "a", "a"),
        ({SIGNATURE: OUTPUT, "value": "a", "secret": True}, secret_output("a"), "a"),
        ({SIGNATURE: OUTPUT, "secret": True}, secret_output(UNKNOWN), UNKNOWN),
        ({SIGNATURE: OUTPUT, "value": None}, None, None),
        ({SIGNATURE: "another"}, {SIGNATURE: "another"}, {SIGNATURE: "another"}),
    ],
)
def test_what_the_engine_says_of_a_value_is_understood(sent: Any, marked: Any, plain: Any) -> None:
    message = struct_pb2.Struct()
    message.update({"settings": {"login": sent}})
    assert read_properties(message) == {"settings": {"login": marked}}
    assert read_plain(message) == {"settings": {"login": plain}}


def test_settings_are_secret_by_their_meaning() -> None:
    given = {"title": "CRM", "settings": {"login": "admin"}}
    assert with_marks(SourceInputs, given, given) == {
        "title": "CRM",
        "settings": {"login": secret_output("admin")},
    }


def test_a_mapping_that_is_one_secret_stays_one() -> None:
    given = {"settings": secret_output({"login": "admin"})}
    plain = {"settings": {"login": "admin"}}
    assert with_marks(SourceInputs, plain, given) == given


@pytest.mark.parametrize(
    ("plain", "given", "expected"),
    [
        ([A, B], [A, SECRET_B], [A, SECRET_B]),
        ([B], [A, SECRET_B], secret_output([B])),
        ([B, A], [A, SECRET_B], secret_output([B, A])),
        ([B], [A, B], [B]),
    ],
)
def test_a_secret_in_a_list_never_comes_out_in_plain_text(
    plain: list[Any], given: list[Any], expected: object
) -> None:
    assert with_marks(TableInputs, {"columns": plain}, {"columns": given}) == {"columns": expected}


def test_secret_settings_are_marked_once() -> None:
    marked = with_secret_settings(
        {"portal": "https://a.example", "accessToken": "t", "webhook": secret_output("w")}
    )
    assert marked == {
        "portal": "https://a.example",
        "accessToken": secret_output("t"),
        "webhook": secret_output("w"),
    }
