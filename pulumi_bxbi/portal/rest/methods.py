"""Which REST methods a portal has.

Vendor's page: "Check Method Availability method.get".
"""

from __future__ import annotations

from typing import Any


def asking_for(method: str) -> tuple[str, dict[str, Any]]:
    """Return the call that asks whether the portal has a method; any user may make it.

    Args:
        method: The method's name, in lower case.
    """
    return "method.get", {"name": method}


def exists(answer: Any) -> bool | None:
    """Return what the answer to :func:`asking_for` says; ``None`` where it says nothing."""
    said = answer.get("isExisting") if isinstance(answer, dict) else None
    return said if isinstance(said, bool) else None
