"""An OAuth application deploys for months with the refresh token that it began with."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

PROGRAM = """
    for name in ("a", "b", "c", "d"):
        bxbi.BiSource(name, title=name, connector_id=123, settings={"login": "%s"})
"""
EXPIRED = {"method": "biconnector.source.add", "action": "expired_token"}

pytestmark = on_the_current_api


class SecretManager:
    """A command that keeps one text, and counts how often it was given one.

    Attributes:
        command: The command.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._kept, self._log = folder / "kept", folder / "log"
        script = folder / "manager"
        script.write_text(
            "#!/bin/sh\n"
            f"if [ $1 = get ]; then if [ -e {self._kept} ]; then cat {self._kept}; fi; exit; fi\n"
            f"cat >{self._kept}.new && mv {self._kept}.new {self._kept}\n"
            f"echo set >>{self._log}\n",
            "utf-8",
        )
        script.chmod(0o700)
        self.command = str(script)

    @property
    def renewals(self) -> int:
        return len(self._log.read_text("utf-8").splitlines())

    def tokens(self) -> tuple[str, str]:
        kept = json.loads(self._kept.read_text("utf-8"))
        return kept["accessToken"], kept["refreshToken"]


@pytest.fixture
def manager(tmp_path: Path) -> SecretManager:
    return SecretManager(tmp_path / "manager")


@pytest.fixture
def stack(stack: Stack, portal: LocalPortal, manager: SecretManager, tmp_path: Path) -> Stack:
    """The stack of an application; all of its settings are in the stack."""
    stack.environment |= {
        "BXBI_ACCESS_TOKEN": "",
        "BXBI_PORTAL": "",
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    plain = {
        "portal": portal.address,
        "oauthServer": portal.address,
        "tokenStore": f"exec:{manager.command}",
        "clientId": portal.client_id,
    }
    secret = {"clientSecret": portal.client_secret, "refreshToken": portal.refresh_token}
    stack.succeeds(
        "config",
        "set-all",
        *(f"--plaintext=bxbi:{name}={value}" for name, value in plain.items()),
        *(f"--secret=bxbi:{name}={value}" for name, value in secret.items()),
    )
    return stack


def test_the_first_refresh_token_lasts_through_every_rotation(
    portal: LocalPortal, stack: Stack, manager: SecretManager
) -> None:
    stack.program(PROGRAM % "one")
    secrets = {portal.client_secret, portal.refresh_token}

    stack.preview()
    assert manager.renewals == 1
    secrets.update(manager.tokens())
    assert stack.preview() == dict.fromkeys("abcd", "create")
    assert manager.renewals == 1

    portal.faults(EXPIRED)
    stack.up(BXBI_LOG="debug")
    assert manager.renewals == 2
    secrets.update(manager.tokens())
    assert len(portal.sources()) == 4

    stack.program(PROGRAM % "two")
    # The first call is a check; whether an update travels in a batch depends on the limits.
    portal.faults({**EXPIRED, "method": "*", "after": 1})
    stack.up()
    assert manager.renewals == 3
    secrets.update(manager.tokens())

    # With the configuration that was stored at the last `up`.
    portal.faults({**EXPIRED, "method": "biconnector.source.list"})
    stack.refresh()
    stack.destroy()
    assert manager.renewals == 4
    assert portal.sources() == {}

    secrets.update(manager.tokens())
    shown = stack.output + stack.state()
    assert [secret for secret in secrets if secret in shown] == []


def test_two_stacks_that_begin_at_the_same_moment_renew_once(
    portal: LocalPortal, stack: Stack, manager: SecretManager, tmp_path: Path
) -> None:
    stack.program('bxbi.BiSource("a", title="A", connector_id=123, settings={"login": "x"})')
    shutil.copytree(stack.folder, tmp_path / "other")
    backend = {"PULUMI_BACKEND_URL": f"file://{tmp_path}/other/backend"}
    other = replace(stack, folder=tmp_path / "other", environment=stack.environment | backend)

    with ThreadPoolExecutor(2) as pool:
        for each in (stack, other):
            each.hosted = True
        list(pool.map(lambda each: each.up(), (stack, other)))

    assert len(portal.sources()) == 2
    assert manager.renewals == 1
