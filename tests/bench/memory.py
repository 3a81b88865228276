"""The peak memory of a provider process, while the command that started it runs."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where Linux shows its processes; other systems do not.
PROCESSES: Final = Path("/proc")
#: Seconds between two looks at the process.
_PERIOD_SECONDS: Final = 0.1


@dataclass(slots=True)
class Peak:
    """The largest memory of the processes watched so far.

    Attributes:
        megabytes: The memory in MB of 1,000,000 bytes; ``None`` where it cannot be seen.
    """

    megabytes: float | None = None


@contextmanager
def watching(command: int, provider: str) -> Iterator[Peak]:
    """Watch the memory of a provider until the block ends.

    Args:
        command: The id of the process below which the provider runs.
        provider: What the last part of an argument of the provider's command line is.
    """
    peak, ended = Peak(), threading.Event()

    def watch() -> None:
        found: set[Path] = set()
        while not ended.wait(_PERIOD_SECONDS):
            found = {each for each in found if each.exists()} or set(_providers(command, provider))
            for each in found:
                megabytes = _peak_of(each)
                if megabytes is not None:
                    peak.megabytes = max(megabytes, peak.megabytes or 0.0)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def _providers(command: int, provider: str) -> Iterator[Path]:
    for process in PROCESSES.glob("[0-9]*"):
        arguments = _text(process / "cmdline").split("\0")
        is_python = "python" in arguments[0].rpartition("/")[2]
        names = {each.rpartition("/")[2] for each in arguments[1:]}
        if is_python and provider in names and _is_below(process, command):
            yield process


def _is_below(process: Path, command: int) -> bool:
    while found := re.search(r"^PPid:\s+(\d+)", _text(process / "status"), re.MULTILINE):
        if int(found[1]) == command:
            return True
        process = PROCESSES / found[1]
    return False


def _peak_of(process: Path) -> float | None:
    found = re.search(r"^VmHWM:\s+(\d+) kB", _text(process / "status"), re.MULTILINE)
    return int(found[1]) * 1024 / 1_000_000 if found else None


def _text(file: Path) -> str:
    """Return the text of a file; empty where its process has ended."""
    try:
        return file.read_text("utf-8", errors="replace")
    except OSError:
        return ""
