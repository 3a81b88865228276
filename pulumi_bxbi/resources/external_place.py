"""Where the outside system of a source or of a connector is asked, and with which values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_bxbi.external.system import Place
from pulumi_bxbi.portal.display import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.portal import Catalog, Connector


def place_of_source(catalog: Catalog, source_id: int) -> Place:
    """Return the place of a source: its connector's endpoints, and the values that it has.

    Args:
        catalog: The portal's objects.
        source_id: The id of the source.

    Raises:
        PortalError: The source or its connector could not be read.
    """
    source = catalog.sources.known.object(source_id)
    return place_of(catalog.connectors.known.object(source.connector_id), source.values())


def read_all(catalog: Catalog) -> None:
    """Read all sources and connectors with a list of each, so that none is read alone after it.

    Args:
        catalog: The portal's objects.

    Raises:
        PortalError: They could not be read.
    """
    catalog.sources.known.list({})
    catalog.connectors.known.list({})


def place_of(connector: Connector, values: Mapping[str, str]) -> Place:
    """Return the place of a connector for values; a parameter without one is empty.

    Args:
        connector: The connector.
        values: The values of its parameters, by their codes; others are left out.
    """
    return Place(
        named("connector", connector.id, connector.title),
        connector.url_table_list,
        connector.url_table_description,
        tuple((each.code, values.get(each.code, "")) for each in connector.parameters),
    )
