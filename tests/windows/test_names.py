"""Where the names are missing that Windows does not have, everything starts and works.

Windows itself is not here, so this is as near as these tests come to it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.portal.oauth.token_stores import arguments_of
from tests.local_portal import running
from tests.variables import inherited
from tests.windows import POORER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_portal import LocalPortal

EVERY_MODULE = """
import importlib, pkgutil, sys
import pulumi_bxbi
assert sys.platform == "win32"
for each in pkgutil.walk_packages(pulumi_bxbi.__path__, "pulumi_bxbi."):
    if not each.name.endswith("__main__"):
        importlib.import_module(each.name)
        print(each.name)
"""

ASK = """
import json, os, urllib.request
body = json.dumps({"auth": os.environ["BXBI_ACCESS_TOKEN"], "id": 123}).encode()
address = os.environ["BXBI_PORTAL"] + "/rest/biconnector.connector.get"
request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
with urllib.request.urlopen(request) as response:
    print(json.load(response)["result"]["item"]["title"])
raise SystemExit(7)
"""

#: Asks each command for its help, in one process: Python would take most of the time to import.
HELP = """
import sys
from pulumi_bxbi.cli import main
for command in sys.argv[1:]:
    name, *arguments = command.split()
    try:
        main([*arguments, "--help"], prog_name=name)
    except SystemExit as ended:
        assert not ended.code
"""
COMMANDS = [
    "bxbi",
    "bxbi doctor",
    "bxbi emulate",
    "bxbi import",
    "bxbi import source",
    "bxbi login",
    "bxbi migrate",
    "bxbi preflight",
    "bxbi recover",
    "bxbi tables",
    "bxbi verify",
]

HANGING = """
import sys
from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.portal.oauth.token_stores import CommandStore
try:
    CommandStore(f'"{sys.executable}" -c "import time; time.sleep(600)"', None, timeout=1).get()
except PortalError as error:
    print(error.observed)
"""


def python(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**inherited(), **POORER, "PATH": str(folder), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def bxbi(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return python("-m", "pulumi_bxbi.cli", *arguments, folder=folder, **variables)


def test_every_module_can_be_imported(tmp_path: Path) -> None:
    ended = python("-c", EVERY_MODULE, folder=tmp_path)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert {"pulumi_bxbi.cli.import_objects", "pulumi_bxbi.dynamic"} <= set(
        ended.stdout.splitlines()
    )


def test_each_command_can_be_asked_for_help(tmp_path: Path) -> None:
    ended = python("-c", HELP, *COMMANDS, folder=tmp_path)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.findall(r"^Usage: (.+?) \[OPTIONS\]", ended.stdout, re.MULTILINE) == COMMANDS


def test_a_command_runs_beside_the_local_portal(tmp_path: Path) -> None:
    ended = bxbi("emulate", "--", sys.executable, "-c", ASK, folder=tmp_path)

    assert (ended.returncode, ended.stdout, ended.stderr) == (7, "Local database\n", "")


@pytest.fixture
def portal() -> Iterator[LocalPortal]:
    with running("current") as made:
        yield made


def test_tokens_are_kept_in_a_file_which_counts_as_the_users_own(
    portal: LocalPortal, tmp_path: Path
) -> None:
    ended = bxbi(
        "doctor",
        "--json",
        folder=tmp_path,
        BXBI_PORTAL=portal.address,
        BXBI_OAUTH_SERVER=portal.address,
        BXBI_CLIENT_ID=portal.client_id,
        BXBI_CLIENT_SECRET=portal.client_secret,
        BXBI_REFRESH_TOKEN=portal.refresh_token,
        BXBI_TOKEN_STORE=str(tmp_path / "tokens.json"),
    )
    (tmp_path / "tokens.json").chmod(0o666)
    again = bxbi(
        "doctor",
        "--json",
        folder=tmp_path,
        BXBI_PORTAL=portal.address,
        BXBI_CLIENT_ID=portal.client_id,
        BXBI_CLIENT_SECRET=portal.client_secret,
        BXBI_TOKEN_STORE=str(tmp_path / "tokens.json"),
    )

    for each in (ended, again):
        assert (each.returncode, each.stderr) == (0, "")
        statuses = {check["name"]: check["status"] for check in json.loads(each.stdout)["checks"]}
        assert statuses["tokens"] == statuses["credentials"] == "ok"


def test_a_command_that_hangs_is_ended(tmp_path: Path) -> None:
    ended = python("-c", HANGING, folder=tmp_path)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "did not end within 1 seconds." in ended.stdout


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (r"C:\tools\tokens.exe get\all", [r"C:\tools\tokens.exe", r"get\all"]),
        (
            r'"C:\Program Files\it\'s.exe" --user "Ann Lee"',
            [r"C:\Program Files\it\'s.exe", "--user", "Ann Lee"],
        ),
        ("tokens # no comment", ["tokens", "#", "no", "comment"]),
    ],
)
def test_a_command_of_windows_keeps_its_backslashes(command: str, arguments: list[str]) -> None:
    assert arguments_of(command, windows=True) == arguments


def test_a_quotation_mark_without_its_second_is_an_error() -> None:
    with pytest.raises(ValueError, match="No closing quotation"):
        arguments_of(r'"C:\tokens.exe', windows=True)
