"""The plugin's functions: lookups on the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime.proto import provider_pb2

from tests.local_portal import on_the_current_api
from tests.plugin.test_process import plugin_in, refusal
from tests.protocol.values import Secret, from_struct

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_portal import LocalPortal

pytestmark = on_the_current_api


@pytest.fixture
def plugin(portal: LocalPortal, tmp_path: Path) -> Iterator[Any]:
    with plugin_in(tmp_path, **portal.access) as stub:
        stub.Configure(provider_pb2.ConfigureRequest(acceptSecrets=True))
        yield stub


def asking(function: str, **arguments: Any) -> Any:
    request = provider_pb2.InvokeRequest(tok=f"bxbi:index:{function}")
    request.args.update(arguments)
    return request


def answer(plugin: Any, function: str, **arguments: Any) -> dict[str, Any]:
    return from_struct(getattr(plugin.Invoke(asking(function, **arguments)), "return"))


def test_each_gives_what_the_portal_holds(portal: LocalPortal, plugin: Any) -> None:
    settings = {"login": "admin", "password": "hunter2"}
    source = portal.add("source", title="CRM", connectorId=123, settings=settings)
    table = portal.add_table(source, "orders")

    connector = answer(plugin, "getConnector", id=123)
    assert connector["title"] == portal.call("connector.get", id=123)["item"]["title"]
    assert answer(plugin, "getConnectors") == {"connectors": [connector]}

    found = answer(plugin, "getSource", title="CRM")
    assert (found["id"], found["connectorId"]) == (source, 123)
    assert found["settings"] == {code: Secret(value) for code, value in settings.items()}
    assert answer(plugin, "getSources", connectorId=123) == {"sources": [found]}
    assert answer(plugin, "getSources", connectorId=7) == {"sources": []}

    (column,) = answer(plugin, "getTable", name="orders")["columns"]
    assert column["name"] == "ID"
    assert [each["id"] for each in answer(plugin, "getTables", sourceId=source)["tables"]] == [
        table
    ]


def test_an_object_that_only_looks_the_same_is_named(portal: LocalPortal, plugin: Any) -> None:
    source = portal.add("source", title="crm ", connectorId=123, settings={"login": "admin"})

    refused = refusal(plugin.Invoke, asking("getSource", title="CRM"))

    assert f'source {source} "crm "' in refused


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "give either id or title"),
        ({"id": 7, "title": "CRM"}, "give either id or title"),
        ({"id": "seven"}, '"seven"'),
    ],
)
def test_it_takes_an_id_or_a_title(plugin: Any, arguments: dict[str, Any], said: str) -> None:
    assert said in refusal(plugin.Invoke, asking("getSource", **arguments))


def test_offline_nothing_is_looked_up(portal: LocalPortal, tmp_path: Path) -> None:
    with plugin_in(tmp_path, **portal.access, BXBI_OFFLINE="1") as stub:
        stub.Configure(provider_pb2.ConfigureRequest())
        assert "the portal must not be asked" in refusal(stub.Invoke, asking("getConnectors"))
