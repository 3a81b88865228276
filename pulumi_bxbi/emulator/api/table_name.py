"""The rules for the name of a table."""

from __future__ import annotations

import re
from typing import Final

from pulumi_bxbi.emulator.api import module_errors

#: The form of a table's name, and its largest number of characters.
NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_NAME: Final = 230


def check(name: str) -> None:
    """Refuse an invalid name of a table."""
    if not NAME.fullmatch(name):
        raise module_errors.DATASET_NAME_INVALID.error()
    if len(name) > LONGEST_NAME:
        raise module_errors.DATASET_NAME_TOO_LONG.error()
