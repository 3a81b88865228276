"""Write the SDK of a schema for a language.

A released Pulumi does so. Beside the pinned engine programs of ours do, which are built once on a
machine, as the engine is. They call Pulumi's generators: those for Go, Node.js and Python of the
engine's version, and the one for C# of an older version, because the engine's has none any more.
The one for Java is in neither: only a released Pulumi writes the SDK for Java.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from tests.tools import engine, typescript

MODULE: Final = engine.PINS / "sdk"
#: What every module's program has in common; the rest is in the file of its generators.
MAIN: Final = MODULE / "main.go"
GENERATORS: Final = "generators.go"
#: The languages, as Pulumi calls them, and the modules that hold their generators.
LANGUAGES: Final = {
    "go": MODULE,
    "nodejs": MODULE,
    "python": MODULE,
    "dotnet": engine.PINS / "sdk_csharp",
}


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
        return [str(_program(LANGUAGES[language], objection)), language, str(schema), folder]
    return [
        *("pulumi", "package", "gen-sdk", str(schema), "--local"),
        *("--language", language, "--out", folder),
    ]


def _program(module: Path, objection: str) -> Path:
    sources = (MAIN, module / GENERATORS)
    digest = hashlib.sha256(b"".join(each.read_bytes() for each in sources)).hexdigest()
    place = engine.cache_folder() / module.name / engine.key((digest,), (module,))
    announcement = f"{objection}: building what writes SDKs in {place.parent}."

    def build(go: str, folder: Path) -> None:
        with tempfile.TemporaryDirectory() as together:
            for each in (*sources, module / "go.mod", module / "go.sum"):
                shutil.copy(each, together)
            command = [go, "build", "-ldflags", "-s -w", "-o", str(folder / "sdk"), "."]
            engine.run_visibly(f"  1 of 1, {module.name}", command, Path(together))

    return engine.built_once(place, objection, (module,), announcement, build) / "sdk"
