"""Values that are read by attributes and passed on as mappings."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, replace
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi import Column, ConnectorParameter

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMN = Column("ORDER_ID", "order_id", "int")


def test_it_has_attributes_and_the_names_of_the_api() -> None:
    assert (COLUMN.external_code, COLUMN.visible) == ("order_id", True)
    assert dict(COLUMN) == {
        "name": "ORDER_ID",
        "externalCode": "order_id",
        "type": "int",
        "visible": True,
    }
    assert {**COLUMN, "visible": False}["visible"] is False


def test_equal_ones_are_equal() -> None:
    assert Column(name="ORDER_ID", external_code="order_id", type="int") == COLUMN
    assert hash(Column("ORDER_ID", "order_id", "int", visible=True)) == hash(COLUMN)
    assert replace(COLUMN, visible=False) != COLUMN
    assert dict(replace(COLUMN, visible=False))["visible"] is False
    assert ConnectorParameter("a", "b", "STRING") != Column("a", "b", "STRING")


def test_it_shows_its_attributes() -> None:
    assert repr(COLUMN) == (
        "Column(name='ORDER_ID', external_code='order_id', type='int', visible=True)"
    )


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))],  # noqa: S301  # its own
)
def test_it_can_be_copied(copied: Callable[[Column], Column]) -> None:
    made = copied(COLUMN)

    assert made == COLUMN
    assert dict(made) == dict(COLUMN)


@pytest.mark.parametrize(
    "change",
    [
        lambda it: setattr(it, "name", "X"),
        lambda it: it.__setitem__("name", "X"),
        lambda it: it.__delitem__("name"),
        lambda it: it.__ior__({"name": "X"}),
        lambda it: it.update(name="X"),
        lambda it: it.setdefault("more", "X"),
        lambda it: it.pop("name"),
        lambda it: it.popitem(),
        lambda it: it.clear(),
    ],
)
def test_it_cannot_be_changed(change: Callable[[Any], object]) -> None:
    with pytest.raises(FrozenInstanceError):
        change(COLUMN)

    assert COLUMN["name"] == COLUMN.name == "ORDER_ID"
