"""A stack of one portal and application that is led to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local_portal import LocalPortal, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROGRAM = """
settings = {"login": "admin", "password": config.require_secret("password")}
crm = bxbi.BiSource("crm", "CRM", 123, settings)
columns = [bxbi.Column("ID", "id", "int")]
orders = bxbi.BiTable("orders", crm.id, "orders", "Orders", "orders", columns)
"""
ANOTHER = 'bxbi.BiSource("another", "Another", 123, {"login": "admin"})\n'


@pytest.fixture(scope="module")
def other_portal() -> Iterator[LocalPortal]:
    with running("current") as portal:
        yield portal


@pytest.fixture
def other(other_portal: LocalPortal) -> LocalPortal:
    """Another portal, with another source under the id that the stack's source has."""
    other_portal.reset()
    settings = {"login": "theirs", "password": "their-passw0rd"}
    assert other_portal.add("source", title="Theirs", connectorId=123, settings=settings) == 1
    return other_portal


def leading_to(portal: LocalPortal) -> dict[str, str]:
    return portal.access


def held(resources: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, Any, Any]]:
    """Return what the state has of each object; a secret is encrypted anew each time."""
    return {
        name: (each["id"], each["outputs"]["dateCreate"], each["outputs"]["__memory"])
        for name, each in resources.items()
    }


def writes(calls: list[str]) -> list[str]:
    return [each for each in calls if each.rpartition(".")[2] not in {"get", "list", "info"}]


@pytest.fixture
def two_applications() -> Iterator[LocalPortal]:
    """A portal that two applications work on; the access token of the second is ``at-second``."""
    connector = {
        "title": "C",
        "logo": "https://img.example/w.svg",
        **{
            key: f"{{portal}}/__emulator__/endpoints/{path}"
            for key, path in (
                ("urlCheck", "check"),
                ("urlTableList", "tables"),
                ("urlTableDescription", "description"),
                ("urlData", "data"),
            )
        },
        "settings": [
            {"code": "login", "name": "Login", "type": "STRING"},
            {"code": "password", "name": "Password", "type": "STRING"},
        ],
    }
    seed = {
        "applications": [
            {"clientId": "local.first", "clientSecret": "s"},
            {"clientId": "local.second", "clientSecret": "s"},
        ],
        "tokens": [
            {"accessToken": "at-second", "refreshToken": "rt", "application": "local.second"}
        ],
        "connectors": [
            {"id": 123, **connector},
            {"id": 124, "application": "local.second", **connector},
        ],
    }
    with running("current", seed=seed) as portal:
        yield portal
