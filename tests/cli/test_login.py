"""`bxbi login`, as a person and as a script use it, against the local portal."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import termios
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import requests
from click.testing import CliRunner

from pulumi_bxbi.cli.login import login as command
from pulumi_bxbi.settings.loading import load_settings
from tests.engine.prepared import command_of_bxbi
from tests.local_portal import running
from tests.unreplaceable import read_only_folder
from tests.variables import inherited
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_portal import LocalPortal

COMMAND = (sys.executable, "-m", "pulumi_bxbi.cli")


@pytest.fixture(scope="module")
def portal() -> Iterator[LocalPortal]:
    with running("current") as portal:
        yield portal


@dataclass(slots=True)
class Login:
    """The command, in an environment that is set up for it."""

    portal: LocalPortal
    data: Path
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, *options: str, stdin: int = subprocess.PIPE) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, "login", *options],
            env=self._environment(),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def says(self, answer: str, *options: str, status: int = 0) -> str:
        """Run it with an answer on standard input, and give all that it prints."""
        ended = subprocess.run(
            [command_of_bxbi(), "login", *options],
            env=self._environment(),
            input=answer,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        printed = ended.stdout
        assert ended.returncode == status, printed
        assert "Traceback" not in printed
        assert self.portal.client_secret not in printed
        return printed

    def file(self) -> Path:
        (found,) = self.data.rglob("*.json")
        return found

    def _environment(self) -> dict[str, str]:
        return {**inherited(), "XDG_DATA_HOME": str(self.data), **self.environment}


@pytest.fixture
def login(portal: LocalPortal, tmp_path: Path) -> Login:
    return Login(
        portal,
        tmp_path / "data",
        {
            "BXBI_PORTAL": portal.address,
            "BXBI_CLIENT_ID": portal.client_id,
            "BXBI_CLIENT_SECRET": portal.client_secret,
            "BXBI_OAUTH_SERVER": portal.address,
        },
    )


def redirected(address: str) -> str:
    """Open an authorization address, and give where the browser is sent to."""
    return requests.get(address, timeout=30, allow_redirects=False).headers["Location"]


def code(portal: LocalPortal) -> str:
    address = f"{portal.address}/oauth/authorize/?client_id={portal.client_id}&state=x"
    found = re.search(r"code=(\w+)", redirected(address))
    assert found
    return found[1]


def test_a_code_on_standard_input_is_enough(portal: LocalPortal, login: Login) -> None:
    printed = login.says(f"{code(portal)}\n")

    assert f"Logged in to {portal.address}." in printed
    assert f"The tokens are stored in {login.file()}." in printed
    kept = json.loads(login.file().read_text("utf-8"))
    assert kept["refreshToken"] not in printed
    assert kept["accessToken"] not in printed


def test_deployments_need_no_refresh_token_afterwards(
    portal: LocalPortal, login: Login, tmp_path: Path
) -> None:
    store = str(tmp_path / "kept.json")
    login.says(code(portal), "--token-store", store)

    settings = load_settings(lambda _: None, {**login.environment, "BXBI_TOKEN_STORE": store})

    with closing(settings.connect()) as connected:
        assert connected.call("biconnector.connector.get", {"id": 123})["item"]["id"] == 123


def test_an_older_refresh_token_of_the_environment_does_not_win(
    portal: LocalPortal, login: Login
) -> None:
    """It was never used, so that the OAuth server would still take it."""
    login.environment["BXBI_TOKEN_STORE"] = str(login.data / "kept.json")
    login.says(code(portal))
    kept = json.loads(login.file().read_text("utf-8"))
    environment = {**login.environment, "BXBI_REFRESH_TOKEN": portal.refresh_token}

    with closing(load_settings(lambda _: None, environment).connect()) as connected:
        connected.call("biconnector.connector.list")

    assert json.loads(login.file().read_text("utf-8"))["accessToken"] == kept["accessToken"]


def test_the_redirected_address_is_accepted_with_its_state(login: Login) -> None:
    with login.start("--no-browser") as process:
        assert process.stdin
        assert process.stdout
        printed = "".join(iter(process.stdout.readline, "\n"))
        address = process.stdout.readline().strip()
        print(redirected(address), file=process.stdin, flush=True)
        printed += process.stdout.read()

    assert process.returncode == 0, printed
    assert "Logged in" in printed


def test_an_address_of_another_login_is_refused(portal: LocalPortal, login: Login) -> None:
    answer = f"https://app.example/?code={code(portal)}&state=x"

    assert "answers another login" in login.says(answer, status=1)
    assert list(login.data.rglob("*.json")) == []


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("", "No code was given"),
        ("https://app.example/?error=x", "no code in this address"),
        ("https://[app", "no code in this address"),
        ("t00-late", "paste within 30 seconds"),
    ],
)
def test_what_is_no_code_is_told(login: Login, answer: str, text: str) -> None:
    assert text in login.says(answer, status=1)
    assert list(login.data.rglob("*.json")) == []


@pytest.mark.parametrize("name", ["BXBI_PORTAL", "BXBI_CLIENT_ID", "BXBI_CLIENT_SECRET"])
def test_what_is_missing_is_told(login: Login, name: str) -> None:
    del login.environment[name]

    assert name in login.says("", status=2)


def test_a_wrong_setting_is_told(login: Login) -> None:
    assert "BXBI_PORTAL is not an address" in login.says("", "--portal", "acme", status=1)


def test_a_file_that_is_no_store_is_told_before_anything_is_asked(
    login: Login, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("my notes", "utf-8")

    printed = login.says("", "--token-store", str(tmp_path / "notes.txt"), status=1)

    assert "never overwritten" in printed
    assert "Open this address" not in printed
    assert (tmp_path / "notes.txt").read_text("utf-8") == "my notes"


def test_other_credentials_are_no_hindrance_and_told(portal: LocalPortal, login: Login) -> None:
    login.environment["BXBI_ACCESS_TOKEN"] = "t0ken"

    printed = login.says(code(portal))

    assert "Unset BXBI_ACCESS_TOKEN" in printed
    assert "t0ken" not in printed


@pytest.mark.parametrize(("options", "opened"), [((), True), (("--no-browser",), False)])
def test_on_a_terminal_the_secret_is_asked_for_and_the_address_opened(
    portal: LocalPortal, login: Login, options: tuple[str, ...], *, opened: bool, tmp_path: Path
) -> None:
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\necho "$1" >{tmp_path / "opened"}\n', "utf-8")
    script.chmod(0o700)
    login.environment |= {"BROWSER": f"{script} %s"}
    del login.environment["BXBI_CLIENT_SECRET"]
    person, terminal = pty.openpty()

    with login.start(*options, stdin=terminal) as process:
        assert process.stdout
        assert wait_for(
            lambda: not termios.tcgetattr(terminal)[3] & termios.ECHO,
            lambda: process.poll() is None,
        )
        os.write(person, f"{portal.client_secret}\n".encode())
        printed = ""
        while process.poll() is None and "does not matter" not in printed:
            printed += process.stdout.readline()
        os.write(person, f"{code(portal)}\n".encode())
        printed += process.stdout.read()
    os.close(person)
    os.close(terminal)

    assert process.returncode == 0, printed
    assert portal.client_secret not in printed
    assert (tmp_path / "opened").exists() is opened
    if opened:
        assert (tmp_path / "opened").read_text("utf-8").strip() in printed


def test_a_place_where_nothing_can_be_kept_is_told_before_anybody_opens_the_address(
    login: Login,
) -> None:
    with read_only_folder() as folder:
        result = CliRunner().invoke(
            command,
            ["--token-store", str(folder / "tokens.json")],
            env={**login.environment, "PATH": str(folder)},
        )

    assert (result.exit_code, result.stdout) == (1, "")
    assert "The system said: Permission denied." in result.stderr
