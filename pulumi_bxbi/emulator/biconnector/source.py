"""The methods `biconnector.source.*`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api import connector_parameters, module_errors, schema
from pulumi_bxbi.emulator.api.records import Source
from pulumi_bxbi.emulator.biconnector.listing import Listing
from pulumi_bxbi.emulator.biconnector.object_ids import added, object_id, own_connector, own_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from pulumi_bxbi.emulator.api.records import Parameter, Setting
    from pulumi_bxbi.emulator.biconnector.listing import Row
    from pulumi_bxbi.emulator.state.portal import Call

LISTING: Final = Listing("source", without_effect=frozenset({"settings"}))


async def add(call: Call) -> object:
    """Answer `biconnector.source.add`: nothing is created if `urlCheck` refuses the values."""
    given = schema.provided(call.parameters.get("fields"))
    values = _effective(call, schema.accepted_for_add(given, schema.SOURCE))
    texts = connector_parameters.values(values["settings"])
    linked = own_connector(call, values["connectorId"])
    values["settings"] = _saved(call, linked.settings, texts, ())
    if not await call.portal.endpoint_answers(linked.url_check, _connection(values["settings"])):
        raise module_errors.SOURCE_CREATE_CONNECTION_ERROR.error()
    own_connector(call, linked.id)  # it may have been deleted meanwhile
    now, user_id = call.portal.date(), call.caller.user.id
    source = Source(
        id=call.store.next_id("source"),
        client_id=call.caller.client_id,
        date_create=now,
        date_update=now,
        created_by_id=user_id,
        updated_by_id=user_id,
        **schema.attributes(values, schema.SOURCE),
    )
    call.store.sources.put(source)
    return added(source.id, "source", call.api)


async def update(call: Call) -> object:
    """Answer `biconnector.source.update`: every update calls `urlCheck`, even for a new title.

    Given settings are merged with the old ones, in both editions. A source whose connector has
    vanished cannot be checked, so it cannot be updated.
    """
    source_id = object_id(call)
    given = schema.provided(call.parameters.get("fields"))
    values = _effective(call, schema.accepted_for_update(given, schema.SOURCE))
    source = own_source(call, source_id)
    if call.api.update_needs_title and not values.get("title"):
        raise module_errors.ALL_FIELDS_REQUIRED.error()
    texts = connector_parameters.values(values.get("settings"))
    linked = call.store.connectors.get(source.connector_id)
    if linked is None:
        raise module_errors.SOURCE_UPDATE_CONNECTION_ERROR.error()
    values["settings"] = _saved(call, linked.settings, texts, source.settings)
    if not await call.portal.endpoint_answers(linked.url_check, _connection(values["settings"])):
        raise module_errors.SOURCE_UPDATE_CONNECTION_ERROR.error()
    call.store.sources.put(
        replace(
            own_source(call, source_id),  # it may have been deleted meanwhile
            date_update=call.portal.date(),
            updated_by_id=call.caller.user.id,
            **schema.attributes(values, schema.SOURCE),
        )
    )
    return True


async def get(call: Call) -> object:
    """Answer `biconnector.source.get`: the source's own fields are one level deeper."""
    source = own_source(call, object_id(call))
    if call.api.get_needs_connector and call.store.connectors.get(source.connector_id) is None:
        raise module_errors.CONNECTOR_NOT_FOUND.error()
    connection = item(source)
    linked = {name: connection.pop(name) for name in ("connectorId", "settings")}
    return {"item": {"connection": connection, **linked}}


async def list_all(call: Call) -> object:
    """Answer `biconnector.source.list`: flat, and with the settings' values."""
    rows = [
        item(source) for source in call.store.sources if source.client_id == call.caller.client_id
    ]
    return LISTING.page(rows, call.parameters, schema.SOURCE, call.api)


async def delete(call: Call) -> object:
    """Answer `biconnector.source.delete`: refused while any table depends on it."""
    source = own_source(call, object_id(call))
    if any(table.source_id == source.id for table in call.store.tables):
        raise call.api.source_in_use.error()
    call.store.sources.remove(source)
    return True


async def fields(_call: Call) -> object:
    """Answer `biconnector.source.fields`."""
    return {"fields": [field.descriptor() for field in schema.SOURCE]}


METHODS: Final = {
    "biconnector.source.add": add,
    "biconnector.source.update": update,
    "biconnector.source.get": get,
    "biconnector.source.list": list_all,
    "biconnector.source.delete": delete,
    "biconnector.source.fields": fields,
}


def item(source: Source) -> Row:
    """Return the source as a list returns it."""
    settings = [schema.shown_part(setting) for setting in source.settings]
    return {**schema.shown(source, schema.SOURCE), "settings": settings}


def _effective(call: Call, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values, without `active` where it is accepted but ignored."""
    ignored = frozenset() if call.api.active_writable else frozenset({"active"})
    return {title: value for title, value in values.items() if title not in ignored}


def _saved(
    call: Call, declared: Iterable[Parameter], texts: Mapping[str, str], before: Iterable[Setting]
) -> tuple[Setting, ...]:
    return connector_parameters.saved(
        declared, texts, before, lambda: call.store.next_id("setting")
    )


def _connection(settings: Iterable[Setting]) -> dict[str, str]:
    """Return the values of settings by code, which the endpoint checks."""
    return {setting.code: setting.value for setting in settings}
