"""``make faults``: plays random scenarios, as many as are wanted."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import click

from tests.faults.engine import new_project, quick_engine
from tests.faults.portal import running_portal
from tests.faults.seeds import play_seed, take_portal

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

    from tests.faults.scenario import AdapterName
    from tests.faults.seeds import Portal

FOLDER: Final = Path(".faults")


@click.command()
@click.option("--seed", default=1, help="The first seed.")
@click.option("--runs", default=100, help="How many seeds, one after the other.")
@click.option("--level", type=click.Choice(["fast", "engine"]), default="fast")
@click.option("--adapter", type=click.Choice(["dynamic", "plugin"]), default="dynamic")
@click.option("--limits", type=click.Choice(["loose", "tight"]), default="loose")
@click.option("--jobs", default=1, help="How many seeds at the same time.")
def main(  # noqa: PLR0913  # the options of a command
    *, seed: int, runs: int, level: str, adapter: AdapterName, limits: str, jobs: int
) -> None:
    """Play random scenarios against local portals.

    With tight limits each write has to wait, and so travels in a batch.

    What has been played is kept in .faults, and a stopped command goes on where it was. Its status
    is 1 if a seed fails; how it fails stands in .faults as well.
    """
    FOLDER.mkdir(exist_ok=True)
    variant = f"{level}-{adapter}-{limits}"
    progress = FOLDER / f"{variant}-{seed}-{runs}.json"
    failed: dict[str, bool] = json.loads(progress.read_text()) if progress.exists() else {}
    left = [each for each in range(seed, seed + runs) if str(each) not in failed]
    seeds = f"seeds {seed} to {seed + runs - 1}"
    click.echo(f"{level} level, {adapter}, {limits} limits, {seeds}, {len(left)} to play")
    started = time.monotonic()
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        os.environ["XDG_RUNTIME_DIR"] = stack.enter_context(TemporaryDirectory())
        project = None
        if level == "engine":
            os.environ.update(stack.enter_context(quick_engine()))
            project = new_project(Path(stack.enter_context(TemporaryDirectory())) / "project")
        portals: Queue[Portal] = context.Queue()
        for _ in range(jobs):
            portal = stack.enter_context(running_portal())
            portals.put((portal.ready, portal.other, portal.alias))
        pool = stack.enter_context(ProcessPoolExecutor(jobs, context, take_portal, (portals,)))
        crowded = limits == "tight"
        playing = [pool.submit(play_seed, each, adapter, project, crowded=crowded) for each in left]
        for number, played in enumerate(as_completed(playing), 1):
            each, problem = played.result()
            failed[str(each)] = bool(problem)
            progress.write_text(json.dumps(failed))
            if problem:
                trace = FOLDER / f"{variant}-{each}.txt"
                trace.write_text(problem, "utf-8")
                click.echo(f"\nseed {each} fails: {problem.splitlines()[0]}")
                click.echo(f"  all of it: {trace}")
                again = f"SEED={each} RUNS=1 LEVEL={level} ADAPTER={adapter} LIMITS={limits}"
                click.echo(f"  again: make faults {again}")
            elif number % 50 == 0 or number == len(left) or level == "engine":
                seconds = time.monotonic() - started
                click.echo(f"{number} of {len(left)} played in {seconds:.0f} s")
    progress.unlink()
    bad = sorted(int(each) for each, is_bad in failed.items() if is_bad)
    click.echo(f"{len(failed) - len(bad)} of {len(failed)} seeds pass")
    if bad:
        click.echo(f"these fail: {' '.join(map(str, bad))}")
        sys.exit(1)


if __name__ == "__main__":
    main()
