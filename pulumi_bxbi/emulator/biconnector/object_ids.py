"""The ids of objects in calls: which are wrong, whose object they name, and the result of `add`.

An object belongs to the application that created it. Any other application gets the answer for an
object that does not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_bxbi.emulator.api import module_errors
from pulumi_bxbi.emulator.api.values import integer

if TYPE_CHECKING:
    from pulumi_bxbi.emulator.api.editions import Api
    from pulumi_bxbi.emulator.api.records import Connector, Source, Table
    from pulumi_bxbi.emulator.state.portal import Call


def object_id(call: Call) -> int:
    """Return the parameter `id`."""
    given = call.parameters.get("id")
    if given is None:
        raise module_errors.ID_NOT_PROVIDED.error()
    number = integer(given)
    if number is None or number < 1:
        raise module_errors.INVALID_ID_FORMAT.error()
    return number


def own_connector(call: Call, connector_id: int) -> Connector:
    """Return the caller's connector with an id."""
    connector = call.store.connectors.get(connector_id)
    if connector is None or connector.client_id != call.caller.client_id:
        raise module_errors.CONNECTOR_NOT_FOUND.error()
    return connector


def own_source(call: Call, source_id: int) -> Source:
    """Return the caller's source with an id."""
    source = call.store.sources.get(source_id)
    if source is None or source.client_id != call.caller.client_id:
        raise module_errors.SOURCE_NOT_FOUND.error()
    return source


def own_table(call: Call, table_id: int) -> Table:
    """Return the caller's table with an id."""
    table = call.store.tables.get(table_id)
    if table is None or table.client_id != call.caller.client_id:
        raise module_errors.DATASET_NOT_FOUND.error()
    return table


def added(number: int, kind: str, api: Api) -> object:
    """Return the result of `add` for a new object of a kind."""
    return number if kind in api.plain_ids else {"id": number}
