"""Lookups of the tables that an outside system offers, while a program runs.

They call the endpoints of a connector from the machine that runs the program, in a preview too.
With ``BXBI_OFFLINE=1`` nothing is called, and every value is an output that is not known yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import pulumi

from pulumi_bxbi.deployment.external_tables import (
    ExternalTableArguments,
    ExternalTablesArguments,
    asked_for_external,
    find_external_table,
    find_external_tables,
)
from pulumi_bxbi.deployment.lookup import LookupFailedError
from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.program import invoking
from pulumi_bxbi.program.arguments import Column
from pulumi_bxbi.program.reading import reader_of_run, run_error, unknown, unknown_result
from pulumi_bxbi.program.results import GetExternalTableResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pulumi_bxbi.deployment.external_tables import ExternalTable

T = TypeVar("T")

_ONE: Final = "get_external_table"
_ALL: Final = "get_external_tables"


def get_external_table(
    *,
    code: pulumi.Input[str],
    source_id: pulumi.Input[int | str] | None = None,
    connector_id: pulumi.Input[int | str] | None = None,
    settings: pulumi.Input[Mapping[str, pulumi.Input[str | int]]] | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> GetExternalTableResult:
    """Look up one table that an outside system offers, with columns for a ``BiTable``.

    Where an argument is an output, such as the id of a resource, every value of the result is one.

    Args:
        code: The code of the table in the outside system.
        source_id: The id of the source whose connector and settings are used.
        connector_id: In place of ``source_id``: the id of the connector whose endpoints are asked.
        settings: With ``connector_id``: the values of the parameters that the connector declares,
            by their codes. They are sent to the connector's endpoints and nowhere else.
        opts: Pulumi's options, such as the provider of another portal.

    Raises:
        pulumi.RunError: There is no such table, or the endpoints gave no usable answer, or the
            source or the connector could not be read.
    """
    given = _given(sourceId=source_id, connectorId=connector_id, settings=settings, code=code)
    if not _has_outputs(given):
        return _one(given, opts)
    found = _later(given, partial(_one, opts=opts))
    names = [each.name for each in fields(GetExternalTableResult)]
    return GetExternalTableResult(
        **{name: cast("Any", found.apply(partial(_attribute, name))) for name in names}
    )


def get_external_tables(
    *,
    source_id: pulumi.Input[int | str] | None = None,
    connector_id: pulumi.Input[int | str] | None = None,
    settings: pulumi.Input[Mapping[str, pulumi.Input[str | int]]] | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> Sequence[GetExternalTableResult]:
    """Look up all tables that an outside system offers, with columns for a ``BiTable``.

    Where an argument is an output, such as the id of a resource, the list is one output.

    Args:
        source_id: The id of the source whose connector and settings are used.
        connector_id: In place of ``source_id``: the id of the connector whose endpoints are asked.
        settings: With ``connector_id``: the values of the parameters that the connector declares,
            by their codes. They are sent to the connector's endpoints and nowhere else.
        opts: Pulumi's options, such as the provider of another portal.

    Raises:
        pulumi.RunError: The endpoints gave no usable answer, or the source or the connector could
            not be read.
    """
    given = _given(sourceId=source_id, connectorId=connector_id, settings=settings)
    if not _has_outputs(given):
        return _all(given, opts)
    return cast("Sequence[GetExternalTableResult]", _later(given, partial(_all, opts=opts)))


def _one(given: Mapping[str, Any], opts: pulumi.InvokeOptions | None) -> GetExternalTableResult:
    try:
        asked = asked_for_external(ExternalTableArguments, given)
        if invoking.is_needed(opts):
            answer = invoking.one(GetExternalTableResult, _ONE, asked, opts)
            return answer or unknown_result(GetExternalTableResult)
        reader = reader_of_run(_ONE)
        if reader is None:
            return unknown_result(GetExternalTableResult)
        return _result(find_external_table(reader, asked))
    except (LookupFailedError, PortalError) as error:
        raise run_error(_ONE, error) from None


def _all(
    given: Mapping[str, Any], opts: pulumi.InvokeOptions | None
) -> Sequence[GetExternalTableResult]:
    try:
        asked = asked_for_external(ExternalTablesArguments, given)
        if invoking.is_needed(opts):
            answer = invoking.many(GetExternalTableResult, _ALL, asked, opts)
            return cast("Sequence[GetExternalTableResult]", unknown()) if answer is None else answer
        reader = reader_of_run(_ALL)
        if reader is None:
            return cast("Sequence[GetExternalTableResult]", unknown())
        return [_result(each) for each in find_external_tables(reader, asked)]
    except (LookupFailedError, PortalError) as error:
        raise run_error(_ALL, error) from None


def _result(found: ExternalTable) -> GetExternalTableResult:
    return GetExternalTableResult(
        code=found.code,
        title=found.title,
        columns=[Column(each.name, each.external_code, each.type) for each in found.columns],
        unmapped=found.unmapped,
    )


def _given(**arguments: Any) -> dict[str, Any]:
    """Return the arguments that are given; settings as a dictionary, as Pulumi and the check want.

    Args:
        arguments: The arguments by the API's names.
    """
    return {
        name: dict(each) if isinstance(each, Mapping) else each
        for name, each in arguments.items()
        if each is not None
    }


def _has_outputs(given: Mapping[str, Any]) -> bool:
    settings = given.get("settings")
    values = [*given.values(), *(settings.values() if isinstance(settings, dict) else ())]
    return any(isinstance(each, pulumi.Output) for each in values)


def _later(given: Mapping[str, Any], find: Callable[[Mapping[str, Any]], T]) -> pulumi.Output[T]:
    """Look up once the arguments are known.

    What is found holds no value of a setting, so it is no secret where settings are.
    """
    return pulumi.Output.unsecret(pulumi.Output.all(**given)).apply(find)


def _attribute(name: str, found: GetExternalTableResult) -> Any:
    return getattr(found, name)
