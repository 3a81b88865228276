"""A local portal with the objects that the recorded plans speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local_portal import LocalPortal, portal, running
from tests.preflight.judging import Preflight

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["portal"]


@pytest.fixture(scope="session", params=["current", "legacy"])
def running_portal(request: pytest.FixtureRequest) -> Iterator[LocalPortal]:
    with running(request.param, "--no-endpoint-checks") as portal:
        yield portal


@pytest.fixture
def deployed(portal: LocalPortal) -> LocalPortal:
    """A portal after the first deployment of the program in `record.py`."""
    first = "http://127.0.0.1:9/"
    connector: dict[str, Any] = {
        "title": "Warehouse",
        "logo": "https://acme.example/logo.svg",
        "urlCheck": first,
        "urlTableList": first,
        "urlTableDescription": first,
        "urlData": first,
        "settings": [
            {"code": "token", "name": "Token", "type": "STRING"},
            {"code": "year", "name": "Year", "type": "INT"},
        ],
    }
    assert portal.add("connector", **connector) == 124
    assert portal.add("source", title="CRM", connectorId=123, settings={"login": "admin"}) == 1
    settings = {"token": "hunter2", "year": "2026"}
    assert portal.add("source", title="Sales", connectorId=124, settings=settings) == 2
    assert portal.add_table(1, "clients") == 1
    columns = [("ID", "id", "int"), ("CREATED", "created", "date"), ("NOTE", "note", "string")]
    orders = portal.add(
        portal.family,
        sourceId=2,
        name="orders",
        externalName="Orders",
        externalCode="orders",
        fields=[dict(zip(("name", "externalCode", "type"), each, strict=True)) for each in columns],
    )
    assert orders == 2
    return portal


@pytest.fixture
def preflight(portal: LocalPortal) -> Preflight:
    return Preflight(portal)
