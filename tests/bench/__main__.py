"""Deploy many sources to a local portal that is as fast as the cloud, and as strict.

Prints a table; judges nothing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tests.local_portal import running
from tests.variables import inherited

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal

AS_IN_THE_CLOUD: Final = ["--latency", "typical", "--limits", "on"]
PROGRAM: Final = """\
import pulumi_bxbi as bxbi

for n in range({sources}):
    bxbi.BiSource(f"src-{{n}}", f"Source {{n}}", 123, {{"login": f"user{{n}}", "password": "x"}})
"""
OPERATIONS: Final = {
    "up": ["up", "--yes", "--skip-preview"],
    "preview": ["preview"],
    "refresh": ["refresh", "--yes", "--skip-preview"],
    "destroy": ["destroy", "--yes", "--skip-preview"],
}
ROW: Final = "{:<10} {:>8} {:>12} {:>14}"


@click.command()
@click.option("--sources", type=click.IntRange(1), default=100, show_default=True)
def bench(sources: int) -> None:
    """Measure up, preview, refresh and destroy of a stack of sources, one after the other."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running("current", *AS_IN_THE_CLOUD) as portal,
    ):
        measure(Path(folder), portal, sources)


def measure(folder: Path, portal: LocalPortal, sources: int) -> None:
    """Print a line for each operation."""
    (folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n", "utf-8")
    (folder / "__main__.py").write_text(PROGRAM.format(sources=sources), "utf-8")
    environment = {
        **inherited(),
        **portal.access,
        "PULUMI_BACKEND_URL": f"file://{folder}",
        "PULUMI_CONFIG_PASSPHRASE": "passphrase",
        "PULUMI_HOME": f"{folder}/home",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }

    def pulumi(*arguments: str) -> None:
        command = ["pulumi", *arguments, "--non-interactive"]
        ended = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if ended.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{ended.stdout}{ended.stderr}")

    pulumi("stack", "init", "bench")
    click.echo(f"{sources} sources, typical latency, 50 calls at once and 2 a second")
    click.echo(ROW.format("operation", "seconds", "REST calls", "refused (503)"))
    for name, arguments in OPERATIONS.items():
        before = len(portal.calls())
        begin = time.monotonic()
        pulumi(*arguments)
        seconds = time.monotonic() - begin
        calls = portal.calls()[before:]
        refused = sum(call["status"] == 503 for call in calls)
        click.echo(ROW.format(name, f"{seconds:.1f}", len(calls), refused))


if __name__ == "__main__":
    bench()
