"""How long the calls of a benchmark take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The last words of the names of methods that change something.
WRITES: Final = frozenset({"add", "update", "delete"})


@dataclass(frozen=True, slots=True)
class Latency:
    """The durations of calls.

    Attributes:
        write: Seconds that a call takes which changes something.
        read: Seconds that any other call takes.
    """

    write: float
    read: float

    def __str__(self) -> str:
        if self.write == self.read:
            return f"{self.write:g} s a call"
        return f"{self.write:g} s a write, {self.read:g} s a read"

    def seconds(self, methods: Iterable[str]) -> float:
        """Return how long some methods take, one after the other.

        Args:
            methods: Their names; those in a batch, or a single one.
        """
        return sum(
            self.write if method.rpartition(".")[2] in WRITES else self.read for method in methods
        )


#: A portal nearby.
NEAR: Final = Latency(write=0.05, read=0.05)
#: A busy portal, far away.
FAR: Final = Latency(write=0.68, read=0.15)
