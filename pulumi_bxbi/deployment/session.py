"""The session of a deployment, which its resources share: settings, objects, counts and notes."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.deployment.lookup import LookupFailedError
from pulumi_bxbi.portal import Catalog
from pulumi_bxbi.settings.loading import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_bxbi.deployment.engine import Engine
    from pulumi_bxbi.deployment.reader import Reader
    from pulumi_bxbi.resources.values import Declaration

logger = logging.getLogger(__name__)

#: The outcomes that a summary counts, in its order.
_DONE: Final = ("created", "updated", "deleted", "read", "not there any more")


class Session:
    """The settings of a deployment, and the portal's objects.

    Both are created when first used, so that a wrong setting is an error only where it is needed.
    May be shared by threads.

    Args:
        engine: The engine that records what the deployment does.

    Attributes:
        engine: The engine that records what the deployment does.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._lock = threading.Lock()
        self._load: Callable[[], Settings] = Settings
        self._settings: Settings | None = None
        self._catalog: Catalog | None = None
        self._reader: Reader | None = None
        self._done: Counter[str] = Counter()
        self._declarations: dict[str, Declaration] = {}
        self._claims: dict[str, str] = {}
        self._told: set[str] = set()
        self._stopped_by: Exception | None = None

    def configure(self, load: Callable[[], Settings]) -> None:
        """Set the source of the settings.

        Args:
            load: Reads the settings, at their first use.
        """
        with self._lock:
            self._load = load

    def catalog_unless_offline(self) -> Catalog | None:
        """Return the portal's objects; ``None`` where the portal must not be called.

        Raises:
            SettingsError: A setting is wrong or missing.
            PortalError: There are no tokens, or they cannot be read.
        """
        with self._lock:
            offline = self._loaded().offline
        return None if offline else self.catalog()

    def catalog(self) -> Catalog:
        """Return the portal's objects.

        Raises:
            SettingsError: A setting is wrong or missing.
            PortalError: There are no tokens, or they cannot be read.
        """
        with self._lock:
            if self._catalog is None:
                portal = self._loaded().connect(before_write=self.engine.require)
                portal.require_credentials()
                self._catalog = Catalog(portal)
            return self._catalog

    def reader(self) -> Reader:
        """Return the reader for lookups, which reads each object once.

        Raises:
            LookupFailedError: The portal must not be asked.
            SettingsError: A setting is wrong or missing.
            PortalError: There are no tokens, or they cannot be read.
        """
        catalog = self.catalog_unless_offline()
        if catalog is None:
            raise LookupFailedError(
                "the portal must not be asked (BXBI_OFFLINE or bxbi:offline), so nothing can be "
                "looked up. Take that setting away, or give an id in place of the lookup."
            )
        with self._lock:
            if self._reader is None:
                # Most deployments look nothing up, and need nothing of outside systems.
                from pulumi_bxbi.deployment.reader import Reader  # noqa: PLC0415

                self._reader = Reader(catalog)
            return self._reader

    def stop(self, reason: Exception) -> None:
        """Refuse every change from now on.

        Args:
            reason: The error that each later change raises.
        """
        with self._lock:
            self._stopped_by = self._stopped_by or reason

    def require_changes(self) -> None:
        """Refuse to change anything once the deployment has been stopped.

        Raises:
            Exception: The reason why it was stopped.
        """
        with self._lock:
            if self._stopped_by:
                raise self._stopped_by from None

    def count(self, done: str) -> None:
        """Count an object that this deployment has dealt with.

        Args:
            done: ``created``, ``updated``, ``deleted``, ``read`` or ``not there any more``.
        """
        with self._lock:
            self._done[done] += 1

    def declare(self, key: str, declaration: Declaration) -> None:
        """Keep the declaration of a resource from its check to its diff.

        Args:
            key: The key of the declaration.
            declaration: The declaration.
        """
        with self._lock:
            self._declarations[key] = declaration

    def declaration(self, key: str) -> Declaration | None:
        """Return the declaration of a resource; ``None`` where no check has kept one.

        Args:
            key: The key of the declaration.
        """
        with self._lock:
            return self._declarations.get(key)

    def claim(self, label: str, resource: str) -> str:
        """Return the resource of the program that has claimed a label first.

        Args:
            label: The kind of the objects and the label.
            resource: The name of the resource that claims it.
        """
        with self._lock:
            return self._claims.setdefault(label, resource)

    def tell(self, text: str, *, is_warning: bool) -> None:
        """Log a text once in a deployment.

        Args:
            text: The text.
            is_warning: Whether it is a warning.
        """
        with self._lock:
            if text in self._told:
                return
            self._told.add(text)
        logger.log(logging.WARNING if is_warning else logging.INFO, "%s", text)

    def summary(self) -> str:
        """Return the summary of the deployment, one line; empty where it has handled no object."""
        with self._lock:
            if not self._done or self._catalog is None:
                return ""
            traffic = self._catalog.traffic
            objects = [f"{self._done[done]} {done}" for done in _DONE if self._done[done]]
            repeated = f", {traffic.repeats} of them repeated" if traffic.repeats else ""
            return (
                f"{', '.join(objects)}; {traffic.calls} REST calls{repeated}; waited "
                f"{traffic.waited:.0f} s for the portal's limits"
            )

    def _loaded(self) -> Settings:
        if self._settings is None:
            self._settings = self._load()
            if self._settings.misspelt:
                logger.warning("%s", self._settings.misspelt)
        return self._settings
