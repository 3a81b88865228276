"""Runs the shell steps of a job, as the platform would.

Three things differ from the platform. What only sets the machine up (the actions `checkout` and
`setup-python`, the step `Install`, GitLab's `before_script`) is left out: the repository is there,
and the engine and the package are on PATH. Conditions (`if:`, `rules:`) are not looked at here: a
test names the jobs and steps that it runs. The platform itself is a stand-in.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ended:
    """How a step ended, and what stands in its log."""

    status: int
    log: str


def run(script: str, shell: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Ended:
    """Run a script in a folder, as runners do: from a file of its own."""
    file = folder.parent / "step.sh"
    file.write_text(script, "utf-8")
    ended = subprocess.run(
        [*shell, str(file)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout)
