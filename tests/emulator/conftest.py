"""Local portals of a module, as the tests of the local portal see them."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.emulator.raw_portal import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.emulator.raw_portal import RawPortal, Start

CONDITIONS = json.loads(Path(__file__).with_name("conditions.json").read_text("utf-8"))


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark of this folder's tests known."""
    config.addinivalue_line(
        "markers", "uncertain: pins down an answer that the documentation leaves open"
    )


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    """Start portals that run until the end of the module."""
    with ExitStack() as stack:
        yield lambda *options, **seed: stack.enter_context(running(*options, **seed))


@pytest.fixture(scope="module")
def shared(start: Start) -> RawPortal:
    """The module's portal, with the shipped seed and the current API."""
    return start()


@pytest.fixture
def portal(shared: RawPortal) -> RawPortal:
    """The module's portal, fresh."""
    shared.reset()
    return shared


@pytest.fixture(scope="module")
def shared_legacy(start: Start) -> RawPortal:
    """The module's portal that speaks the API of 2025."""
    return start("--api", "legacy")


@pytest.fixture
def legacy(shared_legacy: RawPortal) -> RawPortal:
    """The module's portal of 2025, fresh."""
    shared_legacy.reset()
    return shared_legacy


@pytest.fixture(scope="module")
def shared_conditions(start: Start) -> RawPortal:
    """The module's portal on which everything documented has gone wrong somewhere."""
    return start(seed=CONDITIONS)


@pytest.fixture(scope="module")
def shared_older_conditions(start: Start) -> RawPortal:
    """The same portal, speaking the API of 2025."""
    return start("--api", "legacy", seed=CONDITIONS)


@pytest.fixture
def conditions(shared_conditions: RawPortal) -> RawPortal:
    """The module's portal on which everything has gone wrong, fresh."""
    shared_conditions.reset()
    return shared_conditions
