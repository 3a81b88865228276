"""The plugin's functions: lookups on the portal, and of tables outside it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from tests.external.outside import NUMBER, Answer, OutsideSystem, add_connector, column
from tests.local_portal import on_the_current_api
from tests.plugin.test_process import plugin_in, refusal
from tests.protocol.values import Secret, from_struct
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_portal import LocalPortal

URN = "urn:pulumi:test::test::bxbi:index:BiSource::crm"

pytestmark = on_the_current_api


def asking(function: str, **arguments: Any) -> Any:
    request = provider_pb2.InvokeRequest(tok=f"bxbi:index:{function}")
    request.args.update(arguments)
    return request


def answer(plugin: Any, function: str, **arguments: Any) -> dict[str, Any]:
    return from_struct(getattr(plugin.Invoke(asking(function, **arguments)), "return"))


def with_settings(**properties: Any) -> Any:
    struct = struct_pb2.Struct()
    struct.update({"connectorId": 123, "settings": {"login": "admin"}, **properties})
    return struct


def create(plugin: Any, **properties: Any) -> Any:
    request = provider_pb2.CreateRequest(urn=URN, properties=with_settings(**properties))
    return plugin.Create(request)


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


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("getSource", {"id": 1}),
        ("getSource", {"title": "CRM"}),
        ("getSources", {}),
        ("getSources", {"connectorId": 7}),
    ],
)
def test_the_same_lookup_is_one_call(
    portal: LocalPortal, plugin: Any, function: str, arguments: dict[str, Any]
) -> None:
    """An engine asks for many at the same time, and later again."""
    portal.add("source", title="CRM", connectorId=123, settings={"login": "admin"})

    with portal.recording() as calls, ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(answer, plugin, function, **arguments) for _ in range(16)]
        answers = [each.result() for each in asked]
        answers.append(answer(plugin, function, **arguments))

    assert answers == answers[:1] * 17
    assert calls == ["source.get" if "id" in arguments else "source.list"]


def test_a_lookup_of_another_object_is_one_call_after_a_creation(
    portal: LocalPortal, plugin: Any
) -> None:
    portal.add("source", title="CRM", connectorId=123, settings={"login": "admin"})
    crm = answer(plugin, "getSource", title="CRM")
    create(plugin, title="Shop")

    with portal.recording() as calls:
        assert answer(plugin, "getSource", title="CRM") == crm

    assert calls == []


def test_a_lookup_sees_what_the_deployment_has_written(plugin: Any) -> None:
    def found() -> list[Any]:
        return [
            (each["id"], each["title"], each["description"])
            for each in answer(plugin, "getSources")["sources"]
        ]

    lookups: list[dict[str, Any]] = [{"title": "CRM"}, {"title": "Shop"}]
    assert found() == []
    for each in lookups:
        assert "no source" in refusal(plugin.Invoke, asking("getSource", **each))

    created = create(plugin, title="CRM", description="old")
    source = int(created.id)

    assert found() == [(source, "CRM", "old")]
    for each in ({"id": source}, {"title": "CRM"}):
        assert answer(plugin, "getSource", **each)["description"] == "old"

    changed = with_settings(title="Shop", description="new")
    request = provider_pb2.UpdateRequest(
        id=created.id, urn=URN, olds=created.properties, news=changed, old_inputs=changed
    )
    properties = plugin.Update(request).properties

    assert found() == [(source, "Shop", "new")]
    for each in ({"id": source}, {"title": "Shop"}):
        assert answer(plugin, "getSource", **each)["description"] == "new"
    assert "no source" in refusal(plugin.Invoke, asking("getSource", title="CRM"))

    plugin.Delete(provider_pb2.DeleteRequest(id=created.id, urn=URN, properties=properties))

    assert found() == []
    assert "SOURCE_NOT_FOUND" in refusal(plugin.Invoke, asking("getSource", id=source))


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


@pytest.fixture
def outside() -> Iterator[OutsideSystem]:
    with serving(OutsideSystem()) as server:
        yield server


@pytest.fixture
def connector(portal: LocalPortal, outside: OutsideSystem) -> int:
    return add_connector(portal, outside.address, port=NUMBER)


def test_tables_of_the_outside_system(
    portal: LocalPortal, plugin: Any, outside: OutsideSystem, connector: int
) -> None:
    source = portal.add("source", title="CRM", connectorId=connector, settings={"port": 1})
    outside.posted.clear()
    outside.tables["orders"] = [column("id", "Id", "INT"), column("tags", type_="text[]")]

    orders = answer(plugin, "getExternalTable", sourceId=source, code="orders")

    id_, tags = orders["columns"]
    assert id_ == {"name": "ID", "externalCode": "id", "type": "int", "visible": True}
    assert (tags["name"], tags["type"]) == ("TAGS", "string")
    assert (orders["code"], orders["title"]) == ("orders", "Orders")
    (unmapped,) = orders["unmapped"]
    assert unmapped.startswith('column "tags" has the type "text[]"')
    assert answer(plugin, "getExternalTables", sourceId=str(source)) == {"externalTables": [orders]}
    assert outside.requests == ["/tables", "/columns orders"]


def test_values_of_settings_are_sent_to_the_endpoints(
    plugin: Any, outside: OutsideSystem, connector: int
) -> None:
    given = {"connectorId": connector, "settings": {"port": 5432}}

    answer(plugin, "getExternalTables", **given)

    assert outside.posted[0][2] == [("searchString", ""), ("connection[port]", "5432")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"code": "orders"}, "give either sourceId, or connectorId with settings"),
        ({"sourceId": 7}, "code is missing, and the lookup needs it"),
        ({"sourceId": 7, "table": "orders"}, "table is not a property of the lookup"),
        ({"sourceId": 7, "code": "orders"}, "biconnector.source.get failed for source 7"),
    ],
)
def test_an_external_table_needs_a_source_and_a_code(
    plugin: Any, arguments: dict[str, Any], said: str
) -> None:
    assert said in refusal(plugin.Invoke, asking("getExternalTable", **arguments))


def test_an_endpoint_that_answers_badly_is_named(
    plugin: Any, outside: OutsideSystem, connector: int
) -> None:
    outside.answers["/tables"] = Answer(b"<html>")
    settings = {"port": "hunter2"}

    refused = refusal(plugin.Invoke, asking("getExternalTables", connectorId=connector))
    wrong = asking("getExternalTables", connectorId=connector, settings=settings)

    assert f'urlTableList of connector {connector} "ERP" at 127.0.0.1:' in refused
    assert "The answer is HTML or XML, not JSON." in refused
    assert "settings.port must be a whole number" in refusal(plugin.Invoke, wrong)
    assert "hunter2" not in refusal(plugin.Invoke, wrong)
