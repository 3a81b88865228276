"""The variables of processes that a test starts."""

from __future__ import annotations

import os


def inherited() -> dict[str, str]:
    """Return the variables of this process without settings of `bxbi`."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BXBI_")}
