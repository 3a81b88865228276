"""The inputs with which a program describes what exists on the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import Connector
from pulumi_bxbi.resources.connector import ConnectorLifecycle
from pulumi_bxbi.resources.description import described
from tests.catalogs import catalog_of

if TYPE_CHECKING:
    from pulumi_bxbi.portal import Portal
    from tests.http_server import Server

CONNECTOR: dict[str, Any] = {
    "id": 7,
    "title": "Demo",
    "logo": "https://example.com/a.png",
    "urlCheck": "https://example.com/check",
    "urlTableList": "https://example.com/tables",
    "urlTableDescription": "https://example.com/description",
    "urlData": "https://example.com/data",
    "settings": [],
}


@pytest.mark.parametrize("logo", ["/upload/logo.png", "https://example.com/a.png"])
def test_a_path_on_the_portal_becomes_an_address(logo: str, server: Server, portal: Portal) -> None:
    catalog = catalog_of(portal, server)
    found = Connector.model_validate({**CONNECTOR, "logo": logo})

    inputs, _ = described(ConnectorLifecycle(), found, catalog)

    address = f"{catalog.address}{logo}" if logo.startswith("/") else logo
    assert inputs["logo"] == address


def test_what_has_its_default_is_left_out(server: Server, portal: Portal) -> None:
    found = Connector.model_validate(CONNECTOR)

    inputs, _ = described(ConnectorLifecycle(), found, catalog_of(portal, server))

    required = {key: value for key, value in CONNECTOR.items() if key not in {"id", "settings"}}
    assert inputs == {**required, "parameters": []}
