"""A user's repository, as jobs of pipelines find it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from pydantic import SecretStr

from pulumi_bxbi.portal.oauth.tokens import Tokens
from tests.pipelines.noise import NOISE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal


@dataclass(frozen=True, slots=True)
class Repository:
    """A user's repository with the program of the example, and what the platform keeps secret.

    Attributes:
        stack: Its stack `production`, which nothing is deployed to yet.
        portal: Its portal.
        secrets: The secrets of the jobs, but for the platform's own.
        environment: What a runner has in its environment: no secret, but for the token of the
            tests' vault where a test needs no passphrase.
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
        """Return the secrets that can be read in texts."""
        own = [self.portal.access_token, self.portal.refresh_token, "hunter2"]
        hidden = {*self.secrets.values(), *own}
        return [each for each in hidden for text in texts if each in text]


def tokens_of(portal: LocalPortal) -> str:
    """Return what a token store holds after a login."""
    return Tokens(
        portal=portal.address,
        client_id=portal.client_id,
        access_token=SecretStr(portal.access_token),
        refresh_token=SecretStr(portal.refresh_token),
        saved=datetime.now(timezone.utc),
    ).to_json()
