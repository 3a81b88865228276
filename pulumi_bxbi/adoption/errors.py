"""Why nothing was imported."""

from __future__ import annotations


class NotImportedError(Exception):
    """What exists cannot become part of the stack, so nothing was changed; the text says why."""
