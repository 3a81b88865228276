"""The errors of commands that have changed nothing."""

from __future__ import annotations


class NotImportedError(Exception):
    """The objects cannot be imported, so nothing was changed; the message says why."""


class NotAddedError(Exception):
    """The tables cannot be declared, so the program stays as it is; the message says why."""
