"""A stack that the real engine deploys, and what an operation on it took."""

from __future__ import annotations

import re
import subprocess
import sysconfig
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import click

from tests.bench.adapters import PARALLEL
from tests.bench.memory import watching
from tests.variables import inherited

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.bench.adapters import Adapter

ROOT: Final = Path(__file__).resolve().parents[2]
FLOOR: Final = ROOT / "tests" / "bench" / "floor"
#: Every plugin that a program here may need, and where it is.
PROJECT: Final = f"""\
name: bench
runtime: python
plugins:
  providers:
    - name: bxbi
      path: {sysconfig.get_path("scripts")}
    - name: nothing
      path: {FLOOR}
"""
#: The operations, in the order in which they make sense.
OPERATIONS: Final = {
    "up": ["up", "--yes", "--skip-preview"],
    "preview": ["preview"],
    "refresh": ["refresh", "--yes", "--skip-preview"],
    "change": ["up", "--yes", "--skip-preview"],
    "destroy": ["destroy", "--yes", "--skip-preview"],
}


@dataclass(frozen=True, slots=True)
class Run:
    """One operation.

    Attributes:
        seconds: How long the command took.
        waited: Seconds that the provider says it waited for the portal's limits.
        memory: The peak memory of the provider's process in MB; ``None`` where it cannot be seen.
        state: The size of the state afterwards, in MB.
    """

    seconds: float
    waited: float
    memory: float | None
    state: float


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack in a folder of its own.

    Attributes:
        folder: The folder.
        adapter: The way from the engine to the provider.
        sources: How many sources the program declares.
    """

    folder: Path
    adapter: Adapter
    sources: int

    def run(self, operation: str, portal: Mapping[str, str]) -> Run:
        """Run an operation, and measure it.

        Args:
            operation: One of ``OPERATIONS``.
            portal: The variables that lead the provider to its portal.

        Raises:
            click.ClickException: It failed.
        """
        title = "Source 0, changed" if operation == "change" else "Source 0"
        began = time.monotonic()
        said, memory = self._pulumi(
            *OPERATIONS[operation], "--parallel", str(PARALLEL), FIRST_TITLE=title, **portal
        )
        seconds = time.monotonic() - began
        waits = re.findall(r"waited (\d+) s for the portal's limits", said)
        state = sum(file.stat().st_size for file in self.folder.glob(".pulumi/stacks/**/*.json"))
        return Run(seconds, float(waits[-1]) if waits else 0.0, memory, state / 1_000_000)

    def make(self) -> None:
        """Write the program, and make the stack."""
        self._runtime.mkdir(0o700)
        (self.folder / "Pulumi.yaml").write_text(PROJECT, "utf-8")
        program = self.adapter.program.read_text("utf-8")
        (self.folder / "__main__.py").write_text(program, "utf-8")
        self._pulumi("stack", "init", "bench")

    @property
    def _runtime(self) -> Path:
        """Where processes share the limits of a portal; other stacks do not count."""
        return self.folder / "runtime"

    def _pulumi(self, *arguments: str, **variables: str) -> tuple[str, float | None]:
        command = ["pulumi", *arguments, "--non-interactive"]
        environment = {
            **inherited(),
            **variables,
            "SOURCES": str(self.sources),
            "PYTHONPATH": str(ROOT),
            "XDG_RUNTIME_DIR": str(self._runtime),
            "PULUMI_BACKEND_URL": f"file://{self.folder}",
            "PULUMI_CONFIG_PASSPHRASE": "passphrase",
            "PULUMI_HOME": f"{self.folder}/home",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        ) as process:
            try:
                with watching(process.pid, self.adapter.process) as peak:
                    said, _ = process.communicate()
            except BaseException:
                process.terminate()
                raise
        if process.returncode:
            raise click.ClickException(f"{' '.join(command)} failed:\n{said}")
        return said, peak.megabytes


@contextmanager
def new_stack(adapter: Adapter, sources: int) -> Iterator[Stack]:
    """Make a stack that has deployed nothing yet."""
    with TemporaryDirectory() as folder:
        stack = Stack(Path(folder), adapter, sources)
        stack.make()
        yield stack
