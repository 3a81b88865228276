"""What the user gets to see of a deployment besides its results: log, errors, summary."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Final

import pulumi

from pulumi_bxbi.deployment.engine import tell
from pulumi_bxbi.settings.names import SettingsError

if TYPE_CHECKING:
    from pulumi_bxbi.deployment.session import Session

_PACKAGE: Final = "pulumi_bxbi"


def show_errors_as_messages() -> None:
    """Have the engine show an exception as its text alone; ``BXBI_DEBUG=1`` keeps tracebacks."""
    if os.environ.get("BXBI_DEBUG", "") in {"", "0"}:
        sys.tracebacklimit = 0


def show_log_to_user() -> None:
    """Bring warnings and notes into the engine's diagnostics; ``BXBI_LOG`` sets the level.

    Raises:
        SettingsError: ``BXBI_LOG`` is no level.
    """
    given = os.environ.get("BXBI_LOG", "")
    level = given.upper() or "INFO"
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise SettingsError(f'BXBI_LOG is "{given}": write debug, info, warning or error.')
    log = logging.getLogger(_PACKAGE)
    log.setLevel(level)
    if not any(isinstance(handler, _Diagnostics) for handler in log.handlers):
        log.addHandler(_Diagnostics())
        log.propagate = False


def show_summary(session: Session) -> None:
    """Write to standard error what the deployment has done; for the end of the process.

    The engine shows that to the user, although it takes no log records any more.

    Args:
        session: What the deployment has shared.
    """
    summary = session.summary()
    if summary and logging.getLogger(_PACKAGE).isEnabledFor(logging.INFO):
        tell(summary)


class _Diagnostics(logging.Handler):
    """Hands log records to the engine."""

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record."""
        text = record.getMessage()
        try:
            if record.levelno >= logging.WARNING:
                pulumi.log.warn(f"bxbi: {text}")
            else:
                pulumi.log.info(f"bxbi: {text}")
        except Exception:  # noqa: BLE001  # an engine that is gone must not undo what was done
            tell(text)
