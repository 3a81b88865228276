"""Lookups of existing objects on the portal, while a program runs.

A lookup calls the portal at once, in a preview too, and returns plain values that a program can
branch on. The same lookup is one call, however often it is made, until a resource of the program
has been deployed, which may have changed what is looked up. With ``BXBI_OFFLINE=1`` the portal is
not called, and every value is an output that is not known yet. With a provider the plugin calls
that provider's portal; in a unit test Pulumi's mocks answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

import pulumi

from pulumi_bxbi.deployment.lookup import (
    LookupFailedError,
    asked_for_all,
    asked_for_one,
    find_all,
    find_one,
)
from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.program import invoking
from pulumi_bxbi.program.reading import reader_of_run, run_error, unknown, unknown_result
from pulumi_bxbi.program.results import (
    GetConnectorResult,
    GetSourceResult,
    GetTableResult,
    connector_result,
    source_result,
    table_result,
)
from pulumi_bxbi.program.runs import current_run
from pulumi_bxbi.stack.urns import CONNECTOR, SOURCE, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.resources.lifecycle import Lifecycle

M = TypeVar("M", bound="PortalObject")
R = TypeVar("R")


def get_connector(
    *,
    id: int | str | None = None,  # noqa: A002  # the name that Pulumi uses
    title: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> GetConnectorResult:
    """Look up one connector, by its id or by its title.

    Args:
        id: Its id on the portal.
        title: Its exact title, which only one connector may have.
        opts: Pulumi's options, such as the provider of another portal.

    Raises:
        pulumi.RunError: There is none, there are several, or they could not be read.
    """
    return _one(_CONNECTORS, "get_connector", id, title, opts)


def get_source(
    *,
    id: int | str | None = None,  # noqa: A002  # the name that Pulumi uses
    title: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> GetSourceResult:
    """Look up one source, by its id or by its title.

    Args:
        id: Its id on the portal.
        title: Its exact title, which only one source may have.
        opts: Pulumi's options, such as the provider of another portal.

    Raises:
        pulumi.RunError: There is none, there are several, or they could not be read.
    """
    return _one(_SOURCES, "get_source", id, title, opts)


def get_table(
    *,
    id: int | str | None = None,  # noqa: A002  # the name that Pulumi uses
    name: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> GetTableResult:
    """Look up one table, by its id or by its name.

    Args:
        id: Its id on the portal.
        name: Its name, which is unique on the portal.
        opts: Pulumi's options, such as the provider of another portal.

    Raises:
        pulumi.RunError: There is none, or it could not be read.
    """
    return _one(_TABLES, "get_table", id, name, opts)


def get_connectors(*, opts: pulumi.InvokeOptions | None = None) -> Sequence[GetConnectorResult]:
    """Look up all connectors of the application, in the order of their ids.

    Args:
        opts: Pulumi's options, such as the provider of another portal.

    Raises:
        pulumi.RunError: They could not be read.
    """
    return _many(_CONNECTORS, "get_connectors", opts)


def get_sources(
    *, connector_id: int | str | None = None, opts: pulumi.InvokeOptions | None = None
) -> Sequence[GetSourceResult]:
    """Look up the sources of the application, in the order of their ids.

    Args:
        connector_id: Only those of this connector.
        opts: Pulumi's options, such as the provider of another portal.

    Raises:
        pulumi.RunError: They could not be read.
    """
    return _many(_SOURCES, "get_sources", opts, connectorId=connector_id)


def get_tables(
    *, source_id: int | str | None = None, opts: pulumi.InvokeOptions | None = None
) -> Sequence[GetTableResult]:
    """Look up the tables of the application, in the order of their ids.

    Args:
        source_id: Only those of this source.
        opts: Pulumi's options, such as the provider of another portal.

    Raises:
        pulumi.RunError: They could not be read.
    """
    return _many(_TABLES, "get_tables", opts, sourceId=source_id)


@dataclass(frozen=True, slots=True)
class _Kind(Generic[M, R]):
    """One kind of objects, and the results of its lookups."""

    lifecycle: Lifecycle[M]
    result: type[R]
    describe: Callable[[M], R]


def _one(
    kind: _Kind[M, R],
    lookup: str,
    object_id: int | str | None,
    label: str | None,
    opts: pulumi.InvokeOptions | None,
) -> R:
    given = _plain(lookup, {"id": object_id, kind.lifecycle.label: label})
    try:
        asked = asked_for_one(kind.lifecycle, given)
        if invoking.is_needed(opts):
            return invoking.one(kind.result, lookup, asked, opts) or unknown_result(kind.result)
        reader = reader_of_run(lookup)
        if reader is None:
            return unknown_result(kind.result)
        hints = _of_program(kind.lifecycle, label) if isinstance(label, str) else ()
        found = find_one(kind.lifecycle, reader.catalog, asked, hints)
        return kind.describe(found)
    except LookupFailedError as error:
        raise pulumi.RunError(f"{lookup}: {error}") from None
    except PortalError as error:
        raise run_error(lookup, error) from None


def _many(
    kind: _Kind[M, R],
    lookup: str,
    opts: pulumi.InvokeOptions | None,
    **owner: int | str | None,
) -> Sequence[R]:
    given = _plain(lookup, owner)
    try:
        asked = asked_for_all(given)
        if invoking.is_needed(opts):
            answer = invoking.many(kind.result, lookup, asked, opts)
            return cast("Sequence[R]", unknown()) if answer is None else answer
        reader = reader_of_run(lookup)
        if reader is None:
            return cast("Sequence[R]", unknown())
        found = find_all(kind.lifecycle, reader.catalog, asked)
        return [kind.describe(each) for each in found]
    except LookupFailedError as error:
        raise pulumi.RunError(f"{lookup}: {error}") from None
    except PortalError as error:
        raise run_error(lookup, error) from None


def _of_program(lifecycle: Lifecycle[M], label: str) -> Iterable[str]:
    """Yield hints at resources of the program that will create the missing object."""
    for name in current_run().declared(lifecycle.kind, label):
        yield one_line(
            f"{lifecycle.resource} {name} of this program will be the {lifecycle.kind} with that "
            f"{lifecycle.label}: in place of a lookup, use the .id of the resource {name}."
        )


def _plain(lookup: str, given: dict[str, Any]) -> dict[str, Any]:
    """Refuse outputs among the arguments of a lookup."""
    for argument, value in given.items():
        if isinstance(value, pulumi.Output):
            raise pulumi.RunError(
                f"{lookup}: {argument} is an output, whose value is not known yet when the lookup "
                "is made. Give a plain value."
            )
    return given


_CONNECTORS: Final = _Kind(CONNECTOR.lifecycle, GetConnectorResult, connector_result)
_SOURCES: Final = _Kind(SOURCE.lifecycle, GetSourceResult, source_result)
_TABLES: Final = _Kind(TABLE.lifecycle, GetTableResult, table_result)
