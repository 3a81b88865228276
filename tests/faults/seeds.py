"""Plays the scenario of a seed, in a process that has a portal of its own."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.faults.engine import EngineLevel
from tests.faults.generate import scenario
from tests.faults.model import ModelLevel
from tests.faults.play import play
from tests.faults.portal import ControlledPortal
from tests.protocol.provider_process import ADAPTERS

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from typing import TypeAlias

    from tests.faults.level import Level
    from tests.faults.scenario import AdapterName, Scenario

    #: What two portals say of themselves, and another address of the first.
    Portal: TypeAlias = tuple[dict[str, str], dict[str, str], str]

_portals: list[ControlledPortal] = []


def take_portal(portals: Queue[Portal]) -> None:
    """Have this process use a portal of its own."""
    _portals.append(ControlledPortal(*portals.get()))


def play_seed(
    seed: int, adapter: AdapterName, project: Path | None, *, crowded: bool
) -> tuple[int, str]:
    """Play a seed, and tell what is wrong in the end.

    Args:
        seed: The seed.
        adapter: What serves the resources to the engine.
        crowded: Whether each write has to wait for the portal's limits.
        project: An empty project for the engine; ``None`` for the fast level.
    """
    portal = _portals[0]
    played = scenario(seed, adapter, crowded=crowded)
    with TemporaryDirectory() as folder:
        level = level_of(played, portal, project, Path(folder))
        return seed, play(played, level, portal).problem


def level_of(
    played: Scenario, portal: ControlledPortal, project: Path | None, folder: Path
) -> Level:
    """Make the level for one scenario."""
    if project:
        return EngineLevel(portal, project, folder, played)
    store = folder / "tokens.json" if played.renews else None
    return ModelLevel(portal, store, ADAPTERS[played.adapter], crowded=played.crowded)
