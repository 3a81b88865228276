"""What plays the runs of a scenario: Pulumi, or the engine of ``tests/protocol/``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.faults.scenario import Detour, Kind, Program, Run


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        succeeded: Whether everything was done.
        text: What the user was told.
        failed: The resources that failed, as far as that is known.
        killed: Which process was killed.
    """

    succeeded: bool
    text: str = ""
    failed: tuple[str, ...] = ()
    killed: str = ""


class Level(Protocol):
    """An engine whose stacks hold resources of a portal.

    Attributes:
        delay: Seconds by which a fault with ``delay`` is later than the provider waits.
    """

    delay: float

    def run(self, runs: Sequence[Run], *, delayed: bool) -> list[Outcome]:
        """Run ``pulumi up`` of several stacks at the same time.

        Args:
            runs: What is run.
            delayed: Whether the portal may delay answers.
        """

    def refresh(self, stack: str, program: Program) -> Outcome:
        """Run ``pulumi refresh``."""

    def detour(self, detour: Detour, program: Program) -> Outcome:
        """Run a command with settings that lead elsewhere.

        Args:
            detour: What is run, and where it leads.
            program: What the stack declares.
        """

    def preview(self, stack: str, program: Program, *, refresh: bool) -> list[str]:
        """Return what ``pulumi up`` would do, or why it could not.

        Args:
            stack: The stack.
            program: What it declares.
            refresh: Whether the portal is read before.
        """

    def recover(self, stack: str, program: Program) -> Outcome:
        """Do what a killed run asks for: ``pulumi cancel`` and ``bxbi recover``."""

    def take(self, stack: str, kind: Kind, number: int, name: str) -> Outcome:
        """Run ``bxbi import``."""

    def tracked(self, stack: str) -> dict[str, tuple[Kind, int]]:
        """Return the objects in the state, by the names of their resources."""

    def outputs(self, stack: str) -> dict[str, dict[str, Any]]:
        """Return the outputs in the state, by the names of their resources."""

    def known(self, stack: str) -> set[tuple[Kind, int]]:
        """Return all objects in the state, also those that have been replaced."""

    def shown(self) -> str:
        """Return everything that was told to the user or written to a log."""

    def tokens(self) -> set[str]:
        """Return the tokens that the portal was called with."""
