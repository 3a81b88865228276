"""The local portal and stacks of the engine's tests, for jobs of pipelines."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import engine_environment, new_project, quick
from tests.engine.prepared import PREPARED
from tests.engine.stack import Stack
from tests.engine.vault import SECRETS_PROVIDER
from tests.local_portal import portal, running_portal
from tests.pipelines.github import EXAMPLES
from tests.pipelines.repository import Repository, tokens_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_portal import LocalPortal

__all__ = ["engine_environment", "new_project", "portal", "quick", "running_portal"]


@pytest.fixture(scope="session")
def checked_out(
    engine_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The repository with an empty stack, to be copied: making one takes the engine a second."""
    return _checked_out(tmp_path_factory.mktemp("repository"), engine_environment)


@pytest.fixture(scope="session")
def quick_checked_out(
    engine_environment: dict[str, str],
    quick: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The repository with a stack whose commands need no passphrase, to be copied."""
    options = ("--secrets-provider", SECRETS_PROVIDER)
    folder = tmp_path_factory.mktemp("repository")
    return _checked_out(folder, {**engine_environment, **quick}, *options)


def _checked_out(folder: Path, engine_environment: dict[str, str], *options: str) -> Path:
    for file in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(EXAMPLES / "crm" / file, folder)
    shutil.copy(EXAMPLES / "pipelines" / "Pulumi.offline.yaml", folder)
    (folder / "backend").mkdir()
    made = Stack(folder, {**engine_environment, "PULUMI_BACKEND_URL": f"file://{folder}/backend"})
    made.succeeds("stack", "init", "production", *options)
    made.configure("crmPassword", "hunter2", secret=True)
    return folder


@pytest.fixture
def repository(
    request: pytest.FixtureRequest,
    portal: LocalPortal,
    engine_environment: dict[str, str],
    quick: dict[str, str],
    tmp_path: Path,
) -> Repository:
    """A repository whose stack needs the passphrase only where the test says so."""
    needs_passphrase = request.node.get_closest_marker("needs_passphrase")
    variables = {name: quick[name] for name in PREPARED} if needs_passphrase else quick
    engine_environment = {**engine_environment, **variables}
    folder = tmp_path / "repository"
    made = "checked_out" if needs_passphrase else "quick_checked_out"
    shutil.copytree(request.getfixturevalue(made), folder)
    environment = {
        name: value
        for name, value in engine_environment.items()
        if name != "PULUMI_CONFIG_PASSPHRASE"
    } | {"XDG_DATA_HOME": str(tmp_path / "data")}
    stack = Stack(
        folder,
        {
            **engine_environment,
            "PULUMI_BACKEND_URL": f"file://{folder}/backend",
            "PULUMI_STACK": "production",
            **portal.access,
        },
    )
    settings = {
        "portal": portal.address,
        "oauthServer": portal.address,
        "clientId": portal.client_id,
    }
    with (folder / "Pulumi.production.yaml").open("a", encoding="utf-8") as file:
        file.writelines(f"  bxbi:{name}: {value}\n" for name, value in settings.items())
    secrets = {
        "PULUMI_CONFIG_PASSPHRASE": engine_environment["PULUMI_CONFIG_PASSPHRASE"],
        "BXBI_CLIENT_SECRET": portal.client_secret,
        "BITRIX24_TOKENS": tokens_of(portal),
    }
    return Repository(stack, portal, secrets, environment)
