"""Measures how long it takes to make sources, for this project and for others."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from tests.bench.adapters import ADAPTERS, DYNAMIC, NAIVE
from tests.bench.measurements import Creation
from tests.bench.portals import bare_portal, limited_portal
from tests.bench.progress import tell
from tests.bench.slow_portal import slowed
from tests.bench.stacks import ROOT, new_stack
from tests.emulator.certificate import issued
from tests.variables import inherited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.floors import Floors
    from tests.bench.latency import Latency
    from tests.bench.portals import BenchPortal
    from tests.bench.stacks import Stack


def creations(latency: Latency, sources: int, floors: Floors) -> Iterator[Creation]:
    """Make sources in every way, each on an empty portal with an empty bucket.

    Args:
        latency: How long the portal takes for a call.
        sources: How many.
        floors: The engine's floors.
    """
    with limited_portal(latency) as portal:
        for adapter, like in [*((each, each) for each in ADAPTERS), (NAIVE, DYNAMIC)]:
            floor = floors.seconds(like, sources, "up")
            with new_stack(adapter, sources) as stack:
                yield _creation(adapter.name, portal, sources, partial(_up, stack, portal), floor)
        with _over_tls(portal) as access:
            loop = partial(_script, "b24pysdk_loop", sources, access)
            yield _creation("b24pysdk, a loop", portal, sources, loop)
        one_call = partial(_script, "fast_bitrix24_call", sources, portal.access)
        yield _creation("fast-bitrix24, one call", portal, sources, one_call)


def refreshed_naively(latency: Latency, sources: int, floors: Floors) -> Creation:
    """Refresh a stack of the naive provider, which has been made without limits and latency.

    Args:
        latency: How long the portal takes for a call while the stack is refreshed.
        sources: The number of sources.
        floors: The engine's floors.
    """
    with TemporaryDirectory() as folder, new_stack(NAIVE, sources) as stack:
        state = Path(folder) / "portal.db"
        with bare_portal(state=state) as portal:
            stack.run("up", portal.access)
        with limited_portal(latency, state=state) as portal:
            portal.new_calls()
            seconds = stack.run("refresh", portal.access).seconds
            calls, refused = portal.new_calls()
    floor = floors.seconds(DYNAMIC, sources, "refresh")
    tell(f"{NAIVE.name}: refresh of {sources} sources {seconds:.1f} s, {calls} calls")
    return Creation(NAIVE.name, latency, sources, seconds, calls, refused, floor)


def _creation(
    way: str, portal: BenchPortal, sources: int, make: Callable[[], float], floor: float = 0.0
) -> Creation:
    assert portal.latency
    portal.reset()
    seconds = make()
    calls, refused = portal.new_calls()
    made = len(portal.portal.objects()["sources"])  # without a call, which could be refused
    if made != sources:
        raise click.ClickException(f"{way} made {made} of {sources} sources")
    tell(
        f"{way}: {sources} sources, {portal.latency}: {seconds:.1f} s, of which the engine's floor "
        f"{floor:.1f} s; {calls} calls, {refused} refused"
    )
    return Creation(way, portal.latency, sources, seconds, calls, refused, floor)


def _up(stack: Stack, portal: BenchPortal) -> float:
    return stack.run("up", portal.access).seconds


def _script(name: str, sources: int, access: dict[str, str]) -> float:
    environment = {**inherited(), **access, "SOURCES": str(sources)}
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", f"tests.bench.peers.{name}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - began
    if ended.returncode:
        raise click.ClickException(f"{name} failed:\n{ended.stdout}{ended.stderr}")
    return seconds


@contextmanager
def _over_tls(portal: BenchPortal) -> Iterator[dict[str, str]]:
    """Return the variables that lead to the portal over TLS, as the vendor's SDK requires."""
    assert portal.latency
    with TemporaryDirectory() as folder:
        certificate = issued(Path(folder), "127.0.0.1")
        chain = Path(certificate.chain)
        with slowed(portal.portal.address, portal.latency, chain) as address:
            yield {
                **portal.access,
                "BXBI_PORTAL": address,
                "REQUESTS_CA_BUNDLE": certificate.authority,
            }
