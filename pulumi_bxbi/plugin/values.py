"""The conversion of property values between the engine and a lifecycle.

Vendor's page: "Property value serialization"
(https://github.com/pulumi/pulumi/blob/master/docs/architecture/deployment-execution/README.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from google.protobuf import struct_pb2

from pulumi_bxbi.resources.secrets import with_secrets
from pulumi_bxbi.resources.values import UNKNOWN
from pulumi_bxbi.settings.declared import SETTINGS
from pulumi_bxbi.stack.secrets import SECRET, SIGNATURE, secret_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

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
    return _read_fields(struct, secret_output)


def read_plain(struct: struct_pb2.Struct) -> Properties:
    """Return the properties of a message in plain text.

    Args:
        struct: The properties as the engine sends them.
    """
    return _read_fields(struct, _plain)


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
    for key, value in properties.items():
        _write(struct.fields[key], value)
    return struct


def unknown_where_missing(properties: Properties, names: Iterable[str]) -> Properties:
    """Return properties, with missing ones as values that are not known yet.

    Args:
        properties: The properties.
        names: The names of all properties that there will be.
    """
    return {**dict.fromkeys(names, UNKNOWN), **properties}


def _read_fields(struct: struct_pb2.Struct, marked: Callable[[Any], Any]) -> Properties:
    # By its keys: its items would take twice as long.
    fields = struct.fields
    return {key: _read(fields[key], marked) for key in fields}


def _read(message: struct_pb2.Value, marked: Callable[[Any], Any]) -> Any:
    """Return a value, with what the engine says is secret as a function marks it."""
    kind = message.WhichOneof("kind")
    if kind == "struct_value":
        return _without_output(_read_fields(message.struct_value, marked), marked)
    if kind == "list_value":
        return [_read(each, marked) for each in message.list_value.values]
    if kind is None or kind == "null_value":
        return None
    value = getattr(message, kind)
    return UNKNOWN if value == _UNKNOWN else value


def _without_output(value: Properties, marked: Callable[[Any], Any]) -> Any:
    """Return a mapping, or what is in it where it is a secret or an output."""
    signature = value.get(SIGNATURE)
    if signature not in (SECRET, _OUTPUT):
        return value
    inner = value.get("value", UNKNOWN)
    return marked(inner) if signature == SECRET or value.get("secret") else inner


def _plain(value: Any) -> Any:
    return value


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


def _write(message: struct_pb2.Value, value: Any) -> None:
    if value is UNKNOWN:
        message.string_value = _UNKNOWN
    elif isinstance(value, str):
        message.string_value = value
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, dict):
        message.struct_value.CopyFrom(write_properties(value))
    elif isinstance(value, list | tuple):
        message.list_value.SetInParent()
        for each in value:
            _write(message.list_value.values.add(), each)
    elif value is None:
        message.null_value = struct_pb2.NULL_VALUE
    else:
        message.number_value = value


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
