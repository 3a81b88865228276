"""How Pulumi writes secrets into states and import files, and takes them from a provider."""

from __future__ import annotations

import json
from typing import Any, Final

#: The key of a mapping that stands for something else than a mapping.
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # a marker, no password


def secret(value: object) -> dict[str, Any]:
    """Return a value as an import file has it, so that it is encrypted in the state."""
    return {SIGNATURE: SECRET, "plaintext": json.dumps(value)}


def secret_output(value: object) -> dict[str, Any]:
    """Return a value as a provider answers with it, so that it is encrypted in the state."""
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
