"""Lookups of the tables that an outside system offers behind the endpoints of a connector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from pulumi_bxbi.deployment.lookup import LookupFailedError
from pulumi_bxbi.external.client import EndpointError
from pulumi_bxbi.external.columns import mapped
from pulumi_bxbi.external.host_limits import HostLimits
from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.resources.external_place import place_of, place_of_source
from pulumi_bxbi.resources.inputs import (
    FilledText,
    Inputs,
    ObjectId,
    Settings,
    check_inputs,
)
from pulumi_bxbi.resources.misspelling import nearest
from pulumi_bxbi.resources.source import judge_settings
from pulumi_bxbi.resources.table import ColumnInputs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi_bxbi.deployment.reader import Reader
    from pulumi_bxbi.external.answers import ListedTable
    from pulumi_bxbi.external.system import ExternalSystem, Place

#: What spares a program a lookup that this machine cannot make.
_WITHOUT_LOOKUP: Final = (
    "There `bxbi tables --write` writes the tables into the program, which then needs no lookup."
)
#: How many tables an error names.
_NAMED: Final = 20


class ExternalTablesArguments(Inputs):
    """The arguments of a lookup of external tables: a source, or what a source would consist of."""

    noun = "the lookup"

    source_id: ObjectId = Field(
        default=0, description="The id of the source whose tables are looked up."
    )
    connector_id: ObjectId = Field(
        default=0,
        description="In place of `sourceId`: the id of the connector whose endpoints are asked.",
    )
    settings: Settings = Field(
        default={},
        description="With `connectorId`: the values of the parameters that the connector declares, "
        "by their codes. They are sent to the connector's endpoints and nowhere else.",
    )


class ExternalTableArguments(ExternalTablesArguments):
    """The arguments of the lookup of one external table."""

    code: FilledText = Field(description="The code of the table in the outside system.")


class ExternalTable(BaseModel):
    """A table that an outside system offers."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True)

    code: str = Field(
        description="The value for `externalCode` of a table: the `id` that the endpoint gives the "
        "table, or else its code."
    )
    title: str = Field(
        description="The name in the outside system, the value for `externalName` of a table."
    )
    columns: list[ColumnInputs] = Field(
        description="Columns for a table, in the order of the description."
    )
    unmapped: list[str] = Field(
        description="What BI Builder has no match for, each a clause for people: columns of an "
        "unknown type, which are strings in `columns`, and columns that are described twice."
    )


def asked_for_external(
    arguments: type[ExternalTablesArguments], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the valid arguments of a lookup of external tables.

    Args:
        arguments: The arguments that the lookup has.
        given: The arguments by the API's names; ``None`` counts as not given.

    Raises:
        LookupFailedError: They are not valid, or they name no outside system.
    """
    checked = check_inputs(arguments, given)
    if checked.failures:
        raise LookupFailedError(" ".join(each.reason for each in checked.failures))
    asked = dict(checked.inputs)
    if ("sourceId" in asked) == ("connectorId" in asked):
        raise LookupFailedError("give either sourceId, or connectorId with settings.")
    if "sourceId" in asked and "settings" in asked:
        raise LookupFailedError(
            "settings go with connectorId: a source has settings of its own on the portal."
        )
    return asked


def find_external_table(reader: Reader, asked: Mapping[str, Any]) -> ExternalTable:
    """Find a table of an outside system by its code.

    Args:
        reader: Reads the portal and the outside system.
        asked: The arguments, as :func:`asked_for_external` returns them.

    Raises:
        LookupFailedError: There is no such table, or the endpoints gave no usable answer.
        PortalError: The source or the connector could not be read.
    """
    place = _place(reader, asked)
    system, code = reader.external.get(place), asked["code"]
    try:
        tables = system.tables()
        found = [each for each in tables if code in {each.code, each.external_code}]
        if len(found) == 1:
            return _described(system, found[0])
    except EndpointError as error:
        raise _failed(error) from None
    how_many = f"{len(found)} tables" if found else "no table"
    listed = [each.code for each in tables]
    meant = "" if found else nearest(code, listed)
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    raise LookupFailedError(
        one_line(
            f'the urlTableList of {place.connector} lists {how_many} with the code "{code}"'
            f"{meant or '.'} It lists: {', '.join(listed[:_NAMED]) or 'none'}{more}."
        )
    )


def find_external_tables(reader: Reader, asked: Mapping[str, Any]) -> Sequence[ExternalTable]:
    """Find all tables of an outside system, in the order in which it lists them.

    Args:
        reader: Reads the portal and the outside system.
        asked: The arguments, as :func:`asked_for_external` returns them.

    Raises:
        LookupFailedError: The endpoints gave no usable answer, or none for one of the tables.
        PortalError: The source or the connector could not be read.
    """
    place = _place(reader, asked)
    system = reader.external.get(place)
    try:
        return HostLimits().work(
            system.tables(),
            lambda _: place.url_table_description,
            lambda listed: _described(system, listed),
        )
    except EndpointError as error:
        raise _failed(error) from None


def _failed(error: EndpointError) -> LookupFailedError:
    """Return the error of a lookup that an endpoint has failed."""
    return LookupFailedError(str(error) if error.answered else f"{error} {_WITHOUT_LOOKUP}")


def _described(system: ExternalSystem, listed: ListedTable) -> ExternalTable:
    found = mapped(system.columns(listed.code))
    return ExternalTable(
        code=listed.external_code,
        title=listed.title.strip(),
        columns=[
            ColumnInputs.model_validate(
                {"name": each.name, "externalCode": each.external_code, "type": each.type}
            )
            for each in found.columns
        ],
        unmapped=list(found.unmapped),
    )


def _place(reader: Reader, asked: Mapping[str, Any]) -> Place:
    """Return where the tables are asked for."""
    catalog = reader.catalog
    if "sourceId" in asked:
        return place_of_source(catalog, asked["sourceId"])
    connector = catalog.connectors.known.object(asked["connectorId"])
    values = asked.get("settings", {})
    failures = judge_settings({"settings": values}, connector)
    if failures:
        raise LookupFailedError(" ".join(each.reason for each in failures))
    return place_of(connector, values)
