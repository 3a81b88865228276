"""A portal of the library, whose other end is a server that answers what a test tells it to."""

from __future__ import annotations

import gc
import os
import signal
from itertools import chain, groupby
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from pulumi_bxbi.portal import AccessToken, Portal
from tests.http_server import Server
from tests.protocol.processes import MEASURING
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where a system keeps the runtime folders of its users too: a disk would hold each call up.
IN_MEMORY = "/dev/shm"  # noqa: S108  # the folder in it is this user's alone

#: The folders of tests that play whole deployments.
WITH_LONG_TESTS = {"engine", "faults", "pipelines"}

# How long an example takes says something of the machine alone.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

# A shell has what it starts in the background ignore Ctrl-C, and `nohup` ignores the terminal's
# end; all below inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_configure(config: pytest.Config) -> None:
    """Keep what processes of this user share apart from what this user's own processes do."""
    folder = TemporaryDirectory(dir=IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None)
    os.environ["XDG_RUNTIME_DIR"] = folder.name
    config.add_cleanup(folder.cleanup)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Let two tests share a core: a third of the time each waits for the portal, or for Pulumi."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have each worker begin with long tests, and end with short ones, which wait for nobody.

    pytest-xdist gives each worker an equal part, in this order.
    """
    workers: int = getattr(config, "workerinput", {}).get("workercount", 1)
    parts: list[list[pytest.Item]] = [[] for _ in range(workers)]
    long, short = (
        [
            list(module)
            for path, module in groupby(items, key=lambda item: item.path)
            if (path.parent.name in WITH_LONG_TESTS) == are_long
        ]
        for are_long in (True, False)
    )
    for number, module in enumerate(long):
        parts[number % workers] += module
    for module in short:
        next(part for part in parts if len(part) <= len(items) / workers).extend(module)
    items[:] = chain.from_iterable(parts)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Have the garbage collector pass over the tests and all that they import, which stays."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Have no worker measured from its start: pytest-cov measures it."""
    os.environ.pop(MEASURING, None)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """End, in a worker, what pytest-cov began before it knew that this is one.

    It would go on beside the measurement of the worker, make everything twice as slow, and heed no
    ``no_cover``.
    """
    measured: Any = session.config.pluginmanager.getplugin("_cov")
    if measured and measured.cov_controller and hasattr(session.config, "workerinput"):
        measured.cov_controller.cov.stop()
        measured.cov_controller.cov.save()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server()) as made:
        yield made


@pytest.fixture
def naps() -> list[float]:
    """The seconds that the portal has waited, without waiting."""
    return []


@pytest.fixture
def portal(server: Server, naps: list[float]) -> Iterator[Portal]:
    made = Portal(
        server.address,
        AccessToken("s3cret-token"),
        sleep=naps.append,
        clock=lambda: sum(naps),
    )
    yield made
    made.close()
