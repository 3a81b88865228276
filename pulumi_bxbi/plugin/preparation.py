"""What a plugin prepares before it answers its first request."""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.deployment.diagnostics import log_level
from pulumi_bxbi.deployment.session import Session
from pulumi_bxbi.plugin.provider import Provider
from pulumi_bxbi.settings.names import SettingsError
from pulumi_bxbi.version import __version__

if TYPE_CHECKING:
    from pulumi_bxbi.deployment.engine import Engine
    from pulumi_bxbi.plugin.messages import Messages

#: What the first call to a portal would import, while all other requests wait for it.
_NEEDED_BY_CALLS: Final = ("pulumi_bxbi.portal.rest.bucket", "pulumi_bxbi.portal.rest.client")


def prepare(engine: Engine, messages: Messages) -> Provider:
    """Return the provider of this process, whose log the engine shows.

    Args:
        engine: The engine that has started this process.
        messages: Passes the log to the engine.
    """
    _show_log(messages)
    for each in _NEEDED_BY_CALLS:
        importlib.import_module(each)
    return Provider(Session(engine), __version__)


def _show_log(messages: Messages) -> None:
    log = logging.getLogger("pulumi_bxbi")
    log.propagate = False
    log.addHandler(messages)
    try:
        log.setLevel(log_level())
    except SettingsError as error:
        log.setLevel(logging.INFO)
        log.warning("%s", error)
