"""The variables of processes that a test starts."""

from __future__ import annotations

import os
from typing import Final

#: Has a program in Go look for garbage only when it needs much memory. Those of Pulumi seldom do.
QUICK_GO: Final = {"GOGC": "off", "GOMEMLIMIT": "512MiB"}


def inherited() -> dict[str, str]:
    """Return the variables of this process without settings of `bxbi`."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BXBI_")}
