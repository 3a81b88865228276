"""The local portal and stacks of the engine's tests, for jobs of pipelines."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from pulumi_bxbi.portal.oauth.tokens import Tokens
from tests.engine.conftest import engine_environment, new_project, quick
from tests.engine.prepared import PREPARED
from tests.engine.stack import Stack
from tests.local_portal import LocalPortal, portal, running_portal
from tests.pipelines.github import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["engine_environment", "new_project", "portal", "quick", "running_portal"]


NOISE = "noise\r</details>\r\r@everyone\n"


def is_one_block(markdown: str) -> bool:
    """Tell whether all from the noise on is one block of code."""
    _, noise, rest = markdown.partition("    noise")
    lines = re.split("\r|\n", rest)
    return bool(noise) and all(not each or each.startswith("    ") for each in lines)


@dataclass(frozen=True, slots=True)
class Repository:
    """A user's repository with the program of the example, and what the platform keeps secret.

    Attributes:
        stack: Its stack `production`, which nothing is deployed to yet.
        portal: Its portal.
        secrets: The secrets of the jobs, but for the platform's own.
        environment: What a runner has in its environment, without any secret.
    """

    stack: Stack
    portal: LocalPortal
    secrets: dict[str, str]
    environment: dict[str, str]

    @property
    def folder(self) -> Path:
        return self.stack.folder

    def change(self, before: str, after: str) -> None:
        """Change the program."""
        program = self.folder / "__main__.py"
        text = program.read_text("utf-8")
        assert text.count(before) == 1
        program.write_text(text.replace(before, after), "utf-8")

    def add_noise(self) -> None:
        """Let each `pulumi` say what breaks out of a block in which only line feeds end lines."""
        folder = self.folder.parent / "noisy"
        folder.mkdir()
        shim = folder / "pulumi"
        real = shutil.which("pulumi", path=self.environment["PATH"])
        shim.write_text(f"#!/bin/sh\nprintf '{NOISE}' >&2\nexec '{real}' \"$@\"\n", "utf-8")
        shim.chmod(0o700)
        self.environment["PATH"] = f"{folder}{os.pathsep}{self.environment['PATH']}"

    def shown_in(self, *texts: str) -> list[str]:
        """Give the secrets that can be read in texts."""
        own = [self.portal.access_token, self.portal.refresh_token, "hunter2"]
        hidden = {*self.secrets.values(), *own}
        return [each for each in hidden for text in texts if each in text]


def tokens_of(portal: LocalPortal) -> str:
    """Give what a token store holds after a login."""
    return Tokens(
        portal=portal.address,
        client_id=portal.client_id,
        access_token=SecretStr(portal.access_token),
        refresh_token=SecretStr(portal.refresh_token),
        saved=datetime.now(timezone.utc),
    ).to_json()


@pytest.fixture(scope="session")
def checked_out(
    engine_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The repository with an empty stack, to be copied: making one takes the engine a second."""
    folder = tmp_path_factory.mktemp("repository")
    for file in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(EXAMPLES / "crm" / file, folder)
    shutil.copy(EXAMPLES / "pipelines" / "Pulumi.offline.yaml", folder)
    (folder / "backend").mkdir()
    made = Stack(folder, {**engine_environment, "PULUMI_BACKEND_URL": f"file://{folder}/backend"})
    made.succeeds("stack", "init", "production")
    made.configure("crmPassword", "hunter2", secret=True)
    return folder


@pytest.fixture
def repository(
    checked_out: Path,
    portal: LocalPortal,
    engine_environment: dict[str, str],
    quick: dict[str, str],
    tmp_path: Path,
) -> Repository:
    engine_environment = {**engine_environment, **{name: quick[name] for name in PREPARED}}
    folder = tmp_path / "repository"
    shutil.copytree(checked_out, folder)
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
            "BXBI_ACCESS_TOKEN": portal.access_token,
            "BXBI_PORTAL": portal.address,
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
