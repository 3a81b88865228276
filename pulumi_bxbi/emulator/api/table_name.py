"""What a table's name may be."""

from __future__ import annotations

import re

from pulumi_bxbi.emulator.api import module_errors

NAME = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_NAME = 230
"""In characters."""


def check(name: str) -> None:
    """Refuse a name that no table can have."""
    if not NAME.fullmatch(name):
        raise module_errors.DATASET_NAME_INVALID.error()
    if len(name) > LONGEST_NAME:
        raise module_errors.DATASET_NAME_TOO_LONG.error()
