"""The conversion of property values between the engine and a lifecycle.

Vendor's page: "Property value serialization"
(https://github.com/pulumi/pulumi/blob/master/docs/architecture/deployment-execution/README.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from google.protobuf import json_format, struct_pb2

from pulumi_bxbi.resources.secrets import with_secrets
from pulumi_bxbi.resources.values import UNKNOWN
from pulumi_bxbi.settings.declared import SETTINGS
from pulumi_bxbi.stack.secrets import SECRET, SIGNATURE, secret_output

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulumi_bxbi.resources.inputs import Inputs
    from pulumi_bxbi.resources.values import Properties

#: The signature of an output, which the engine may send instead of a value.
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
#: The placeholder for a value that is not known yet, whatever its type.
_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def read_properties(struct: struct_pb2.Struct) -> Properties:
    """Return the properties of a message, with the engine's marks of secrets as they are.

    Args:
        struct: The properties as the engine sends them.
    """
    return {key: _marked(value) for key, value in json_format.MessageToDict(struct).items()}


def without_marks(value: Any) -> Any:
    """Return a value in plain text, with the marks of secrets removed.

    Args:
        value: A value of :func:`read_properties`.
    """
    if isinstance(value, dict):
        if _is_secret(value):
            return without_marks(value.get("value", UNKNOWN))
        return {key: without_marks(each) for key, each in value.items()}
    return [without_marks(each) for each in value] if isinstance(value, list) else value


def with_marks(model: type[Inputs], properties: Properties, given: Properties) -> Properties:
    """Return properties with secrets marked: those of the model, and those given as secrets.

    A value that was given as a secret as a whole, such as a mapping, stays one secret.

    Args:
        model: The inputs of the resource.
        properties: Inputs or outputs in plain text.
        given: The inputs as the program gives them, or the state has them, with their marks.
    """
    meant = with_secrets(model, properties, secret_output)
    return {key: _as_given(value, meant[key], given.get(key)) for key, value in properties.items()}


def write_properties(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return properties in the form that the engine reads.

    Args:
        properties: The properties; ``UNKNOWN`` stands for a value that is not known yet.
    """
    struct = struct_pb2.Struct()
    struct.update({key: _sendable(value) for key, value in properties.items()})
    return struct


def unknown_where_missing(properties: Properties, names: Iterable[str]) -> Properties:
    """Return properties, with missing ones as values that are not known yet.

    Args:
        properties: The properties.
        names: The names of all properties that there will be.
    """
    return {**dict.fromkeys(names, UNKNOWN), **properties}


def _marked(value: Any) -> Any:
    if value == _UNKNOWN:
        return UNKNOWN
    if isinstance(value, list):
        return [_marked(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get(SIGNATURE) == _OUTPUT:
        inner = _marked(value.get("value", _UNKNOWN))
        return secret_output(inner) if value.get("secret") else inner
    return {key: _marked(each) for key, each in value.items()}


def _as_given(plain: Any, meant: Any, given: Any) -> Any:
    """Return a value with the marks of its model and of the given value.

    Args:
        plain: The value in plain text.
        meant: The value with the marks of its model.
        given: The value as it was given.
    """
    if _is_secret(given):
        return secret_output(plain)
    if isinstance(given, dict) and isinstance(plain, dict):
        return {key: _as_given(plain[key], meant[key], given.get(key)) for key in plain}
    if isinstance(given, list) and isinstance(plain, list) and not _is_secret(meant):
        if without_marks(given) != plain:
            # Which part a mark belongs to is not clear any more.
            return secret_output(plain) if _has_secrets(given) else meant
        return [_as_given(*each) for each in zip(plain, meant, given, strict=True)]
    return meant


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def _has_secrets(value: Any) -> bool:
    if isinstance(value, dict):
        return _is_secret(value) or any(map(_has_secrets, value.values()))
    return isinstance(value, list) and any(map(_has_secrets, value))


def _sendable(value: Any) -> Any:
    if value is UNKNOWN:
        return _UNKNOWN
    if isinstance(value, dict):
        return {key: _sendable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_sendable(each) for each in value]
    return value


def with_secret_settings(properties: Properties) -> Properties:
    """Return the arguments of a provider with those marked that are secret settings.

    Args:
        properties: The arguments as the engine sends them.
    """
    return {
        name: secret_output(value)
        if name in SETTINGS and SETTINGS[name].secret and without_marks(value) is value
        else value
        for name, value in properties.items()
    }
