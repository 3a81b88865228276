"""The methods `biconnector.connector.*`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api import connector_parameters, module_errors, schema
from pulumi_bxbi.emulator.api.records import Connector
from pulumi_bxbi.emulator.biconnector.listing import Listing
from pulumi_bxbi.emulator.biconnector.object_ids import added, object_id, own_connector

if TYPE_CHECKING:
    from pulumi_bxbi.emulator.api.editions import Api
    from pulumi_bxbi.emulator.biconnector.listing import Row
    from pulumi_bxbi.emulator.state.portal import Call

#: The list of connectors. Filters and orders treat `settings` as the JSON text that is stored.
LISTING: Final = Listing("connector")


async def add(call: Call) -> object:
    """Answer `biconnector.connector.add`.

    The addresses are neither checked nor called. Texts longer than documented are accepted, as no
    error is documented for them.
    """
    given = schema.provided(call.parameters.get("fields"))
    values = schema.accepted_for_add(given, schema_of(call.api))
    values["settings"] = connector_parameters.declared(values["settings"])
    connector = Connector(
        id=call.store.next_id("connector"),
        client_id=call.caller.client_id,
        date_create=call.portal.date(),
        **schema.attributes(values, schema.CONNECTOR),
    )
    call.store.connectors.put(connector)
    return added(connector.id, "connector", call.api)


async def update(call: Call) -> object:
    """Answer `biconnector.connector.update`: given `settings` replace all old ones."""
    connector_id = object_id(call)
    given = schema.provided(call.parameters.get("fields"))
    values = schema.accepted_for_update(given, schema_of(call.api))
    connector = own_connector(call, connector_id)
    if "settings" in values:
        values["settings"] = connector_parameters.declared(values["settings"])
    call.store.connectors.put(replace(connector, **schema.attributes(values, schema.CONNECTOR)))
    return True


async def get(call: Call) -> object:
    """Answer `biconnector.connector.get`."""
    return {"item": item(own_connector(call, object_id(call)), call.api)}


async def list_all(call: Call) -> object:
    """Answer `biconnector.connector.list`."""
    rows = [
        item(connector, call.api)
        for connector in call.store.connectors
        if connector.client_id == call.caller.client_id
    ]
    return LISTING.page(rows, call.parameters, schema_of(call.api), call.api)


async def delete(call: Call) -> object:
    """Answer `biconnector.connector.delete`: refused while any source depends on it."""
    connector = own_connector(call, object_id(call))
    if any(source.connector_id == connector.id for source in call.store.sources):
        raise module_errors.CONNECTOR_DELETE_RESTRICTED.error()
    call.store.connectors.remove(connector)
    return True


async def fields(call: Call) -> object:
    """Answer `biconnector.connector.fields`."""
    return {"fields": [field.descriptor() for field in schema_of(call.api)]}


METHODS: Final = {
    "biconnector.connector.add": add,
    "biconnector.connector.update": update,
    "biconnector.connector.get": get,
    "biconnector.connector.list": list_all,
    "biconnector.connector.delete": delete,
    "biconnector.connector.fields": fields,
}


def item(connector: Connector, api: Api) -> Row:
    """Return the connector as methods return it."""
    settings = [schema.shown_part(parameter) for parameter in connector.settings]
    return {**schema.shown(connector, schema_of(api)), "settings": settings}


def schema_of(api: Api) -> schema.Schema:
    """Return the schema of connectors in an edition."""
    return tuple(field for field in schema.CONNECTOR if field.title not in api.absent_fields)
