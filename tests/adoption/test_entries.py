"""What is secret in an entry of an import file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.adoption.entries import entry
from pulumi_bxbi.dynamic import PROVIDERS
from pulumi_bxbi.portal import Catalog
from pulumi_bxbi.stack.secrets import secret
from pulumi_bxbi.stack.urns import CONNECTOR, TYPES

if TYPE_CHECKING:
    from pulumi_bxbi.portal import Portal
    from tests.http_server import Server

PARAMETER = {"code": "hunter2", "name": "Login", "type": "STRING"}
INPUTS: dict[str, Any] = {
    "title": "Warehouse",
    "logo": "https://warehouse.example/logo.png",
    "urlCheck": "https://warehouse.example/check",
    "urlTableList": "https://warehouse.example/tables",
    "urlTableDescription": "https://warehouse.example/table",
    "urlData": "https://warehouse.example/data",
    "parameters": [PARAMETER],
}


def test_a_state_stores_a_provider_for_each_type() -> None:
    assert [each.token for each in TYPES] == [
        f"pulumi-python:dynamic/bxbi:{name}" for name in ("BiConnector", "BiSource", "BiTable")
    ]
    assert all(PROVIDERS[kind].resource_type is kind for kind in TYPES)


@pytest.mark.parametrize(
    "given",
    [secret([PARAMETER]), [secret(PARAMETER)], [{**PARAMETER, "code": secret("hunter2")}]],
)
def test_what_holds_a_secret_is_secret_in_the_outputs_too(
    portal: Portal, server: Server, given: Any
) -> None:
    item = {key: value for key, value in INPUTS.items() if key != "parameters"}
    server.answers({"result": {"item": {**item, "id": 7, "settings": [PARAMETER]}}})
    inputs = {**INPUTS, "parameters": given}

    described = entry(CONNECTOR, "warehouse", 7, inputs, "", Catalog(portal))

    assert described["inputs"]["parameters"] == given
    assert described["outputs"]["parameters"] == secret([PARAMETER])
    assert described["outputs"]["title"] == "Warehouse"
