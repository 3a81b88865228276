"""What one run of a program shares: what it has looked up, and which resources it has declared.

A process may run several programs, one after another or on several threads, each for a stack with
settings of its own: Pulumi's Automation API does. So nothing of a run may outlive it.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from weakref import WeakKeyDictionary

from pulumi.runtime.settings import get_monitor

from pulumi_bxbi.portal import Catalog
from pulumi_bxbi.portal.objects.shared_reads import OncePerKey

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from pulumi_bxbi.portal.objects.collection import Collection
    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.settings.loading import Settings

M = TypeVar("M", bound="PortalObject")

logger = logging.getLogger(__name__)


class Reader:
    """Reads the objects of one portal, each object and each list once.

    May be shared by threads; lives as long as one run.

    Args:
        settings: What leads to the portal.

    Attributes:
        catalog: The portal's objects.

    Raises:
        SettingsError: A setting is missing.
        PortalError: There are no tokens, or they cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        portal = settings.connect()
        portal.require_credentials()
        self.catalog = Catalog(portal, writers=1)
        self._lists: OncePerKey[_List, Sequence[Any]] = OncePerKey(_listed)
        self._labels: OncePerKey[Any, Sequence[Any]] = OncePerKey(lambda of: tuple(of.list({})))

    def list(
        self,
        objects: Collection[M],
        condition: Mapping[str, Hashable],
        label: str | None = None,
        *,
        may_come: bool,
    ) -> Sequence[M]:
        """List objects with all that can be known of them.

        Args:
            objects: The connectors, the sources or the tables.
            condition: A ``filter`` as the method takes it.
            label: The exact title or name, because a portal may compare texts without regard to
                case; ``None`` for any.
            may_come: Whether an empty list must be read again the next time, because the program
                itself makes such objects.

        Raises:
            PortalError: The portal did not say.
        """
        key = (objects, tuple(condition.items()), label)
        found = self._lists.get(key)
        if not found and may_come:
            self._lists.forget(key)
        return cast("Sequence[M]", found)

    def all(self, objects: Collection[M]) -> Sequence[M]:
        """List all objects of a kind, tables without their columns.

        Args:
            objects: The connectors, the sources or the tables.

        Raises:
            PortalError: The portal did not say.
        """
        return cast("Sequence[M]", self._labels.get(objects))


class Run:
    """One run of a program; may be shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers: OncePerKey[Settings, Reader] = OncePerKey(Reader)
        self._kinds: set[str] = set()
        self._declared: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._warned: set[str] = set()

    def reader(self, settings: Settings) -> Reader:
        """Return what reads the portal that some settings lead to.

        Args:
            settings: The settings, as they are now.

        Raises:
            SettingsError: A setting is missing.
            PortalError: There are no tokens, or they cannot be read.
        """
        return self._readers.get(settings)

    def declare(self, kind: str, label: object, resource_name: str) -> None:
        """Note a resource of the program.

        Args:
            kind: ``connector``, ``source`` or ``table``.
            label: Its title or name; an output is not known to a program and is left out.
            resource_name: Its name in the program.
        """
        with self._lock:
            self._kinds.add(kind)
            if isinstance(label, str):
                self._declared[kind, label].append(resource_name)

    def has_declared(self, kind: str) -> bool:
        """Return whether the program has declared a resource of a kind.

        Args:
            kind: ``connector``, ``source`` or ``table``.
        """
        with self._lock:
            return kind in self._kinds

    def declared(self, kind: str, label: str) -> list[str]:
        """Return the names of the resources that have a title or name, as far as declared yet.

        Args:
            kind: ``connector``, ``source`` or ``table``.
            label: The title or name.
        """
        with self._lock:
            return list(self._declared.get((kind, label), ()))

    def warn_once(self, text: str) -> None:
        """Warn, unless this run has done so already.

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
        return _runs.setdefault(monitor, Run())


#: The key of a list that was read: the collection, the condition, and the title or name.
_List = tuple["Collection[Any]", tuple[tuple[str, "Hashable"], ...], "str | None"]


def _listed(asked: _List) -> Sequence[Any]:
    objects, condition, label = asked
    found = objects.list_whole(dict(condition))
    return [each for each in found if label in {None, each.label}]


_lock: Final = threading.Lock()
#: The present runs by their monitor, which the Python SDK makes anew for each run.
_runs: Final[WeakKeyDictionary[Any, Run]] = WeakKeyDictionary()
