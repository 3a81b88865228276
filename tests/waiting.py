"""Waiting for what another process does, of which nothing tells."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_PAUSE = 0.05


def wait_for(happened: Callable[[], object], is_possible: Callable[[], object]) -> bool:
    """Wait until something has happened, or cannot happen any more; tell whether it has.

    Args:
        happened: Tells whether it has happened.
        is_possible: Tells whether it still can, for example because a process lives.
    """
    while is_possible():
        if happened():
            return True
        time.sleep(_PAUSE)
    return bool(happened())
