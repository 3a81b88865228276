"""The commands of the README."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

from tests.engine.guides import (
    CONFIGURATION,
    EMULATOR,
    PIP,
    PREFLIGHT,
    README,
    RECOVERY,
    ROOT,
    blocks,
    commands,
)


def test_the_two_commands_of_the_beginning_are_those_of_ci() -> None:
    ci = (ROOT / ".ci" / "run").read_text("utf-8")

    assert commands("make ", README) == ["make demo", "make test"]
    for command in commands("make ", README):
        assert command in ci


class TestFirstStack:
    def run(self, stack: Stack, portal: LocalPortal, command: str, folder: Path) -> str:
        ended = subprocess.run(  # noqa: S602  # as a reader of the README types it
            command.replace("https://acme.bitrix24.com", portal.address),
            shell=True,
            cwd=folder,
            env={
                **stack.environment,
                **PIP,
                "PYTHONPATH": sysconfig.get_path("purelib"),
                "BITRIX24_ACCESS_TOKEN": portal.access_token,
                "CRM_PASSWORD": "correct horse",
                "BXBI_PORTAL": "",
                "BXBI_ACCESS_TOKEN": "",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    @on_the_current_api
    @pytest.mark.as_users_have_it
    def test_the_steps_lead_to_the_source(
        self, portal: LocalPortal, stack: Stack, beside_a_clone: Path
    ) -> None:
        """From the first to the last, in one shell."""
        del stack.environment["PULUMI_STACK"]
        steps = [each for each in blocks(README) if not each.startswith("make ")]

        printed = self.run(stack, portal, "set -e\n" + "".join(steps), beside_a_clone)

        source = portal.source()
        assert (source["title"], source["description"]) == ("CRM Source", "Источник данных CRM")
        assert source["settings"] == {"login": "admin", "password": "correct horse"}
        assert "ok           permissions" in printed
        assert portal.access_token not in printed

    @on_the_current_api
    def test_the_engines_commands_of_the_guides_work(
        self, portal: LocalPortal, stack: Stack
    ) -> None:
        shutil.copy(ROOT / "examples" / "crm" / "__main__.py", stack.folder)
        stack.configure("bxbi:portal", portal.address)
        stack.configure("bxbi:accessToken", portal.access_token, secret=True)
        stack.configure("crmPassword", "correct horse", secret=True)

        for command in (
            each
            for guide in (CONFIGURATION, PREFLIGHT, RECOVERY)
            for each in commands("pulumi ", guide)
        ):
            self.run(stack, portal, command, stack.folder)
        self.run(stack, portal, "pulumi up --yes", stack.folder)

        assert portal.source()["title"] == "CRM Source"

    @on_the_current_api
    def test_a_preview_runs_beside_a_local_portal(self, portal: LocalPortal, stack: Stack) -> None:
        shutil.copy(ROOT / "examples" / "crm" / "__main__.py", stack.folder)
        stack.configure("crmPassword", "x", secret=True)

        (command,) = commands("bxbi emulate -- ", EMULATOR)

        assert "+ 2 to create" in self.run(stack, portal, command, stack.folder)
