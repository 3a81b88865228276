"""Plays the scenario of a seed, in a process that has a portal of its own."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.faults.generate import scenario
from tests.faults.model import ModelLevel
from tests.faults.play import play
from tests.faults.portal import ControlledPortal

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

_portals: list[ControlledPortal] = []


def take_portal(ready: Queue[dict[str, str]]) -> None:
    """Have this process use a portal of its own."""
    _portals.append(ControlledPortal(ready.get()))


def play_seed(seed: int, _level: str) -> tuple[int, str]:
    """Play a seed, and tell what is wrong in the end."""
    portal = _portals[0]
    played = scenario(seed)
    with TemporaryDirectory() as folder:
        level = ModelLevel(portal, Path(folder) / "tokens.json" if played.renews else None)
        return seed, play(played, level, portal).problem
