"""The error of an import that has changed nothing."""

from __future__ import annotations


class NotImportedError(Exception):
    """The objects cannot be imported, so nothing was changed; the message says why."""
