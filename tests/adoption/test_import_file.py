"""What is secret in an entry of an import file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.adoption.import_file import CONNECTOR, TYPES, entry, secret
from pulumi_bxbi.portal import Catalog

if TYPE_CHECKING:
    from pulumi_bxbi.portal import Portal
    from tests.conftest import Server

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


def test_an_import_file_knows_the_dynamic_types_alone() -> None:
    """Each with the provider that a state stores for it, which a plugin's types have not."""
    assert list(TYPES) == [
        f"pulumi-python:dynamic/bxbi:{name}" for name in ("BiConnector", "BiSource", "BiTable")
    ]
    for token, kind in TYPES.items():
        assert kind.token == token
        assert type(kind.lifecycle) is type(kind.provider.lifecycle)


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

    described = entry(CONNECTOR, "warehouse", 7, inputs, "", Catalog(portal, writers=1))

    assert described["inputs"]["parameters"] == given
    assert described["outputs"]["parameters"] == secret([PARAMETER])
    assert described["outputs"]["title"] == "Warehouse"
