"""Whether a REST method changes or deletes anything, and whether a portal has it.

Vendor's page: "Check Method Availability method.get".
"""

from __future__ import annotations

from typing import Any, Final

#: The last words of the names of methods that change nothing. What a batch of writes changes, their
#: own method says.
_READS: Final = frozenset({"get", "list", "fields", "batch", "info"})


def is_write(method: str) -> bool:
    """Return whether a REST method changes anything on the portal."""
    return method.rpartition(".")[2] not in _READS


def is_deletion(method: str) -> bool:
    """Return whether a REST method deletes an object of the portal."""
    return method.rpartition(".")[2] == "delete"


def asking_for(method: str) -> tuple[str, dict[str, Any]]:
    """Return the call that asks whether the portal has a method; any user may send it.

    Args:
        method: The method's name, in lower case.
    """
    return "method.get", {"name": method}


def exists(answer: Any) -> bool | None:
    """Return whether a method exists, according to the answer to the call of :func:`asking_for`.

    Args:
        answer: The ``result`` of the call.

    Returns:
        Whether it exists; ``None`` where the answer does not say.
    """
    said = answer.get("isExisting") if isinstance(answer, dict) else None
    return said if isinstance(said, bool) else None
