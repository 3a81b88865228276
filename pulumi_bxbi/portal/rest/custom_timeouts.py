"""The time that a call may take or wait, where the one who asks for it has set a limit of its own.

Pulumi's option ``customTimeouts`` does so for a resource.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Seconds that a call of this thread may take or wait, beside the limits of the settings.
_time_allowed: Final[ContextVar[float]] = ContextVar("_time_allowed", default=math.inf)


@contextmanager
def calls_within(seconds: float) -> Iterator[None]:
    """Limit the time that a call of this thread may take or wait, within a block.

    Args:
        seconds: The limit; a shorter limit of the settings still applies.
    """
    token = _time_allowed.set(seconds)
    try:
        yield
    finally:
        _time_allowed.reset(token)


def time_allowed() -> float:
    """Return how many seconds a call of this thread may take or wait; infinite by default."""
    return _time_allowed.get()
