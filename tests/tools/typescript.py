"""Find or build what runs programs in TypeScript beside the engine: Pulumi's host for Node.js.

A released Pulumi brings it. Beside the pinned engine it is built once on a machine, as the engine
is.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.tools import engine

if TYPE_CHECKING:
    from pathlib import Path

HOST = engine.PINS / "nodejs"
PROGRAM = "pulumi-language-nodejs"


def objection_to_pulumi() -> str:
    """Say why the Pulumi on PATH runs no program in TypeScript; nothing if it does."""
    pulumi = shutil.which("pulumi")
    if pulumi and engine.is_found(PROGRAM, pulumi):
        return ""
    return f"Pulumi has no {PROGRAM} beside it"


def folder() -> Path | None:
    """Return the folder of the host that was built; ``None`` where Pulumi brings it."""
    objection = objection_to_pulumi()
    if not objection:
        return None
    place = engine.cache_folder() / "typescript" / engine.key((), (HOST,))
    return engine.built_once(
        place, objection, (HOST,), f"{objection}: building it in {place.parent}.", _build
    )


def _build(go: str, place: Path) -> None:
    engine.build_tool(go, "1 of 1", HOST, place)
