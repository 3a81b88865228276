"""Find or build what programs in TypeScript need beside the engine.

That is Pulumi's host for Node.js, and what writes the SDK of a schema. A released Pulumi brings
both. Beside the pinned engine they are built once on a machine, as the engine is.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tests.tools import engine

HOST = engine.PINS / "nodejs"
SDK = engine.PINS / "sdk"
PROGRAM = "pulumi-language-nodejs"


def folder() -> Path | None:
    """Return the folder of the programs that were built; ``None`` where Pulumi brings them."""
    pulumi = shutil.which("pulumi")
    beside = os.pathsep.join([os.environ["PATH"], str(Path(pulumi or "").resolve().parent)])
    if shutil.which(PROGRAM, path=beside):
        return None
    objection = f"Pulumi has no {PROGRAM} beside it"
    source = hashlib.sha256((SDK / "main.go").read_bytes()).hexdigest()
    place = engine.cache_folder() / "typescript" / engine.key((source,), (HOST, SDK))
    return engine.built_once(
        place, objection, (HOST, SDK), f"{objection}: building it in {place.parent}.", _build
    )


def write_sdk(schema: Path, out: Path) -> None:
    """Write the SDK of a schema for Node.js.

    Args:
        schema: The file of the schema.
        out: The folder of the SDK.
    """
    programs = folder()
    command = (
        [str(programs / "sdk"), str(schema), str(out)]
        if programs
        else [
            *("pulumi", "package", "gen-sdk", str(schema), "--local"),
            *("--language", "nodejs", "--out", str(out)),
        ]
    )
    subprocess.run(command, check=True, capture_output=True)


def _build(go: str, place: Path) -> None:
    engine.build_tool(go, "1 of 2", HOST, place)
    command = [go, "build", "-ldflags", "-s -w", "-o", str(place / "sdk"), "."]
    engine.run_visibly("  2 of 2, sdk", command, SDK)
