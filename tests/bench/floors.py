"""The engine's floor: what it takes for as many resources without doing anything with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.adapters import FLOORS
from tests.bench.progress import tell
from tests.bench.stacks import OPERATIONS, new_stack

if TYPE_CHECKING:
    from tests.bench.adapters import Adapter


class Floors:
    """Measures each floor once, when it is first asked for."""

    def __init__(self) -> None:
        self._seconds: dict[tuple[str, int], dict[str, float]] = {}

    def seconds(self, adapter: Adapter, sources: int, operation: str) -> float:
        """Return how long the engine takes for an operation with an adapter.

        Args:
            adapter: The adapter; one without a floor of its own has that of its process.
            sources: The number of resources.
            operation: One of ``OPERATIONS``.
        """
        key = adapter.name, sources
        if key not in self._seconds:
            self._seconds[key] = _measured(FLOORS[adapter.name], sources)
        return self._seconds[key][operation]


def _measured(floor: Adapter, sources: int) -> dict[str, float]:
    with new_stack(floor, sources) as stack:
        seconds = {operation: stack.run(operation, {}).seconds for operation in OPERATIONS}
    each = ", ".join(f"{operation} {took:.1f} s" for operation, took in seconds.items())
    tell(f"{floor.name}, {sources} resources: {each}")
    return seconds
