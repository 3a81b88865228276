"""Every rule of a table's inputs, told with the property and what is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_bxbi.portal.objects.models import COLUMN_TYPES
from pulumi_bxbi.resources.table import TableLifecycle
from pulumi_bxbi.resources.values import UNKNOWN

TABLE = TableLifecycle()
ID = {"name": "ID", "externalCode": "id", "type": "int"}
GOOD: dict[str, Any] = {
    "sourceId": 8,
    "name": "orders",
    "externalName": "Orders",
    "externalCode": "orders_v1",
    "columns": [ID],
}


def reasons(**changes: object) -> list[tuple[str, str]]:
    checked = TABLE.check({**GOOD, **changes}, None)
    return [(failure.property, failure.reason) for failure in checked.failures]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "a" + "_9z" * 76 + "x"},
        {"externalName": "Ж" * 512, "externalCode": "x" * 512},
        {"columns": [{**ID, "visible": False}]},
        {"columns": [{"name": "A" + "Z" * 31, "externalCode": "Код 🚀", "type": "money"}]},
        {
            "columns": [
                {"name": f"C{n}", "externalCode": f"c{n}", "type": type_}
                for n, type_ in enumerate(COLUMN_TYPES)
            ]
        },
        {"columns": UNKNOWN},
        {"columns": [UNKNOWN, {**ID, "type": UNKNOWN}]},
        {"sourceId": UNKNOWN, "name": UNKNOWN},
    ],
    ids=str,
)
def test_what_is_allowed(changes: dict[str, Any]) -> None:
    checked = TABLE.check({**GOOD, **changes}, None)

    assert checked.failures == ()
    assert checked.inputs == {**GOOD, **changes}


@pytest.mark.parametrize("property_", GOOD)
def test_a_missing_property_is_told_with_its_meaning(property_: str) -> None:
    ((named, told),) = reasons(**{property_: None})

    assert named == property_
    assert told.startswith(f"{property_} is missing, and BiTable needs it: ")


@pytest.mark.parametrize(
    ("property_", "value", "reason"),
    [
        ("sourceId", 0, "sourceId must be the positive whole number that the portal gave"),
        (
            "name",
            "Orders",
            (
                "name must be a lower-case Latin letter, then up to 229 of a-z, 0-9 and _, and is "
                '"Orders".'
            ),
        ),
        ("name", "заказы", 'and is "заказы".'),
        ("name", "9orders", 'and is "9orders".'),
        ("name", "", 'and is "".'),
        ("name", "x" * 231, "name must be a lower-case Latin letter, then up to 229 of"),
        ("name", "orders\n", "name must be a lower-case Latin letter"),
        ("name", 5.0, "name must be text, and is a number."),
        ("externalName", "", "externalName is empty"),
        ("externalName", "x" * 513, "externalName is 513 characters long, and 512 are allowed."),
        ("externalCode", "", "externalCode is empty"),
        ("externalCode", "x" * 513, "externalCode is 513 characters long, and 512 are allowed."),
        ("columns", [], "columns is empty: give it at least one column."),
        ("columns", "ID", "columns must be a list, and is text."),
        ("columns", [5.0], "columns[0] must be a mapping, and is a number."),
        (
            "columns",
            [ID, ID | {"name": "sum", "externalCode": "sum"}],
            (
                "columns[1].name must be an upper-case Latin letter, then up to 31 of A-Z, 0-9 "
                'and _, and is "sum".'
            ),
        ),
        ("columns", [{**ID, "name": "S" * 33}], "columns[0].name must be an upper-case"),
        ("columns", [{**ID, "name": "ЦЕНА"}], "columns[0].name must be an upper-case"),
        (
            "columns",
            [{**ID, "type": "INT"}],
            (
                "columns[0].type (column ID) must be int, string, double, date, datetime, money or "
                'timezone, and is "INT".'
            ),
        ),
        ("columns", [{**ID, "externalCode": ""}], "columns[0].externalCode (column ID) is empty"),
        (
            "columns",
            [{"name": "S", "type": "int"}],
            "columns[0].externalCode (column S) is missing, and a column needs it: The code in",
        ),
        (
            "columns",
            [ID, {**ID, "externalCode": "other"}],
            'columns has "ID" twice as name, at [0] and [1], and each one must be different.',
        ),
        (
            "columns",
            [ID, {**ID, "name": "OTHER"}],
            'columns has "id" twice as externalCode, at [0] and [1]',
        ),
        (
            "columns",
            [{**ID, "visible": "no"}],
            "columns[0].visible (column ID) must be true or false",
        ),
        (
            "columns",
            [{**ID, "visibel": True}],
            'columns[0].visibel (column ID) is not a property of a column; did you mean "visible"?',
        ),
        ("description", 5.0, "description must be text, and is a number."),
        ("active", True, "active is not a property of BiTable."),
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
