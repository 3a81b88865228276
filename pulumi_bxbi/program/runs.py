"""The state of one run of a program: its lookups, and the resources that it has declared.

A process may run several programs, one after another or on several threads, each for a stack with
settings of its own: Pulumi's Automation API does. So no state of a run may outlive it.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from pulumi.runtime.settings import get_monitor

from pulumi_bxbi.portal.objects.shared_reads import OncePerKey

if TYPE_CHECKING:
    from pulumi_bxbi.deployment.reader import Reader
    from pulumi_bxbi.settings.loading import Settings

logger = logging.getLogger(__name__)


class Run:
    """One run of a program; may be shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers: OncePerKey[Settings, Reader] = OncePerKey(_reader)
        self._declared: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._warned: set[str] = set()

    def reader(self, settings: Settings) -> Reader:
        """Return the reader of the portal of some settings.

        Args:
            settings: The settings, as they are now.

        Raises:
            SettingsError: A setting is missing.
            PortalError: There are no tokens, or they cannot be read.
        """
        return self._readers.get(settings)

    def declare(self, kind: str, label: object, resource_name: str) -> None:
        """Record a resource of the program.

        Args:
            kind: ``connector``, ``source`` or ``table``.
            label: Its title or name; an output is ignored, because its value is not known.
            resource_name: Its name in the program.
        """
        with self._lock:
            if isinstance(label, str):
                self._declared[kind, label].append(resource_name)

    def deployed(self, kind: str) -> None:
        """Have lookups read objects anew, one of which has just been deployed.

        Args:
            kind: ``connector``, ``source`` or ``table``.
        """
        for reader in self._readers.values():
            reader.catalog.forget_known(kind)

    def declared(self, kind: str, label: str) -> list[str]:
        """Return the names of the resources declared so far that have a title or name.

        Args:
            kind: ``connector``, ``source`` or ``table``.
            label: The title or name.
        """
        with self._lock:
            return list(self._declared.get((kind, label), ()))

    def warn_once(self, text: str) -> None:
        """Log a warning, once in a run.

        Args:
            text: The warning.
        """
        with self._lock:
            is_new = text not in self._warned
            self._warned.add(text)
        if is_new:
            logger.warning("%s", text)


def current_run() -> Run:
    """Return the run that this thread belongs to; without an engine, one for this call alone."""
    monitor = get_monitor()
    if monitor is None:
        return Run()
    with _lock:
        run = _runs.get(monitor)
        if run is None:
            run = _runs[monitor] = Run()
        return run


def _reader(settings: Settings) -> Reader:
    # A program without lookups calls no portal, and would wait for these imports.
    from pulumi_bxbi.deployment.reader import Reader  # noqa: PLC0415
    from pulumi_bxbi.portal import Catalog  # noqa: PLC0415

    portal = settings.connect()
    portal.require_credentials()
    return Reader(Catalog(portal))


_lock: Final = threading.Lock()
#: The present runs by their monitor; the Python SDK creates a new one for each run.
_runs: Final[WeakKeyDictionary[Any, Run]] = WeakKeyDictionary()
