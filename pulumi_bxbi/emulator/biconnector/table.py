"""The methods `biconnector.table.*`, and `biconnector.dataset.*`, their older name.

Both families work on the same objects. `biconnector.dataset.add` creates a dataset of BI Builder
as well; in the newest edition `biconnector.dataset.delete` fails with HTTP 500. Not documented, and
decided here: a table's name is free again as soon as the table is deleted; a change of columns does
not change `dateUpdate`; neither `add` calls an endpoint; external codes of tables may repeat.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api import columns, module_errors, schema, table_name
from pulumi_bxbi.emulator.api.platform_errors import platform
from pulumi_bxbi.emulator.api.records import Table
from pulumi_bxbi.emulator.biconnector.listing import Listing
from pulumi_bxbi.emulator.biconnector.object_ids import added, object_id, own_source, own_table

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pulumi_bxbi.emulator.api.editions import Api
    from pulumi_bxbi.emulator.api.module_errors import Refusal
    from pulumi_bxbi.emulator.api.records import Column
    from pulumi_bxbi.emulator.biconnector.listing import Row
    from pulumi_bxbi.emulator.state.portal import Call


@dataclass(frozen=True, slots=True)
class Family:
    """One of the two families of methods for tables, with its differences from the other.

    Attributes:
        kind: `table` or `dataset`, as in the names of the methods.
        already_exists: The refusal of a name that is taken inside BI Builder.
        update_refused: The refusal of an update that fails.
        makes_dataset: Whether `add` creates a dataset of BI Builder as well.
        delete_breaks: Whether `delete` can fail.
    """

    kind: str
    already_exists: Refusal
    update_refused: Refusal
    makes_dataset: bool = False
    delete_breaks: bool = False

    def methods(self) -> dict[str, Callable[[Call], Awaitable[object]]]:
        """Return the methods of the family by their names."""
        return {
            f"biconnector.{self.kind}.add": self.add,
            f"biconnector.{self.kind}.update": self.update,
            f"biconnector.{self.kind}.get": self.get,
            f"biconnector.{self.kind}.list": self.list_all,
            f"biconnector.{self.kind}.delete": self.delete,
            f"biconnector.{self.kind}.fields": self.fields,
            f"biconnector.{self.kind}.fields.update": self.update_columns,
        }

    async def add(self, call: Call) -> object:
        """Answer `biconnector.table.add` and `biconnector.dataset.add`."""
        given = schema.provided(call.parameters.get("fields"))
        values = schema.accepted_for_add(given, schema.TABLE)
        own_source(call, values["sourceId"])
        table_name.check(values["name"])
        new = columns.first(values["fields"], call.api)
        self._refuse_taken(call, values["name"])
        values["fields"] = tuple(column.numbered(call.store.next_id("column")) for column in new)
        table = Table(
            id=call.store.next_id("table"),
            client_id=call.caller.client_id,
            date_create=call.portal.date(),
            created_by_id=call.caller.user.id,
            external_id=call.store.next_id("biBuilderDataset") if self.makes_dataset else 0,
            **schema.attributes(values, schema.TABLE),
        )
        call.store.tables.put(table)
        return added(table.id, self.kind, call.api)

    async def update(self, call: Call) -> object:
        """Answer `biconnector.table.update` and `biconnector.dataset.update`."""
        table_id = object_id(call)
        given = schema.provided(call.parameters.get("fields"))
        if "fields" in given:
            raise call.api.invalid_method.error()
        values = schema.accepted_for_update(given, schema.TABLE)
        table = own_table(call, table_id)
        if "update" in table.failures:
            raise self.update_refused.error()
        call.store.tables.put(
            replace(
                table,
                date_update=call.portal.date(),
                updated_by_id=call.caller.user.id,
                **schema.attributes(values, schema.TABLE),
            )
        )
        return True

    async def get(self, call: Call) -> object:
        """Answer `biconnector.table.get` and `biconnector.dataset.get`: without `sourceId`."""
        shown = whole(own_table(call, object_id(call)), call.api)
        del shown["sourceId"]
        return {"item": shown}

    async def list_all(self, call: Call) -> object:
        """Answer `biconnector.table.list` and `biconnector.dataset.list`: without `fields`."""
        listing = Listing(self.kind, without_effect=frozenset({"fields"}), broken_dates=True)
        rows = [
            item(table, call.api)
            for table in call.store.tables
            if table.client_id == call.caller.client_id
        ]
        return listing.page(rows, call.parameters, schema.TABLE, call.api)

    async def delete(self, call: Call) -> object:
        """Answer `biconnector.table.delete` and `biconnector.dataset.delete`.

        Where the latter fails, the table is kept: the deletion is one transaction.
        """
        table = own_table(call, object_id(call))
        if self.delete_breaks:
            if not call.api.dataset_delete_works:
                raise platform("INTERNAL_SERVER_ERROR")
            if "deletion" in table.failures:
                raise module_errors.DATASET_DELETE_REFUSED.error()
        call.store.tables.remove(table)
        return True

    async def fields(self, _call: Call) -> object:
        """Answer `biconnector.table.fields` and `biconnector.dataset.fields`."""
        return {"fields": [field.descriptor() for field in schema.TABLE]}

    async def update_columns(self, call: Call) -> object:
        """Answer `biconnector.table.fields.update` and `biconnector.dataset.fields.update`.

        Columns to delete are found by their ids alone, in any table. A failed synchronisation with
        BI Builder is reported after all changes were made.
        """
        table = own_table(call, object_id(call))
        change = columns.changes(call.parameters, table.fields, call.api)
        changed = columns.changed(table.fields, change, lambda: call.store.next_id("column"))
        call.store.tables.put(replace(table, fields=changed))
        for other in call.store.tables:
            rest = tuple(column for column in other.fields if column.id not in change.deleted)
            if rest != other.fields:
                call.store.tables.put(replace(other, fields=rest))
        if "synchronisation" in table.failures:
            raise module_errors.DATASET_UPDATE_ERROR.error()
        return True

    def _refuse_taken(self, call: Call, name: str) -> None:
        conditions = call.portal.conditions
        if any(table.name == name for table in call.store.tables):
            if call.api.name_exists:
                raise call.api.name_exists.error(name=name)
            raise self.already_exists.error()
        if name in conditions.taken_names:
            raise self.already_exists.error()
        if self.makes_dataset and name in conditions.refused_names:
            raise module_errors.DATASET_ADD_REFUSED.error()


TABLE: Final = Family(
    "table", module_errors.TABLE_ALREADY_EXIST, module_errors.TABLE_UPDATE_REFUSED
)
DATASET: Final = Family(
    "dataset",
    module_errors.DATASET_ALREADY_EXIST,
    module_errors.DATASET_UPDATE_REFUSED,
    makes_dataset=True,
    delete_breaks=True,
)


def item(table: Table, api: Api) -> Row:
    """Return the table as a list returns it."""
    shown = schema.shown(table, schema.TABLE)
    source_id = shown.pop("sourceId")
    if api.column_details:
        shown |= {"csvDelimiter": "", "csvEncoding": "", "csvHasHeaders": False}
    return {**shown, "sourceId": source_id}


def whole(table: Table, api: Api) -> Row:
    """Return the table with its columns and its source, which no method returns together."""
    return {**item(table, api), "fields": [_column(table, each, api) for each in table.fields]}


def _column(table: Table, column: Column, api: Api) -> Row:
    shown: Row = {
        "id": column.id,
        "datasetId": table.id,
        "type": column.type,
        "name": column.name,
        "externalCode": column.external_code,
        "visible": column.visible,
    }
    return {**shown, "description": ""} if api.column_details else shown
