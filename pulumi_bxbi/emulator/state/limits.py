"""The limits of the portal: the rate of calls, and the time that methods take."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Final

#: The number of parts of the operating window; in the cloud each part is a minute.
PARTS: Final = 10


@dataclass(slots=True)
class Bucket:
    """A leaky bucket for each address that calls."""

    burst: float
    per_second: float
    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, address: str, now: float) -> bool:
        """Count one call, and return whether the bucket had room for it."""
        level, since = self._levels.get(address, (0.0, now))
        level = max(0.0, level - (now - since) * self.per_second) + 1
        if level > self.burst:
            return False
        self._levels[address] = (level, now)
        return True


@dataclass(slots=True)
class OperatingTime:
    """The seconds that each method of each application took, within the last window."""

    limit: float
    window: float
    _parts: defaultdict[tuple[str, str], deque[tuple[int, float]]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    def exceeded(self, client: str, method: str, now: float) -> bool:
        """Return whether the method is blocked; the call that exceeded the limit was executed."""
        return self.spent(client, method, now) > self.limit

    def add(self, client: str, method: str, seconds: float, now: float) -> None:
        """Count the seconds that a call took."""
        parts = self._parts[client, method]
        part = self._part(now)
        if parts and parts[-1][0] == part:
            seconds += parts.pop()[1]
        parts.append((part, seconds))

    def spent(self, client: str, method: str, now: float) -> float:
        """Return the seconds within the window."""
        parts = self._parts[client, method]
        while parts and parts[0][0] <= self._part(now) - PARTS:
            parts.popleft()
        return sum(seconds for _, seconds in parts)

    def reset_at(self, client: str, method: str, now: float) -> int:
        """Return when the oldest part leaves the window, in seconds of Unix time."""
        parts = self._parts[client, method]
        oldest = parts[0][0] if parts else self._part(now)
        return int((oldest + PARTS) * self.window / PARTS) + 1

    def _part(self, now: float) -> int:
        return int(now * PARTS / self.window)
