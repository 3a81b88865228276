"""The machine and the versions that figures belong to."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Final

#: The packages whose versions matter to the figures.
PACKAGES: Final = ("pulumi-bxbi", "pulumi", "b24pysdk", "fast-bitrix24")


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and when figures were measured.

    Attributes:
        date: The day, as ``2026-11-29``.
        processor: The processor.
        cores: How many cores the system shows.
        memory: The main memory in GB; ``None`` where it cannot be seen.
        system: The operating system.
        versions: The versions, by the names of the programs and packages.
    """

    date: str
    processor: str
    cores: int
    memory: float | None
    system: str
    versions: dict[str, str]


def this_machine() -> Machine:
    """Return what this machine is."""
    pulumi = subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=True)
    return Machine(
        date=datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        processor=_first("/proc/cpuinfo", "model name") or platform.machine(),
        cores=os.cpu_count() or 1,
        memory=_memory(),
        system=f"{platform.system()} {platform.release()}",
        versions={
            "Pulumi": pulumi.stdout.strip().removeprefix("v"),
            "Python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
    )


def _memory() -> float | None:
    found = re.match(r"\d+", _first("/proc/meminfo", "MemTotal"))
    return int(found[0]) * 1024 / 1_000_000_000 if found else None


def _first(file: str, name: str) -> str:
    """Return the first value of a name in a file of the system; empty if there is none."""
    path = Path(file)
    text = path.read_text("utf-8") if path.exists() else ""
    found = re.search(rf"^{name}\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else ""
