"""``make bench``: measures deployments of many sources, and writes the results."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import click

from tests.bench.adapters import ADAPTERS
from tests.bench.charts import draw
from tests.bench.creations import creations, refreshed_naively
from tests.bench.deployments import deployments
from tests.bench.floors import Floors
from tests.bench.latency import FAR, NEAR
from tests.bench.machine import this_machine
from tests.bench.measurements import Measurements
from tests.bench.portals import bare_portal, limited_portal
from tests.bench.progress import tell
from tests.bench.table import report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.latency import Latency

#: How many sources the stacks have.
SOURCES: Final = (10, 50, 200, 500)
#: How many sources are made in other ways too.
CREATED: Final = (50, 120)
#: How many sources the stack of a quick run has.
QUICK_SOURCES: Final = (30,)
#: Where the results of a whole run stand, and those of any other.
RESULTS: Final = Path(__file__).parent / "results"
OTHER_RESULTS: Final = Path(".bench")


@click.command()
@click.option("--quick", is_flag=True, help="Few sources and the short latency: two minutes.")
@click.option(
    "--sources",
    type=click.IntRange(1),
    multiple=True,
    help="How many sources a stack has, instead of 10, 50, 200 and 500; may be repeated.",
)
def bench(*, quick: bool, sources: tuple[int, ...]) -> None:
    """Measure deployments of many sources on local portals with the cloud's limits.

    A whole run takes three quarters of an hour, and writes its tables and charts to
    tests/bench/results. With an option, or where something fails, they are written to .bench.
    """
    # What this user's own deployments share stays apart.
    os.environ["XDG_RUNTIME_DIR"] = click.get_current_context().with_resource(TemporaryDirectory())
    sizes = sorted(sources or (QUICK_SOURCES if quick else SOURCES))
    latencies = (NEAR,) if quick else (NEAR, FAR)
    created = sizes[:1] if quick else CREATED
    measured = Measurements(this_machine())
    folder = OTHER_RESULTS
    try:
        _measure(measured, latencies, sizes, created)
        if not (quick or sources):
            folder = RESULTS
    finally:
        # Also what was measured before something failed: a whole run takes long.
        folder.mkdir(exist_ok=True)
        text = report(measured, draw(measured, folder))
        (folder / "README.md").write_text(text, "utf-8")
        tell(f"written to {folder}")
    click.echo(text)


def _measure(
    measured: Measurements,
    latencies: Sequence[Latency],
    sizes: Sequence[int],
    created: Sequence[int],
) -> None:
    """Measure all parts.

    Args:
        measured: Takes each measurement as soon as it is there.
        latencies: How long the portals take for a call.
        sizes: How many sources the stacks have, in ascending order.
        created: How many sources are made in other ways too.
    """
    floors = Floors()
    tell("(a) stacks with limits and latency, and each floor when it is needed")
    for latency in latencies:
        with limited_portal(latency) as portal:
            for size in sizes:
                for adapter in ADAPTERS:
                    measured.deployments += deployments(adapter, size, portal, floors)

    tell("(b) sources made in other ways")
    for latency in latencies:
        for size in created:
            measured.creations += creations(latency, size, floors)
    measured.naive_refresh = refreshed_naively(NEAR, sizes[-1], floors)

    tell("(c) without limits and latency")
    # The floor is measured anew, at the same time as what is compared with it alone.
    floors = Floors()
    with bare_portal() as portal:
        for adapter in ADAPTERS:
            measured.bare += deployments(adapter, sizes[-1], portal, floors)


if __name__ == "__main__":
    bench()
