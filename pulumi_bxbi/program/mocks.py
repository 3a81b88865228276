"""Lookups in a unit test: Pulumi's mocks answer them, and the portal is not called.

Each lookup is a call of a function: ``get_connectors()`` is ``bxbi:index:getConnectors``. The names
of its arguments and of its results are the API's, as in the state.
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

#: The properties that are lists, and the classes of their elements.
_PARTS: Final[Mapping[str, type[Column | ConnectorParameter]]] = {
    "columns": Column,
    "parameters": ConnectorParameter,
}


def are_set() -> bool:
    """Return whether ``pulumi.runtime.set_mocks`` was called, so that there is no engine."""
    return isinstance(get_monitor(), MockMonitor)


def one(result: type[R], lookup: str, arguments: Mapping[str, Any]) -> R:
    """Return the mocks' answer to a lookup of one object.

    Args:
        result: The class of the lookup's result.
        lookup: Its name, such as ``get_connector``.
        arguments: Its arguments, by the API's names.

    Raises:
        pulumi.RunError: The mocks answer with a failure.
    """
    return _result(result, _answer(lookup, arguments))


def many(result: type[R], lookup: str, arguments: Mapping[str, Any]) -> Sequence[R]:
    """Return the mocks' answer to a lookup of several objects.

    The mocks answer with a mapping that holds the list under the plural name, ``connectors``.

    Args:
        result: The class of the list's elements.
        lookup: Its name, such as ``get_connectors``.
        arguments: Its arguments, by the API's names.

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
    """Return the result of a lookup; a property that the mocks omit is ``None``, or empty."""
    names = [each.name for each in fields(cast("Any", result))]
    return result(**{name: _property(name, answer.get(to_camel(name))) for name in names})


def _property(name: str, value: Any) -> Any:
    if name == "settings":
        return pulumi.Output.secret(value)
    if part := _PARTS.get(name):
        return [_result(part, each) for each in value or ()]
    # Numbers travel as floating-point numbers, also to the mocks.
    return int(value) if isinstance(value, float) else value
