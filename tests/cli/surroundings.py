"""The command `bxbi`, run in an environment that lacks something."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.engine.prepared import command_of_bxbi

if TYPE_CHECKING:
    from pathlib import Path

#: Every command, as far as it works without a portal, a project and an answer.
COMMANDS = (
    ("doctor",),
    ("doctor", "--json"),
    ("preflight",),
    ("preflight", "-"),
    ("import",),
    ("import", "--apply"),
    ("import", "source", "4", "--name", "crm"),
    ("migrate", "--to", "plugin"),
    ("recover",),
    ("recover", "--check"),
    ("tables",),
    ("tables", "--write"),
    ("verify",),
    ("login", "--no-browser"),
    ("emulate", "--", sys.executable, "-c", ""),
)
#: An application, whose tokens nothing holds yet.
APPLICATION = {
    "BXBI_PORTAL": "http://127.0.0.1:9",
    "BXBI_CLIENT_ID": "local.1",
    "BXBI_CLIENT_SECRET": "s3cret",
}
_RUN = "from pulumi_bxbi.cli import main; main(prog_name='bxbi')"


def bxbi(
    *arguments: str, folder: Path, before: str = "", path: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, with few variables.

    Args:
        arguments: Its arguments.
        folder: Where it is run.
        before: What Python executes before its imports, to take something away.
        path: The variable ``PATH``; without it none of the folders in it has a `pulumi`.
        variables: The environment's variables besides.
    """
    # What measures coverage in a child comes by variables, and so does its configuration.
    kept = {name: value for name, value in os.environ.items() if name.startswith("COV")}
    unprepared = (sys.executable, "-c", f"{before}\n{_RUN}")
    return subprocess.run(
        [*(unprepared if before else [command_of_bxbi()]), *arguments],
        cwd=folder,
        env={**kept, "PATH": path or str(folder), "PYTHONDONTWRITEBYTECODE": "1", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
