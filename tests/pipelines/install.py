"""Find actionlint, which checks workflows for GitHub, or build the pinned one.

The last line on standard output is the program. Progress goes to standard error.

The pinned one is described by the Go module in the folder `actionlint` beside this file. Like the
engine it is built once on a machine, into the user's cache folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.tools.engine import (
    GO_SETTINGS,
    cache_folder,
    numbers,
    pinned,
    run_visibly,
    say,
    version_told_by,
)

MODULE = Path(__file__).resolve().parent / "actionlint"


def main() -> None:
    """Print the name of the program."""
    sys.stdout.write(f"{shutil.which('actionlint') or pinned_actionlint()}\n")


def pinned_actionlint() -> Path:
    """Return the pinned program, which is built first if need be."""
    digest = hashlib.sha256(repr(GO_SETTINGS).encode())
    for file in ("go.mod", "go.sum"):
        digest.update((MODULE / file).read_bytes())
    version = pinned(MODULE, r"^\tgithub\.com/rhysd/actionlint (v\S+)")
    programs = cache_folder() / "actionlint"
    folder = programs / f"{version}-{digest.hexdigest()[:12]}"
    if not folder.exists():
        go = usable_go()
        programs.mkdir(parents=True, exist_ok=True)
        # Two at once take turns. The lock is on the folder, so no file is left, and ends with us.
        fcntl.flock(os.open(programs, os.O_RDONLY), fcntl.LOCK_EX)
        if not folder.exists():
            build(go, folder)
    return folder / "actionlint"


def build(go: str, folder: Path) -> None:
    """Build the program, and put it in its place only when it is complete."""
    say(f"actionlint is not on PATH: building the pinned one in {folder.parent}, once.")
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=folder.parent) as temporary:
        unfinished = Path(temporary) / folder.name
        unfinished.mkdir()
        command = [go, "build", "-ldflags", "-s -w", "-o", f"{unfinished}{os.sep}", "tool"]
        run_visibly("  actionlint", command, MODULE)
        unfinished.rename(folder)


def usable_go() -> str:
    """Return the Go on PATH; end with an explanation if it cannot build the program."""
    wanted = pinned(MODULE, r"^go (\S+)$")
    go = shutil.which("go")
    if go is not None and numbers(version_told_by(go)) >= numbers(wanted):
        return go
    sys.exit(
        f"No actionlint: it is not on PATH, and neither is Go {wanted} or later, which builds it.\n"
        "Install one of the two, put it on PATH, and run this again:\n"
        "  actionlint: https://github.com/rhysd/actionlint\n"
        "  Go: https://go.dev/doc/install"
    )


if __name__ == "__main__":
    main()
