"""Property values on their way between a program, the engine, and a provider."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf import json_format, struct_pb2
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_TEXT

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # a marker, no password


class _Unknown:
    """A value that only the deployment will give."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is kept encrypted."""

    value: Any


def from_struct(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Read properties."""
    read: dict[str, Any] = _from_json(json_format.MessageToDict(struct))
    return read


def to_struct(properties: dict[str, Any], *, keep_secrets: bool) -> struct_pb2.Struct:
    """Write properties; a provider that does not take secrets gets their plain values."""
    struct = struct_pb2.Struct()
    struct.update(_to_json(properties if keep_secrets else without_secrets(properties)))
    return struct


def without_secrets(value: Any) -> Any:
    """Return a value with everything in it in plain text."""
    if isinstance(value, Secret):
        return without_secrets(value.value)
    if isinstance(value, dict):
        return {key: without_secrets(each) for key, each in value.items()}
    return [without_secrets(each) for each in value] if isinstance(value, list) else value


def has_secrets(value: Any) -> bool:
    """Tell whether there is a secret in a value."""
    return bool(without_secrets(value) != value) or isinstance(value, Secret)


def with_secrets_of(outputs: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """Mark as secret what was a secret on its way to the provider, down to nested keys."""
    marked = dict(outputs)
    for key, given in inputs.items():
        if key not in marked:
            continue
        if isinstance(marked[key], dict) and isinstance(given, dict):
            marked[key] = with_secrets_of(marked[key], given)
        elif has_secrets(given) and not isinstance(marked[key], Secret):
            marked[key] = Secret(marked[key])
    return marked


def in_state(value: Any) -> Any:
    """Return a value as an exported state shows it, secrets unreadable."""
    if isinstance(value, Secret):
        return {_SIGNATURE: _SECRET, "ciphertext": "v1:encrypted"}
    if isinstance(value, dict):
        return {key: in_state(each) for key, each in value.items()}
    return [in_state(each) for each in value] if isinstance(value, list) else value


def from_state(value: Any) -> Any:
    """Read a value as an import file gives it."""
    if isinstance(value, dict):
        if value.get(_SIGNATURE) == _SECRET:
            return Secret(from_state(json.loads(value["plaintext"])))
        return {key: from_state(each) for key, each in value.items()}
    return [from_state(each) for each in value] if isinstance(value, list) else value


def _from_json(value: Any) -> Any:
    if value == UNKNOWN_TEXT:
        return UNKNOWN
    if isinstance(value, dict):
        if value.get(_SIGNATURE) == _SECRET:
            return Secret(_from_json(value["value"]))
        return {key: _from_json(each) for key, each in value.items()}
    return [_from_json(each) for each in value] if isinstance(value, list) else value


def _to_json(value: Any) -> Any:
    if value is UNKNOWN:
        return UNKNOWN_TEXT
    if isinstance(value, Secret):
        return {_SIGNATURE: _SECRET, "value": _to_json(value.value)}
    if isinstance(value, dict):
        return {key: _to_json(each) for key, each in value.items()}
    return [_to_json(each) for each in value] if isinstance(value, list) else value
