"""No command depends on whether its output can be written, or has a character."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from pulumi_bxbi.cli import main
from pulumi_bxbi.cli.output import shielded
from tests.variables import inherited

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What no encoding but Unicode's has wholly.
AWKWARD = "Щука «é» 🎉"
ENCODINGS = ["ascii", "cp1252", "latin-1", "koi8-r", "utf-8", "utf-16"]
#: Where Python takes nothing but ASCII for a text.
PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def doctor(folder: Path, *options: str, **how: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the doctor, to whom nothing answers, and who names a folder with awkward characters."""
    environment = {
        **inherited(),
        "PATH": str(folder),  # no pulumi
        "BXBI_PORTAL": "http://127.0.0.1:9",
        "BXBI_CLIENT_ID": "local.1",
        "BXBI_CLIENT_SECRET": "s3cret",
        "BXBI_TOKEN_STORE": str(folder / AWKWARD / "tokens.json"),
        **how.pop("env", {}),
    }
    return subprocess.run(
        [sys.executable, "-m", "pulumi_bxbi.cli", "doctor", *options],
        cwd=folder,
        env=environment,
        check=False,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how},
    )


class TestCharacters:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_one_that_an_encoding_does_not_have_is_escaped(
        self, tmp_path: Path, encoding: str
    ) -> None:
        ended = doctor(tmp_path, env={"PYTHONIOENCODING": encoding})

        shown = AWKWARD.encode(encoding, "backslashreplace").decode(encoding)
        assert f"/{shown}/tokens.json" in ended.stdout.decode(encoding)
        assert (ended.returncode, ended.stderr) == (1, b"")

    @pytest.mark.parametrize("variables", [PLAIN, {"PYTHONIOENCODING": "latin-1:strict"}])
    def test_in_another_locale_too(self, tmp_path: Path, variables: dict[str, str]) -> None:
        ended = doctor(tmp_path, env=variables)

        assert b"/tokens.json" in ended.stdout
        assert (ended.returncode, ended.stderr) == (1, b"")

    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_a_report_for_a_pipeline_is_utf_8(self, tmp_path: Path, encoding: str) -> None:
        ended = doctor(tmp_path, "--json", env={"PYTHONIOENCODING": encoding})

        checks = {each["name"]: each for each in json.loads(ended.stdout.decode("utf-8"))["checks"]}
        assert f"/{AWKWARD}/tokens.json" in checks["tokens"]["found"]

    def test_a_message_is_escaped_too(self, tmp_path: Path) -> None:
        ended = subprocess.run(
            [sys.executable, "-m", "pulumi_bxbi.cli", "doctor", f"--{AWKWARD}"],
            env={**os.environ, "PYTHONIOENCODING": "latin-1"},
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )

        assert ended.returncode == 2
        assert "--\\u0429\\u0443\\u043a\\u0430 «é» \\U0001f389" in ended.stderr.decode("latin-1")

    def test_a_terminal_stays_one(self, tmp_path: Path) -> None:
        screen, terminal = pty.openpty()

        ended = doctor(tmp_path, stdout=terminal)

        os.close(terminal)
        with open(screen, "rb", buffering=0) as file:  # noqa: PTH123  # a handle, no path
            assert b"\x1b[31mfailed" in file.read(4096)
        assert ended.returncode == 1

    def test_half_of_a_character_is_escaped_everywhere(self) -> None:
        @click.command()
        def half() -> None:
            click.echo("a \ud83d b")

        result = CliRunner().invoke(with_command(half), ["half"])

        assert (result.stdout, result.exit_code) == ("a \\ud83d b\n", 0)


@contextlib.contextmanager
def nobody() -> Iterator[IO[bytes]]:
    """A pipe that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb", buffering=0) as file:  # noqa: PTH123  # a handle, no path
        yield file


FULL = Path("/dev/full")
SINKS = {"nobody": nobody, **({"full": lambda: FULL.open("wb")} if FULL.exists() else {})}


class TestNothingCanBeWritten:
    @pytest.mark.parametrize("sink", SINKS.values(), ids=SINKS)
    @pytest.mark.parametrize("options", [(), ("--json",)])
    def test_to_standard_output(self, tmp_path: Path, sink: Any, options: tuple[str, ...]) -> None:
        with sink() as stdout:
            ended = doctor(tmp_path, *options, stdout=stdout)

        told = (
            f"bxbi: standard output could not be written: {os.strerror(errno.ENOSPC)}. "
            "The command itself was not affected.\n"
        )
        assert ended.returncode == 1
        assert ended.stderr.decode() == ("" if sink is nobody else told)

    @pytest.mark.parametrize("sink", SINKS.values(), ids=SINKS)
    def test_to_standard_error(self, tmp_path: Path, sink: Any) -> None:
        with sink() as stderr:
            ended = doctor(tmp_path, "--unknown", stderr=stderr)

        assert ended.returncode == 2

    @pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
    def test_because_it_is_closed(self, tmp_path: Path, closed: str) -> None:
        command = [sys.executable, "-m", "pulumi_bxbi.cli", "doctor", "--json"]
        ended = subprocess.run(
            ["/bin/sh", "-c", f'"$@" {closed}', "sh", *command],
            env={**os.environ, "PATH": str(tmp_path), "BXBI_PORTAL": "ftp://x"},
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )

        assert ended.returncode == 1
        assert ended.stderr == b""
        assert (ended.stdout == b"") == (closed != "2>&-")

    def test_at_once(self) -> None:
        """To a pipe that somebody has told not to wait, as Node.js does."""
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        text = "x" * 200_000
        read: list[bytes] = []

        def drain() -> None:
            with open(reading, "rb") as file:  # noqa: PTH123  # a handle, no path
                read.append(file.read())

        reader = Thread(target=drain)
        with (
            open(writing, "w", encoding="utf-8") as file,  # noqa: PTH123  # a handle, no path
            contextlib.redirect_stdout(file),
            shielded(),
        ):
            reader.start()
            click.echo(text)
        reader.join()

        assert read == [f"{text}\n".encode()]


def test_pulumi_is_given_utf_8_in_every_locale(tmp_path: Path) -> None:
    pulumi = tmp_path / "pulumi"
    pulumi.write_text('#!/bin/sh\nprintf "%s\\n" "$@" "$PULUMI_OPTION_JSON" >>given\n', "utf-8")
    pulumi.chmod(0o755)
    program = """
import os
from pulumi_bxbi.stack.pulumi_command import Stack
stack = Stack("", os.environ)
stack.forget("urn:pulumi:s::p::t::\\u0429")
stack.configure_secrets({"key": "\\u0429 \\U0001f389"})
"""

    subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **PLAIN, "PATH": f"{tmp_path}:/bin:/usr/bin"},
        cwd=tmp_path,
        check=True,
    )

    given = (tmp_path / "given").read_text("utf-8").splitlines()
    assert "urn:pulumi:s::p::t::Щ" in given
    assert json.loads(given[-1]) == {"key": {"value": "Щ 🎉", "secret": True}}


def with_command(command: click.Command) -> click.Group:
    """The command `bxbi` with one command more."""
    group = type(main)("bxbi")
    group.add_command(command)
    return group
