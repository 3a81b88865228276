"""The messages of a deployment to the user: log, errors, summary."""

from __future__ import annotations

import functools
import logging
import os
import sys
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

import pulumi

from pulumi_bxbi.deployment.engine import tell
from pulumi_bxbi.settings.names import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_bxbi.deployment.session import Session

_P = ParamSpec("_P")
_R = TypeVar("_R")

_PACKAGE: Final = "pulumi_bxbi"


def show_errors_as_messages() -> None:
    """Make the engine show exceptions without tracebacks; ``BXBI_DEBUG=1`` keeps them."""
    if not _is_debugging():
        sys.tracebacklimit = 0


def as_one_message(operation: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return an operation whose errors are shown without the errors that caused them.

    ``BXBI_DEBUG=1`` shows the causes too.

    Args:
        operation: The operation that an engine calls.
    """

    @functools.wraps(operation)
    def shown(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return operation(*args, **kwargs)
        except Exception as error:
            if _is_debugging():
                raise
            raise error from None

    return shown


def _is_debugging() -> bool:
    return os.environ.get("BXBI_DEBUG", "") not in {"", "0"}


def log_level() -> str:
    """Return the lowest level of log records to show, which ``BXBI_LOG`` sets.

    Raises:
        SettingsError: ``BXBI_LOG`` is not a level.
    """
    given = os.environ.get("BXBI_LOG", "")
    level = given.upper() or "INFO"
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise SettingsError(f'BXBI_LOG is "{given}": write debug, info, warning or error.')
    return level


def show_log_to_user() -> None:
    """Show log records in the engine's diagnostics; ``BXBI_LOG`` sets the level.

    Raises:
        SettingsError: ``BXBI_LOG`` is not a level.
    """
    log = logging.getLogger(_PACKAGE)
    log.setLevel(log_level())
    if not any(isinstance(handler, _Diagnostics) for handler in log.handlers):
        log.addHandler(_Diagnostics())
        log.propagate = False


def show_summary(session: Session) -> None:
    """Write the summary of the deployment to standard error, at the end of the process.

    The engine still shows it to the user, although it no longer accepts log records.

    Args:
        session: The session of the deployment.
    """
    summary = session.summary()
    if summary and logging.getLogger(_PACKAGE).isEnabledFor(logging.INFO):
        tell(summary)


class _Diagnostics(logging.Handler):
    """Passes log records to the engine."""

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record."""
        text = record.getMessage()
        try:
            if record.levelno >= logging.WARNING:
                pulumi.log.warn(f"bxbi: {text}")
            else:
                pulumi.log.info(f"bxbi: {text}")
        except Exception:  # noqa: BLE001  # the operation succeeds even if the engine is gone
            tell(text)
