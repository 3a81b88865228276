"""Looking up what exists on the portal, while a program runs.

A lookup asks the portal at once, in a preview too, and returns plain values that a program can
branch on; only settings are outputs, because they are secret. With ``BXBI_OFFLINE=1`` nothing is
asked and everything is an output that is not known yet.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

import pulumi

from pulumi_bxbi.arguments import Column, ConnectorParameter
from pulumi_bxbi.levels import SettingsError
from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.portal.shown import one_line
from pulumi_bxbi.session import session, show_log_to_user

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pulumi_bxbi.portal import Catalog, Connector, Source, Table
    from pulumi_bxbi.portal.collection import Collection
    from pulumi_bxbi.portal.objects import PortalObject

M = TypeVar("M", bound="PortalObject")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class GetConnectorResult:
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


@dataclass(frozen=True, slots=True)
class GetSourceResult:
    """A source as it is on the portal.

    Attributes:
        id: Its id.
        title: The name that people see.
        connector_id: The id of its connector.
        settings: The values of the connector's parameters, a secret output.
        description: Free text.
        active: Whether it gives data.
        type: ``rest`` for sources that are made by REST.
        code: ``rest_<connector id>``; not unique.
        date_create: When it was created: ``Y-m-d H:i:s`` in the portal's time zone.
        date_update: When it was last changed, in the same form.
        created_by_id: The id of the user who created it.
        updated_by_id: The id of the user who last changed it.
    """

    id: int
    title: str
    connector_id: int
    settings: pulumi.Output[Mapping[str, str]]
    description: str
    active: bool
    type: str
    code: str
    date_create: str
    date_update: str
    created_by_id: int
    updated_by_id: int


@dataclass(frozen=True, slots=True)
class GetTableResult:
    """A table as it is on the portal.

    Attributes:
        id: Its id.
        source_id: The id of its source.
        name: The name in BI Builder.
        external_name: The name in the outside system.
        external_code: The code in the outside system.
        columns: Its columns.
        description: Free text.
        type: ``rest`` for tables that are made by REST.
        date_create: When it was created: ``Y-m-d H:i:s`` in the portal's time zone.
        date_update: When it was last changed; empty before the first change.
        created_by_id: The id of the user who created it.
        updated_by_id: The id of the user who last changed it; 0 before the first change.
        external_id: The BI Builder dataset that was made together with it; 0 for none.
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


def get_connector(
    *,
    id: int | str | None = None,  # noqa: A002  # the name that Pulumi uses
    title: str | None = None,
) -> GetConnectorResult:
    """Look up one connector, by its id or by its title.

    Args:
        id: Its id on the portal.
        title: Its exact title, which only one connector may have.

    Raises:
        pulumi.RunError: There is none, there are several, or the portal did not say.
    """
    return _one(_CONNECTORS, "get_connector", id, title)


def get_source(
    *,
    id: int | str | None = None,  # noqa: A002  # the name that Pulumi uses
    title: str | None = None,
) -> GetSourceResult:
    """Look up one source, by its id or by its title.

    Args:
        id: Its id on the portal.
        title: Its exact title, which only one source may have.

    Raises:
        pulumi.RunError: There is none, there are several, or the portal did not say.
    """
    return _one(_SOURCES, "get_source", id, title)


def get_table(
    *,
    id: int | str | None = None,  # noqa: A002  # the name that Pulumi uses
    name: str | None = None,
) -> GetTableResult:
    """Look up one table, by its id or by its name.

    Args:
        id: Its id on the portal.
        name: Its name, which is unique on the portal.

    Raises:
        pulumi.RunError: There is none, or the portal did not say.
    """
    return _one(_TABLES, "get_table", id, name)


def get_connectors() -> Sequence[GetConnectorResult]:
    """Look up all connectors of the application, in the order of their ids.

    Raises:
        pulumi.RunError: The portal did not say.
    """
    return _many(_CONNECTORS, "get_connectors")


def get_sources(*, connector_id: int | str | None = None) -> Sequence[GetSourceResult]:
    """Look up the sources of the application, in the order of their ids.

    Args:
        connector_id: Only those of this connector.

    Raises:
        pulumi.RunError: The portal did not say.
    """
    return _many(_SOURCES, "get_sources", connectorId=connector_id)


def get_tables(*, source_id: int | str | None = None) -> Sequence[GetTableResult]:
    """Look up the tables of the application, in the order of their ids.

    Args:
        source_id: Only those of this source.

    Raises:
        pulumi.RunError: The portal did not say.
    """
    return _many(_TABLES, "get_tables", sourceId=source_id)


@dataclass(frozen=True, slots=True)
class _Kind(Generic[M, R]):
    """One kind of objects, and how a program sees them."""

    noun: str
    label: str
    result: type[R]
    objects: Callable[[Catalog], Collection[M]]
    describe: Callable[[M], R]


def _one(kind: _Kind[M, R], lookup: str, object_id: int | str | None, name: str | None) -> R:
    if isinstance(name, pulumi.Output):
        raise _no_output(lookup, kind.label)
    if (object_id is None) == (name is None):
        raise pulumi.RunError(f"{lookup}: give either id or {kind.label}.")
    catalog = _catalog(lookup)
    if catalog is None:
        return kind.result(**{field.name: _unknown() for field in fields(cast("Any", kind.result))})
    objects = kind.objects(catalog)
    try:
        if object_id is not None:
            return kind.describe(objects.get(_number(lookup, "id", object_id)))
        listed = objects.list_whole({f"={kind.label}": name})
    except PortalError as error:
        raise _run_error(lookup, error) from None
    called = one_line(f'the {kind.label} "{name}"')
    # The portal may compare texts without regard to case.
    found = [each for each in listed if getattr(each, kind.label) == name]
    if not found:
        raise pulumi.RunError(
            f"{lookup}: {catalog.address} has no {kind.noun} with {called} for this application."
        )
    if len(found) > 1:
        ids = ", ".join(str(each.id) for each in found)
        raise pulumi.RunError(
            f"{lookup}: {len(found)} {kind.noun}s have {called}: give the id of one of them "
            f"({ids})."
        )
    return kind.describe(found[0])


def _many(kind: _Kind[M, R], lookup: str, **owner: int | str | None) -> Sequence[R]:
    condition = {
        f"={key}": _number(lookup, key, value) for key, value in owner.items() if value is not None
    }
    catalog = _catalog(lookup)
    if catalog is None:
        return cast("Sequence[R]", _unknown())
    try:
        return [kind.describe(each) for each in kind.objects(catalog).list_whole(condition)]
    except PortalError as error:
        raise _run_error(lookup, error) from None


def _catalog(lookup: str) -> Catalog | None:
    """Give the portal's objects; ``None`` where the portal must not be asked."""
    session.configure(lambda key: pulumi.Config("bxbi").get(key.removeprefix("bxbi:")))
    try:
        show_log_to_user()
        return session.catalog_unless_offline()
    except (SettingsError, PortalError) as error:
        raise _run_error(lookup, error) from None


def _run_error(lookup: str, error: Exception) -> pulumi.RunError:
    return pulumi.RunError(f"{lookup}: {' '.join(str(error).split())}")


def _number(lookup: str, key: str, value: int | str) -> int:
    if isinstance(value, pulumi.Output):
        raise _no_output(lookup, key)
    if not str(value).isdecimal() or int(value) == 0:
        raise pulumi.RunError(
            f"{lookup}: {key} must be the positive whole number that the portal gave the object, "
            f'and is "{value}".'
        )
    return int(value)


def _no_output(lookup: str, argument: str) -> pulumi.RunError:
    return pulumi.RunError(
        f"{lookup}: {argument} is an output, whose value a program does not know when it looks "
        "something up. Give a plain value."
    )


def _unknown() -> Any:
    """Make an output that is not known yet."""
    value: asyncio.Future[Any] = asyncio.Future()
    value.set_result(None)
    known: asyncio.Future[bool] = asyncio.Future()
    known.set_result(False)
    return pulumi.Output(set(), value, known)


def _connector(found: Connector) -> GetConnectorResult:
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


def _source(found: Source) -> GetSourceResult:
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


def _table(found: Table) -> GetTableResult:
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


_CONNECTORS: Final = _Kind(
    "connector", "title", GetConnectorResult, lambda catalog: catalog.connectors, _connector
)
_SOURCES: Final = _Kind(
    "source", "title", GetSourceResult, lambda catalog: catalog.sources, _source
)
_TABLES: Final = _Kind("table", "name", GetTableResult, lambda catalog: catalog.tables, _table)
