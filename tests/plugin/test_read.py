"""What the plugin answers to a refresh: the engine's own properties where nothing has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime.proto import provider_pb2

from tests.local_portal import on_the_current_api
from tests.protocol.values import Secret, from_struct, to_struct, without_secrets

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal

URN = "urn:pulumi:test::test::bxbi:index:BiSource::crm"
INPUTS = {
    "title": "CRM",
    "connectorId": 123.0,
    "settings": {"login": Secret("admin"), "password": Secret("hunter2")},
}

pytestmark = on_the_current_api


@pytest.fixture
def created(plugin: Any) -> Any:
    properties = to_struct(INPUTS, keep_secrets=True)
    return plugin.Create(provider_pb2.CreateRequest(urn=URN, properties=properties))


def read(plugin: Any, object_id: str, inputs: Any, properties: Any) -> Any:
    request = provider_pb2.ReadRequest(urn=URN, id=object_id, inputs=inputs, properties=properties)
    return plugin.Read(request)


def test_what_has_not_changed_stays_as_it_is(plugin: Any, created: Any) -> None:
    inputs = to_struct(INPUTS, keep_secrets=True)

    answer = read(plugin, created.id, inputs, created.properties)

    assert (answer.id, answer.inputs, answer.properties) == (
        created.id,
        inputs,
        created.properties,
    )


def test_a_secret_that_the_state_has_in_plain_text_gets_its_mark(plugin: Any, created: Any) -> None:
    marked = from_struct(created.properties)
    inputs, properties = (
        to_struct(without_secrets(each), keep_secrets=True) for each in (INPUTS, marked)
    )

    answer = read(plugin, created.id, inputs, properties)

    assert from_struct(answer.inputs) == INPUTS
    assert from_struct(answer.properties) == marked


def test_what_has_changed_is_told(portal: LocalPortal, plugin: Any, created: Any) -> None:
    inputs = to_struct(INPUTS, keep_secrets=True)
    portal.call("source.update", id=int(created.id), fields={"title": "Other"})

    answer = read(plugin, created.id, inputs, created.properties)

    assert from_struct(answer.inputs) == {**INPUTS, "title": "Other"}
    assert from_struct(answer.properties)["title"] == "Other"
