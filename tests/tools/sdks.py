"""Write the SDK of a schema for a language.

A released Pulumi does so. Beside the pinned engine a program of ours does, which is built once on a
machine, as the engine is. It calls Pulumi's generators, and those for C# and Java are not among the
modules of the engine: there only a released Pulumi writes them.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path

from tests.tools import engine, typescript

MODULE = engine.PINS / "sdk"
#: The languages, as Pulumi calls them, whose generators are among the modules of the engine.
LANGUAGES = ("go", "nodejs", "python")


def write_sdk(language: str, schema: Path, out: Path) -> None:
    """Write the SDK of a schema.

    Args:
        language: One of ``LANGUAGES``.
        schema: The file of the schema.
        out: The folder of the SDK, which is not there yet.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        subprocess.run(_command(language, schema, scratch), check=True, capture_output=True)
        (Path(scratch) / language).rename(out)


def _command(language: str, schema: Path, folder: str) -> list[str]:
    # The host for Node.js tells a released Pulumi, which brings the hosts of all languages.
    objection = typescript.objection_to_pulumi()
    if objection:
        return [str(_generator(objection)), language, str(schema), folder]
    return [
        *("pulumi", "package", "gen-sdk", str(schema), "--local"),
        *("--language", language, "--out", folder),
    ]


def _generator(objection: str) -> Path:
    source = hashlib.sha256((MODULE / "main.go").read_bytes()).hexdigest()
    place = engine.cache_folder() / "sdk" / engine.key((source,), (MODULE,))
    announcement = f"{objection}: building what writes SDKs in {place.parent}."
    return engine.built_once(place, objection, (MODULE,), announcement, _build) / "sdk"


def _build(go: str, place: Path) -> None:
    command = [go, "build", "-ldflags", "-s -w", "-o", str(place / "sdk"), "."]
    engine.run_visibly("  1 of 1, sdk", command, MODULE)
