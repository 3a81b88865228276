"""Lookups in a unit test: Pulumi's mocks answer them, and no portal is asked.

Each lookup is a call of a function: ``get_connectors()`` is ``bxbi:index:getConnectors``. The names
of its arguments and of what it returns are the API's, as in the state.
Vendor's page: "Unit testing" (https://www.pulumi.com/docs/iac/guides/testing/unit/).
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor
from pydantic.alias_generators import to_camel

from pulumi_bxbi.program.arguments import Column, ConnectorParameter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

R = TypeVar("R")

#: The properties that are lists of parts, and what the parts are.
_PARTS: Final[Mapping[str, type[Column | ConnectorParameter]]] = {
    "columns": Column,
    "parameters": ConnectorParameter,
}


def are_set() -> bool:
    """Return whether ``pulumi.runtime.set_mocks`` was called, so that no engine is there."""
    return isinstance(get_monitor(), MockMonitor)


def one(result: type[R], lookup: str, arguments: Mapping[str, Any]) -> R:
    """Have the mocks answer a lookup of one object.

    Args:
        result: What the lookup returns.
        lookup: Its name, such as ``get_connector``.
        arguments: What it is given, by the API's names.

    Raises:
        pulumi.RunError: The mocks answer with a failure.
    """
    return _result(result, _answer(lookup, arguments))


def many(result: type[R], lookup: str, arguments: Mapping[str, Any]) -> Sequence[R]:
    """Have the mocks answer a lookup of several objects: a list, under its name in the plural.

    Args:
        result: What the list consists of.
        lookup: Its name, such as ``get_connectors``.
        arguments: What it is given, by the API's names.

    Raises:
        pulumi.RunError: The mocks answer with a failure.
    """
    listed = _answer(lookup, arguments).get(lookup.removeprefix("get_"))
    return [_result(result, each) for each in listed or ()]


def _answer(lookup: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        answer = pulumi.runtime.invoke(f"bxbi:index:{to_camel(lookup)}", dict(arguments))
    except Exception as error:  # the SDK has no type of its own for a failure
        raise pulumi.RunError(f"{lookup}: {error}") from error
    return cast("Mapping[str, Any]", answer.value or {})


def _result(result: type[R], answer: Mapping[str, Any]) -> R:
    """Make the result of a lookup; what the mocks leave out is ``None``, or an empty list."""
    names = [each.name for each in fields(cast("Any", result))]
    return result(**{name: _property(name, answer.get(to_camel(name))) for name in names})


def _property(name: str, value: Any) -> Any:
    if name == "settings":
        return pulumi.Output.secret(value)
    if part := _PARTS.get(name):
        return [_result(part, each) for each in value or ()]
    # Numbers travel as floating-point numbers, also to the mocks.
    return int(value) if isinstance(value, float) else value
