"""Pulumi's marks of secrets, in states, import files and answers of a provider."""

from __future__ import annotations

import json
from typing import Any, Final

#: The key of a mapping that represents another kind of value, such as a secret.
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
#: The value under that key for a secret.
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # a marker, no password


def secret(value: object) -> dict[str, Any]:
    """Return a value marked as a secret for an import file, so that the state encrypts it."""
    return {SIGNATURE: SECRET, "plaintext": json.dumps(value)}


def secret_output(value: object) -> dict[str, Any]:
    """Return a value marked as a secret for an answer of a provider."""
    return {SIGNATURE: SECRET, "value": value}


def plain(value: Any) -> Any:
    """Return a value of a state that was exported with its secrets, without their marks."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return json.loads(value["plaintext"])
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value
