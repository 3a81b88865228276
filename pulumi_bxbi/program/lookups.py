"""Looking up what exists on the portal, while a program runs.

A lookup asks the portal at once, in a preview too, and returns plain values that a program can
branch on. The same lookup is one call in a run, however often it is made. With ``BXBI_OFFLINE=1``
nothing is asked and everything is an output that is not known yet. In a unit test Pulumi's mocks
are asked, and no portal.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

import pulumi

from pulumi_bxbi.deployment.diagnostics import show_log_to_user
from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.portal.display import named, one_line
from pulumi_bxbi.portal.objects.lookalike_titles import difference
from pulumi_bxbi.program import mocks
from pulumi_bxbi.program.results import (
    GetConnectorResult,
    GetSourceResult,
    GetTableResult,
    connector_result,
    source_result,
    table_result,
)
from pulumi_bxbi.program.runs import current_run
from pulumi_bxbi.settings.loading import load_settings
from pulumi_bxbi.settings.names import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.portal.objects.collection import Collection
    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.program.runs import Reader

M = TypeVar("M", bound="PortalObject")
R = TypeVar("R")


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
    resource: str
    label: str
    result: type[R]
    objects: Callable[[Catalog], Collection[M]]
    describe: Callable[[M], R]


def _one(kind: _Kind[M, R], lookup: str, object_id: int | str | None, label: str | None) -> R:
    if isinstance(label, pulumi.Output):
        raise _no_output(lookup, kind.label)
    if (object_id is None) == (label is None):
        raise pulumi.RunError(f"{lookup}: give either id or {kind.label}.")
    number = None if object_id is None else _number(lookup, "id", object_id)
    if mocks.are_set():
        asked = {kind.label: label} if number is None else {"id": number}
        return mocks.one(kind.result, lookup, asked)
    reader = _reader(lookup)
    if reader is None:
        return kind.result(**{each.name: _unknown() for each in fields(cast("Any", kind.result))})
    try:
        if number is not None:
            return kind.describe(kind.objects(reader.catalog).known(number))
        return kind.describe(_only_one(kind, lookup, str(label), reader))
    except PortalError as error:
        raise _run_error(lookup, error) from None


def _many(kind: _Kind[M, R], lookup: str, **owner: int | str | None) -> Sequence[R]:
    asked = {key: _number(lookup, key, value) for key, value in owner.items() if value is not None}
    if mocks.are_set():
        return mocks.many(kind.result, lookup, asked)
    reader = _reader(lookup)
    if reader is None:
        return cast("Sequence[R]", _unknown())
    condition = {f"={key}": value for key, value in asked.items()}
    try:
        return [
            kind.describe(each)
            for each in reader.list(
                kind.objects(reader.catalog), condition, may_come=_may_come(kind)
            )
        ]
    except PortalError as error:
        raise _run_error(lookup, error) from None


def _only_one(kind: _Kind[M, R], lookup: str, label: str, reader: Reader) -> M:
    """Find the object with a title or name.

    Raises:
        pulumi.RunError: There is none, or there are several.
        PortalError: The portal did not say.
    """
    objects = kind.objects(reader.catalog)
    called = one_line(f'the {kind.label} "{label}"')
    found = reader.list(objects, {f"={kind.label}": label}, label, may_come=_may_come(kind))
    if not found:
        hints = (*_of_program(kind, label), *_alike(kind, label, reader))
        raise pulumi.RunError(
            f"{lookup}: {reader.catalog.address} has no {kind.noun} with {called} for this "
            f"application.{''.join(f' {hint}' for hint in hints)}"
        )
    if len(found) > 1:
        ids = ", ".join(str(each.id) for each in found)
        raise pulumi.RunError(
            f"{lookup}: {len(found)} {kind.noun}s have {called}: give the id of one of them "
            f"({ids})."
        )
    return found[0]


def _of_program(kind: _Kind[M, R], label: str) -> Iterable[str]:
    """Yield hints at resources of the program that will be what was not found."""
    for name in current_run().declared(kind.noun, label):
        yield one_line(
            f"{kind.resource} {name} of this program will be the {kind.noun} with that "
            f"{kind.label}: in place of a lookup, use the .id of the resource {name}."
        )


def _may_come(kind: _Kind[M, R]) -> bool:
    """Return whether the program itself makes objects of a kind."""
    return current_run().has_declared(kind.noun)


def _alike(kind: _Kind[M, R], label: str, reader: Reader) -> Iterable[str]:
    """Yield hints at objects whose title or name only looks the same."""
    try:
        everything = reader.all(kind.objects(reader.catalog))
    except PortalError:
        return  # what was not found is told all the same
    alike = [
        f"{named(kind.noun, each.id, each.label)} ({how})"
        for each in everything
        if (how := difference(label, each.label))
    ]
    if alike:
        yield (
            f"What only looks the same is there: {', '.join(alike)}. Give its id, or write the "
            f"{kind.label} as it is there."
        )


def _reader(lookup: str) -> Reader | None:
    """Return what reads the portal; ``None`` where the portal must not be asked.

    The settings are those of this moment and of the stack whose program runs here.
    """
    run = current_run()
    try:
        show_log_to_user()
        settings = load_settings(pulumi.Config("bxbi").get, os.environ)
        if settings.misspelt:
            run.warn_once(settings.misspelt)
        return None if settings.offline else run.reader(settings)
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


_CONNECTORS: Final = _Kind(
    "connector",
    "BiConnector",
    "title",
    GetConnectorResult,
    lambda catalog: catalog.connectors,
    connector_result,
)
_SOURCES: Final = _Kind(
    "source",
    "BiSource",
    "title",
    GetSourceResult,
    lambda catalog: catalog.sources,
    source_result,
)
_TABLES: Final = _Kind(
    "table", "BiTable", "name", GetTableResult, lambda catalog: catalog.tables, table_result
)
