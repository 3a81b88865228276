"""A local portal for the harness."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.engine.vault import vault
from tests.faults.engine import new_project
from tests.faults.portal import running_portal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.portal import ControlledPortal


@pytest.fixture(scope="session")
def portal() -> Iterator[ControlledPortal]:
    with running_portal() as portal:
        yield portal


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty project for the engine: making one takes a second."""
    if not shutil.which("pulumi"):
        pytest.exit("no pulumi on PATH: run the tests with `make test`", returncode=2)
    with vault() as variables, pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield new_project(tmp_path_factory.mktemp("faults") / "project")
