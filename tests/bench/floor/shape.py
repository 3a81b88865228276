"""The properties of a source."""

from __future__ import annotations

from typing import Any, Final

import pulumi

#: What a real provider learns from the portal.
COMPUTED: Final = {
    "type": "rest",
    "code": "rest_123",
    "dateCreate": "2026-01-01 00:00:00",
    "dateUpdate": "2026-01-01 00:00:00",
    "createdById": 1.0,
    "updatedById": 1.0,
}


def inputs(number: int, first_title: str) -> dict[str, Any]:
    """Return the inputs of a source, as a program gives them to the engine.

    Args:
        number: The number of the source, from 0.
        first_title: The title of the source 0.
    """
    return {
        **dict.fromkeys(COMPUTED),
        "title": first_title if number == 0 else f"Source {number}",
        "connectorId": 123,
        "settings": {
            "login": pulumi.Output.secret(f"user{number}"),
            "password": pulumi.Output.secret("x"),
        },
        "description": None,
        "active": None,
        "forceDestroy": None,
    }
