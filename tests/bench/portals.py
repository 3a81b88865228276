"""The local portals of the benchmarks."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.lower_bound import BURST, PER_SECOND
from tests.bench.slow_portal import slowed
from tests.local_portal import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.bench.latency import Latency
    from tests.local_portal import LocalPortal


@dataclass(slots=True)
class BenchPortal:
    """A local portal, under the address that the benchmarks call.

    Attributes:
        portal: The portal itself.
        latency: How long it takes for a call; ``None`` for a portal without latency and limits.
        access: The variables that lead a client to it.
    """

    portal: LocalPortal
    latency: Latency | None
    access: dict[str, str]
    _counted: int = 0

    def reset(self) -> None:
        """Go back to the seed, with an empty bucket."""
        self.portal.reset()
        self._counted = 0

    def new_calls(self) -> tuple[int, int]:
        """Return how many calls came since the last time, and how many of them were refused."""
        calls = self.portal.calls()
        new, self._counted = calls[self._counted :], len(calls)
        return len(new), sum(call["status"] == 503 for call in new)

    def drain(self, calls: int) -> None:
        """Wait until the bucket is empty again, after some calls."""
        if self.latency:
            time.sleep(min(calls, BURST) / PER_SECOND)


@contextmanager
def limited_portal(latency: Latency, *, state: Path | None = None) -> Iterator[BenchPortal]:
    """Run a portal with the cloud's limits, and a latency."""
    kept = ["--state", str(state)] if state else []
    with (
        running("current", "--limits", "on", *kept) as portal,
        slowed(portal.address, latency) as address,
    ):
        yield BenchPortal(portal, latency, {**portal.access, "BXBI_PORTAL": address})


@contextmanager
def bare_portal(*, state: Path | None = None) -> Iterator[BenchPortal]:
    """Run a portal without limits and latency."""
    kept = ["--state", str(state)] if state else []
    with running("current", *kept) as portal:
        # The provider does not know that nothing limits its calls.
        unlimited = {"BXBI_BURST": "1000000"}
        yield BenchPortal(portal, None, {**portal.access, **unlimited})
