"""What a program can take from the service of the example in place of repeating it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from examples.warehouse.service.description import TABLES
from pulumi_bxbi.deployment.external_tables import ExternalTablesArguments, asked_for_external
from pulumi_bxbi.deployment.external_tables import find_external_tables as find
from pulumi_bxbi.deployment.lookup import LookupFailedError
from pulumi_bxbi.deployment.reader import Reader
from pulumi_bxbi.portal import AccessToken, Catalog, Portal
from tests.external.outside import NUMBER, TEXT, add_connector
from tests.local_portal import running

if TYPE_CHECKING:
    from tests.warehouse.service import Service


def test_columns_have_the_names_that_the_service_describes(service: Service) -> None:
    described = {
        table.code: (table.title, {(each.name, each.code, each.type) for each in table.columns})
        for table in TABLES.values()
    }
    with (
        running("current") as local,
        closing(Portal(local.address, AccessToken(local.access_token))) as portal,
    ):
        connector = add_connector(
            local, service.endpoints, token=TEXT, airport=TEXT, until_month=NUMBER
        )
        settings = {"token": service.token, "airport": "EWR", "until_month": "12"}
        source = local.add("source", title="EWR", connectorId=connector, settings=settings)
        reader = Reader(Catalog(portal))
        found = find(reader, asked_for_external(ExternalTablesArguments, {"sourceId": source}))

        wrong = {"connectorId": connector, "settings": {**settings, "token": "hunter2"}}
        with pytest.raises(LookupFailedError, match="HTTP status 403") as caught:
            find(reader, asked_for_external(ExternalTablesArguments, wrong))

    assert {
        table.code: (
            table.title,
            {(each.name, each.external_code, each.type) for each in table.columns},
        )
        for table in found
    } == described
    assert all(not table.unmapped for table in found)
    assert "hunter2" not in str(caught.value)
