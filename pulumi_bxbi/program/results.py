"""The results of lookups.

Settings are outputs, because they are secret; everything else is a plain value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi

from pulumi_bxbi.program.arguments import Column, ConnectorParameter
from pulumi_bxbi.program.record import Record
from pulumi_bxbi.resources.connector import ConnectorInputs
from pulumi_bxbi.resources.secrets import with_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi_bxbi.portal import Connector, Source, Table


@dataclass(frozen=True, slots=True)
class GetConnectorResult(Record):
    """A connector as it is on the portal.

    Attributes:
        id: Its id.
        title: The name that people see.
        logo: The image: an address or a data URI.
        url_check: The endpoint that the portal asks whether a source's settings work.
        url_table_list: The endpoint that lists the tables of a source.
        url_table_description: The endpoint that describes the columns of a table.
        url_data: The endpoint that gives the rows of a table.
        parameters: What every source has to give.
        description: Free text.
        sort: The place among the connectors that people choose from.
        support_mapping: Whether requests for rows name the columns as the outside system does.
        source_code: Which of the portal's own hints is hidden.
        date_create: When it was created: ``Y-m-d H:i:s`` in the portal's time zone.
    """

    id: int
    title: str
    logo: str
    url_check: str
    url_table_list: str
    url_table_description: str
    url_data: str
    parameters: Sequence[ConnectorParameter]
    description: str
    sort: int
    support_mapping: bool
    source_code: str
    date_create: str

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        # The attributes are plain, so that a program can branch; exported values are secret.
        dict.update(self, with_secrets(ConnectorInputs, self, pulumi.Output.secret))


@dataclass(frozen=True, slots=True)
class GetSourceResult(Record):
    """A source as it is on the portal.

    Attributes:
        id: Its id.
        title: The name that people see.
        connector_id: The id of its connector.
        settings: The values of the connector's parameters, a secret output.
        description: Free text.
        active: Whether it gives data.
        type: ``rest`` for sources that were created by REST.
        code: ``rest_<connector id>``; not unique.
        date_create: When it was created: ``Y-m-d H:i:s`` in the portal's time zone.
        date_update: When it was last changed, in the same form.
        created_by_id: The id of the user who created it.
        updated_by_id: The id of the user who last changed it.
    """

    id: int
    title: str
    connector_id: int
    settings: pulumi.Output[Mapping[str, str]] = field(compare=False)
    description: str
    active: bool
    type: str
    code: str
    date_create: str
    date_update: str
    created_by_id: int
    updated_by_id: int


@dataclass(frozen=True, slots=True)
class GetTableResult(Record):
    """A table as it is on the portal.

    Attributes:
        id: Its id.
        source_id: The id of its source.
        name: The name in BI Builder.
        external_name: The name in the outside system.
        external_code: The code in the outside system.
        columns: Its columns.
        description: Free text.
        type: ``rest`` for tables that were created by REST.
        date_create: When it was created: ``Y-m-d H:i:s`` in the portal's time zone.
        date_update: When it was last changed; empty before the first change.
        created_by_id: The id of the user who created it.
        updated_by_id: The id of the user who last changed it; 0 before the first change.
        external_id: The BI Builder dataset that was created together with it; 0 for none.
    """

    id: int
    source_id: int
    name: str
    external_name: str
    external_code: str
    columns: Sequence[Column]
    description: str
    type: str
    date_create: str
    date_update: str
    created_by_id: int
    updated_by_id: int
    external_id: int


@dataclass(frozen=True, slots=True)
class GetExternalTableResult(Record):
    """A table that an outside system offers.

    Attributes:
        code: The value for ``external_code`` of a ``BiTable``: the ``id`` that the endpoint gives
            the table, or else its code.
        title: The name in the outside system, the value for ``external_name`` of a ``BiTable``.
        columns: Columns for a ``BiTable``, in the order of the description.
        unmapped: What BI Builder has no match for, each a clause for people: columns of an unknown
            type, which are strings in ``columns``, and columns that are described twice.
    """

    code: str
    title: str
    columns: Sequence[Column]
    unmapped: Sequence[str]


def connector_result(found: Connector) -> GetConnectorResult:
    """Return the result of the lookup of a connector."""
    return GetConnectorResult(
        id=found.id,
        title=found.title,
        logo=found.logo,
        url_check=found.url_check,
        url_table_list=found.url_table_list,
        url_table_description=found.url_table_description,
        url_data=found.url_data,
        parameters=[
            ConnectorParameter(each.code, each.name, each.type) for each in found.parameters
        ],
        description=found.description,
        sort=found.sort,
        support_mapping=bool(found.support_mapping),
        source_code=found.source_code or "",
        date_create=found.date_create,
    )


def source_result(found: Source) -> GetSourceResult:
    """Return the result of the lookup of a source."""
    return GetSourceResult(
        id=found.id,
        title=found.title,
        connector_id=found.connector_id,
        settings=pulumi.Output.secret(found.values()),
        description=found.description,
        active=found.active,
        type=found.type,
        code=found.code,
        date_create=found.date_create,
        date_update=found.date_update,
        created_by_id=found.created_by_id,
        updated_by_id=found.updated_by_id,
    )


def table_result(found: Table) -> GetTableResult:
    """Return the result of the lookup of a table."""
    return GetTableResult(
        id=found.id,
        source_id=found.source_id or 0,
        name=found.name,
        external_name=found.external_name,
        external_code=found.external_code,
        columns=[
            Column(each.name, each.external_code, each.type, each.visible)
            for each in found.columns or ()
        ],
        description=found.description,
        type=found.type,
        date_create=found.date_create,
        date_update=found.date_update,
        created_by_id=found.created_by_id,
        updated_by_id=found.updated_by_id,
        external_id=found.external_id,
    )
