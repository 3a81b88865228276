"""What the environment lacks is one sentence that says what to do, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.surroundings import APPLICATION, COMMANDS, bxbi

if TYPE_CHECKING:
    from pathlib import Path

#: A user without a home: neither the environment nor the system's list of users knows one.
HOMELESS = """
import os, pwd
def unknown(*_):
    raise KeyError("getpwuid(): uid not found")
pwd.getpwuid = pwd.getpwnam = unknown
os.environ.pop("HOME", None)
"""
GONE = "import os; os.rmdir(os.getcwd())"


def name_of(arguments: tuple[str, ...]) -> str:
    return " ".join(arguments[:2])


class TestWithoutAHome:
    def test_a_command_that_keeps_tokens_needs_none(self, tmp_path: Path) -> None:
        ended = bxbi(
            "doctor",
            folder=tmp_path,
            before=HOMELESS,
            BXBI_TOKEN_STORE=f"exec:{sys.executable} -c ''",
            **APPLICATION,
        )

        assert "There are none in the command" in ended.stdout
        assert ended.stderr == ""

    def test_the_default_file_has_no_place(self, tmp_path: Path) -> None:
        ended = bxbi("login", "--no-browser", folder=tmp_path, before=HOMELESS, **APPLICATION)

        assert ended.stderr == (
            "Error: BXBI_TOKEN_STORE (or bxbi:tokenStore) is not set, and the user has no home "
            "folder (HOME) for the default file: write the path of a file, or exec: and a command."
            "\n"
        )

    @pytest.mark.parametrize("arguments", COMMANDS, ids=name_of)
    def test_no_command_shows_a_traceback(self, tmp_path: Path, arguments: tuple[str, ...]) -> None:
        ended = bxbi(*arguments, folder=tmp_path, before=HOMELESS, **APPLICATION)

        assert "Traceback" not in ended.stdout + ended.stderr
        assert ended.returncode == (0 if arguments[0] == "emulate" else 1)
        assert not list(tmp_path.iterdir())


#: A `pulumi` that cannot be run, and what the system says of it.
PROGRAMS = {
    "not executable": (b"#!/bin/sh\n", 0o600, "Permission denied"),
    "not of this machine": (b"\x7fELF", 0o700, "Exec format error"),
    "without its interpreter": (b"#!/nonexistent/sh\n", 0o700, "No such file or directory"),
}


@pytest.mark.parametrize(
    ("arguments", "program"),
    [
        *(
            (each, "not executable")
            for each in COMMANDS
            if each[0] != "emulate" and "-" not in each
        ),
        (("doctor",), "not of this machine"),
        (("doctor",), "without its interpreter"),
    ],
)
def test_a_pulumi_that_cannot_be_run_is_told(
    tmp_path: Path, arguments: tuple[str, ...], program: str
) -> None:
    content, mode, said = PROGRAMS[program]
    (tmp_path / "pulumi").write_bytes(content)
    (tmp_path / "pulumi").chmod(mode)

    ended = bxbi(*arguments, folder=tmp_path, HOME=str(tmp_path), **APPLICATION)

    assert ended.returncode == 1
    assert (
        f"the `pulumi` on PATH cannot be run ({said}): make sure that this user may execute it and "
        "that it is made for this machine, or install Pulumi (3.254 or later)."
    ) in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_folder_on_path_that_cannot_be_searched_holds_no_pulumi(tmp_path: Path) -> None:
    """As of another user; a file in the place of a folder is as good."""
    (tmp_path / "file").write_text("", "utf-8")

    ended = bxbi("doctor", folder=tmp_path, path=f"{tmp_path / 'file'}:{tmp_path}", HOME="/")

    assert "no credentials for the portal" in ended.stdout


def test_a_pulumi_that_says_more_than_json_is_told(tmp_path: Path) -> None:
    (tmp_path / "pulumi").write_text("#!/bin/sh\necho Loading ...\necho '{}'\n", "utf-8")
    (tmp_path / "pulumi").chmod(0o700)

    ended = bxbi("recover", folder=tmp_path, **APPLICATION)

    assert ended.stderr == (
        "Error: `pulumi stack` printed something other than JSON on standard output. If the "
        "`pulumi` on PATH is a script, let it print its own text on standard error.\n"
    )


def test_a_pulumi_without_a_home_is_given_one(tmp_path: Path) -> None:
    said = "error: could not get cloud url: failed to get the home path: getting current user"
    (tmp_path / "pulumi").write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 255\n", "utf-8")
    (tmp_path / "pulumi").chmod(0o700)
    (tmp_path / "Pulumi.yaml").write_text("name: test\nruntime: python\n", "utf-8")

    for command in ("doctor", "preflight", "recover"):
        ended = bxbi(command, folder=tmp_path, before=HOMELESS, **APPLICATION)
        assert ended.returncode in {1, 255}
        assert (
            "What to do: set PULUMI_HOME to a folder for Pulumi that this user may write to."
        ) in ended.stdout + ended.stderr


@pytest.mark.parametrize("arguments", [COMMANDS[0], COMMANDS[4], COMMANDS[-1]], ids=name_of)
def test_a_current_folder_that_is_gone_is_told(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()

    ended = bxbi(*arguments, folder=folder, before=GONE, HOME=str(tmp_path), **APPLICATION)

    assert ended.returncode == 1
    assert ended.stderr == (
        "Error: the current folder no longer exists: change into another one, then run the "
        "command again.\n"
    )


@pytest.mark.parametrize("descriptor", [0, 1, 2])
@pytest.mark.parametrize(
    "arguments",
    [
        ("doctor",),
        ("preflight", "-"),
        ("login", "--no-browser"),
        ("verify", "--urls", "https://erp.example/{a,b,c,d}", "--parameter", "token=-"),
        COMMANDS[-1],
    ],
    ids=name_of,
)
def test_a_standard_stream_that_is_closed_is_an_empty_one(
    tmp_path: Path, arguments: tuple[str, ...], descriptor: int
) -> None:
    closing = f"import os, sys; os.close({descriptor}); "
    start = "os.execv(sys.executable, [sys.executable, '-m', 'pulumi_bxbi.cli', *sys.argv[1:]])"
    ended = subprocess.run(
        [sys.executable, "-c", closing + start, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PATH": str(tmp_path), "HOME": str(tmp_path), **APPLICATION},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Traceback" not in ended.stderr
    assert ended.returncode == (0 if arguments[0] == "emulate" else 1)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"name: \xff", "is not a text in UTF-8"),
        (b"name: [", "is not YAML as of a project"),
        (b"- name", "is not YAML as of a project"),
    ],
)
def test_a_project_file_that_cannot_be_read_is_told(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "Pulumi.yaml").write_bytes(content)

    ended = bxbi("import", folder=tmp_path, **APPLICATION)

    assert ended.stderr == f"Error: Pulumi.yaml {reason}. Nothing was written.\n"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BXBI_BURST", "9" * 5000),
        ("BXBI_TIMEOUT", "nan"),
        ("BXBI_REQUESTS_PER_SECOND", "1e999"),
        ("BXBI_PORTAL", "http://[::1"),
        ("BXBI_OAUTH_SERVER", "nonsense"),
        ("BXBI_OFFLINE", "perhaps"),
        ("BXBI_TOKEN_STORE", "exec:'"),
    ],
)
def test_a_variable_that_makes_no_sense_is_named(tmp_path: Path, variable: str, value: str) -> None:
    ended = bxbi(
        "doctor",
        "--json",
        folder=tmp_path,
        **{"HOME": str(tmp_path), **APPLICATION, variable: value},
    )

    assert any(variable in each["found"] for each in json.loads(ended.stdout)["checks"])
    assert (ended.returncode, ended.stderr) == (1, "")
