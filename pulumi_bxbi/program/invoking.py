"""Lookups that are calls of functions: the plugin of a provider answers them, or Pulumi's mocks.

``get_connectors()`` is ``bxbi:index:getConnectors``. The names of its arguments and of its results
are the API's, as in the state.
Vendor's pages: "Provider functions" (https://www.pulumi.com/docs/iac/concepts/functions/provider-functions/),
"Unit testing" (https://www.pulumi.com/docs/iac/guides/testing/unit/).
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from pulumi_bxbi.program.api_names import api_name
from pulumi_bxbi.program.arguments import PARTS
from pulumi_bxbi.program.explicit_provider import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

R = TypeVar("R")

#: The last words of the engine before those of the plugin.
_ENGINE_SAYS: Final = "returned an error: "


def is_needed(opts: pulumi.InvokeOptions | None) -> bool:
    """Return whether a lookup must be a call of a function.

    That is so with a provider, of the lookup or of its parent, and where
    ``pulumi.runtime.set_mocks`` was called, so that there is no engine.

    Args:
        opts: The options of the lookup.
    """
    if isinstance(get_monitor(), MockMonitor):
        return True
    return opts is not None and bool(
        opts.provider or (opts.parent and opts.parent.get_provider(f"{PACKAGE}:index:any"))
    )


def one(
    result: type[R], lookup: str, arguments: Mapping[str, Any], opts: pulumi.InvokeOptions | None
) -> R | None:
    """Look up one object; ``None`` where the answer is not known in this preview.

    Args:
        result: The class of the lookup's result.
        lookup: Its name, such as ``get_connector``.
        arguments: Its arguments, by the API's names.
        opts: Pulumi's options.

    Raises:
        pulumi.RunError: The answer is a failure.
    """
    answer = _answer(lookup, arguments, opts)
    return None if answer is None else _result(result, answer)


def many(
    result: type[R], lookup: str, arguments: Mapping[str, Any], opts: pulumi.InvokeOptions | None
) -> Sequence[R] | None:
    """Look up several objects; ``None`` where the answer is not known in this preview.

    The answer is a mapping that holds the list under the plural name, ``connectors``.

    Args:
        result: The class of the list's elements.
        lookup: Its name, such as ``get_connectors``.
        arguments: Its arguments, by the API's names.
        opts: Pulumi's options.

    Raises:
        pulumi.RunError: The answer is a failure.
    """
    answer = _answer(lookup, arguments, opts)
    if answer is None:
        return None
    return [
        _result(result, each) for each in answer.get(api_name(lookup.removeprefix("get_"))) or ()
    ]


def _answer(
    lookup: str, arguments: Mapping[str, Any], opts: pulumi.InvokeOptions | None
) -> Mapping[str, Any] | None:
    token = f"{PACKAGE}:index:{api_name(lookup)}"
    try:
        answer = pulumi.runtime.invoke(token, dict(arguments), opts)
    except Exception as error:  # the SDK has no type of its own for a failure
        raise pulumi.RunError(f"{lookup}: {_reason(str(error))}") from error
    known = answer.is_known and not isinstance(answer.value, pulumi.Output)
    return cast("Mapping[str, Any]", answer.value or {}) if known else None


def _reason(text: str) -> str:
    """Return what the plugin said, without what the engine and the SDK say of the call."""
    return text.rpartition(_ENGINE_SAYS)[2]


def _result(result: type[R], answer: Mapping[str, Any]) -> R:
    """Return the result of a lookup; a property that mocks omit is ``None``, or empty."""
    names = [each.name for each in fields(cast("Any", result))]
    return result(**{name: _property(name, answer.get(api_name(name))) for name in names})


def _property(name: str, value: Any) -> Any:
    if name == "settings":
        return pulumi.Output.secret(value)
    if part := PARTS.get(name):
        return [_result(part, each) for each in value or ()]
    if name == "unmapped":
        return list(value or ())
    # Numbers travel as floating-point numbers, also to mocks.
    return int(value) if isinstance(value, float) else value
