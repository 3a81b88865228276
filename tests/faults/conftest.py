"""A local portal for the harness."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.engine import new_project, quick_engine
from tests.faults.portal import running_portal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.portal import ControlledPortal


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure no coverage of these tests: it more than doubles their time.

    What they run is measured by the tests of the engine's protocol.
    """
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("no_cover")


@pytest.fixture(scope="session")
def portal() -> Iterator[ControlledPortal]:
    with running_portal() as portal:
        yield portal


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty project for the engine: making one takes a second."""
    if not shutil.which("pulumi"):
        pytest.exit("no pulumi on PATH: run the tests with `make test`", returncode=2)
    with quick_engine() as variables, pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield new_project(tmp_path_factory.mktemp("faults") / "project")
