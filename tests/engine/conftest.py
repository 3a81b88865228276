"""The real engine, run as a user runs it, against the real local portal."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from tests.engine.guides import ROOT
from tests.engine.prepared import UNPREPARED, prepared_processes
from tests.engine.stack import Stack, copied
from tests.engine.vault import SECRETS_PROVIDER, vault
from tests.local_portal import portal, running, running_portal
from tests.protocol.processes import MEASURING
from tests.two_portals import other, other_portal, two_applications
from tests.variables import QUICK_GO, inherited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_portal import LocalPortal

__all__ = ["other", "other_portal", "portal", "running_portal", "two_applications"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure no coverage of what these tests run in their own process: it costs half their time.

    It is measured by the tests of the engine's protocol. The commands `bxbi` are measured.
    """
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("no_cover")


@pytest.fixture(scope="session")
def engine_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    if not shutil.which("pulumi"):
        pytest.exit("no pulumi on PATH: run the tests with `make test`", returncode=2)
    return {
        **inherited(),
        **QUICK_GO,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_HOME": str(tmp_path_factory.mktemp("pulumi-home")),
        "PULUMI_CONFIG_PASSPHRASE": "passphrase",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_CHECKPOINTS": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Processes that Pulumi starts are not measured: all that they run is measured elsewhere,
        # and each of them would take twice as long to import it.
        MEASURING: "",
    }


@pytest.fixture(scope="session")
def new_project(
    engine_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A project with an empty stack, to be copied: making one takes the engine a second."""
    return _project(tmp_path_factory.mktemp("project"), engine_environment)


@pytest.fixture(scope="session")
def quick_project(
    engine_environment: dict[str, str],
    quick: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A project whose commands need no passphrase, to be copied."""
    options = ("--secrets-provider", SECRETS_PROVIDER)
    return _project(tmp_path_factory.mktemp("project"), {**engine_environment, **quick}, *options)


def _project(folder: Path, engine_environment: dict[str, str], *options: str) -> Path:
    (folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n", "utf-8")
    (folder / "backend").mkdir()
    environment = {**engine_environment, "PULUMI_BACKEND_URL": f"file://{folder}/backend"}
    made = Stack(folder, environment)
    made.succeeds("stack", "init", "test", *options)
    made.configure("password", "hunter2", secret=True)
    return folder


@pytest.fixture(scope="session")
def quick() -> Iterator[dict[str, str]]:
    """The variables that spare Python's imports and Pulumi's passphrase."""
    with (
        TemporaryDirectory() as folder,
        prepared_processes(Path(folder)) as prepared,
        vault() as encrypting,
    ):
        yield {**prepared, **encrypting}


@pytest.fixture
def stack(
    request: pytest.FixtureRequest,
    portal: LocalPortal,
    engine_environment: dict[str, str],
    tmp_path: Path,
) -> Iterator[Stack]:
    """A project with an empty stack, whose secret setting ``password`` is ``hunter2``."""
    as_users_have_it = request.node.get_closest_marker("as_users_have_it")
    variables = {} if as_users_have_it else dict(request.getfixturevalue("quick"))
    if request.node.get_closest_marker("own_processes"):
        del variables["PATH"]
        prepared = Path(variables["PULUMI_PYTHON_CMD"])
        variables["PULUMI_PYTHON_CMD"] = str(prepared.with_name(UNPREPARED))
    project = "new_project" if as_users_have_it else "quick_project"
    made = copied(
        request.getfixturevalue(project),
        tmp_path / "project",
        {**engine_environment, **variables},
        portal,
    )
    yield made
    assert portal.access_token not in made.output


@pytest.fixture(scope="module")
def shared_portal() -> Iterator[LocalPortal]:
    """A portal for the tests of a module that leave it as it is."""
    with running("current") as made:
        yield made


@pytest.fixture(scope="module")
def shared_stack(
    shared_portal: LocalPortal,
    engine_environment: dict[str, str],
    quick: dict[str, str],
    quick_project: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    """An empty stack on that portal, for a fixture of the module to deploy to."""
    folder = tmp_path_factory.mktemp("shared") / "project"
    made = copied(quick_project, folder, {**engine_environment, **quick}, shared_portal)
    yield made
    assert shared_portal.access_token not in made.output


@pytest.fixture
def beside_a_clone(tmp_path: Path) -> Path:
    """A folder with the clone that the guides speak of."""
    folder = tmp_path / "beside"
    folder.mkdir()
    (folder / "pulumi-bxbi").symlink_to(ROOT)
    return folder
