"""Every rule of a connector's inputs, told with the property and what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pulumi_bxbi.resources.connector import ConnectorLifecycle
from pulumi_bxbi.resources.values import UNKNOWN

CONNECTOR = ConnectorLifecycle()
TOKEN = {"code": "token", "name": "Token", "type": "STRING"}
GOOD: dict[str, Any] = {
    "title": "Warehouse",
    "logo": "https://img.example/logo.png",
    "urlCheck": "https://e.example/check",
    "urlTableList": "https://e.example/list",
    "urlTableDescription": "http://e.example/description",
    "urlData": "https://e.example/data",
    "parameters": [TOKEN],
}


def reasons(**changes: object) -> list[tuple[str, str]]:
    checked = CONNECTOR.check({**GOOD, **changes}, None)
    return [(failure.property, failure.reason) for failure in checked.failures]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"title": "x" * 512},
        {"logo": "data:image/svg+xml;base64,AAAA"},
        {"urlData": "https://e.example/" + "x" * 2030},
        {"parameters": []},
        {"parameters": [{"code": "x" * 512, "name": "x" * 512, "type": "INT"}]},
        {"parameters": UNKNOWN},
        {"parameters": [UNKNOWN, {**TOKEN, "code": UNKNOWN}, TOKEN]},
        {"sort": 5},
        {"sort": -1},
        {"sourceCode": "x" * 64},
        {"supportMapping": True, "checkEndpoints": True, "forceDestroy": False},
        {"description": "Ж" * 5000},
    ],
    ids=str,
)
def test_what_is_allowed(changes: dict[str, Any]) -> None:
    checked = CONNECTOR.check({**GOOD, **changes}, None)

    assert checked.failures == ()
    assert checked.inputs == {**GOOD, **changes}


@pytest.mark.parametrize("property_", GOOD)
def test_a_missing_property_is_told_with_its_meaning(property_: str) -> None:
    ((named, told),) = reasons(**{property_: None})

    assert named == property_
    assert told.startswith(f"{property_} is missing, and BiConnector needs it: ")


@pytest.mark.parametrize(
    ("property_", "value", "reason"),
    [
        ("title", "x" * 513, "title is 513 characters long, and 512 are allowed."),
        ("title", " ", "title is empty: give it at least one visible character."),
        (
            "logo",
            "logo.txt",
            (
                "logo must be an address (https://…), a data URI (data:image/…) or the path of an "
                "image file (.avif, .bmp, .gif, .heic, .heif, .ico, .jpg, .jpe, .jpeg, .png, .svg, "
                '.tif, .tiff, .webp), and is "logo.txt".'
            ),
        ),
        (
            "logo",
            "missing.png",
            (
                f'logo names the file "{Path("missing.png").absolute()}", which cannot be read: '
                "No such file or directory."
            ),
        ),
        (
            "logo",
            "ftp://svc:pw@host/x.png",
            "logo names a file, which cannot be read: No such file or directory.",
        ),
        *(
            ("logo", wrong, "and is something else.")
            for wrong in ("ftp://svc:pw@host/data", "//host/data?pw", "host/data?pw", "svc:pw@host")
        ),
        ("logo", 5.0, "logo must be text, and is a number."),
        (
            "urlCheck",
            "example.com",
            "urlCheck must be an address that begins with https:// or http://.",
        ),
        (
            "urlData",
            "https://e.example/" + "x" * 2048,
            "urlData is 2066 characters long, and 2048 are allowed.",
        ),
        ("urlTableList", "ftp://e.example", "begins with https:// or http://"),
        ("urlTableDescription", "https://", "begins with https:// or http://"),
        ("urlCheck", "https://[e", "begins with https:// or http://"),
        ("parameters", "token", "parameters must be a list, and is text."),
        ("parameters", ["token"], "parameters[0] must be a mapping, and is text."),
        (
            "parameters",
            [{**TOKEN, "type": "string"}],
            'parameters[0].type (parameter token) must be STRING or INT, and is "string".',
        ),
        ("parameters", [{**TOKEN, "type": 5.0}], "must be STRING or INT, and is a number."),
        (
            "parameters",
            [TOKEN, {"code": "a", "type": "INT"}],
            (
                "parameters[1].name (parameter a) is missing, and a parameter needs it: The label "
                "that people see, at most 512 characters."
            ),
        ),
        (
            "parameters",
            [{**TOKEN, "code": "a" * 513}],
            "parameters[0].code is 513 characters long, and 512 are allowed.",
        ),
        (
            "parameters",
            [{**TOKEN, "name": "a" * 513}],
            "parameters[0].name (parameter token) is 513 characters long, and 512 are allowed.",
        ),
        ("parameters", [{**TOKEN, "code": ""}], "parameters[0].code is empty"),
        (
            "parameters",
            [TOKEN, {**TOKEN, "name": "Other"}],
            (
                'parameters has "token" twice as code, at [0] and [1], and each one must be '
                "different."
            ),
        ),
        (
            "parameters",
            [{**TOKEN, "lable": "x"}],
            (
                "parameters[0].lable (parameter token) is not a property of a parameter. It has: "
                "code, name, type."
            ),
        ),
        ("sort", "first", "sort must be a whole number, and is text."),
        ("sort", 1.5, "sort must be a whole number, and is a number."),
        ("supportMapping", "Y", "supportMapping must be true or false, and is text."),
        ("sourceCode", "x" * 65, "sourceCode is 65 characters long, and 64 are allowed."),
        ("checkEndpoints", 1.0, "checkEndpoints must be true or false, and is a number."),
        ("titel", "x", 'titel is not a property of BiConnector; did you mean "title"?'),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "",
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    property_: str, value: object, reason: str
) -> None:
    ((named, told),) = reasons(**{property_: value})

    assert named == property_
    assert told.startswith(property_)
    assert reason in told
