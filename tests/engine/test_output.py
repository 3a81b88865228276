"""What the output can show changes nothing of what a command does with a stack."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

pytestmark = [on_the_current_api, pytest.mark.own_processes]

TITLE, NAME = "Источник «Щука» 🎉", "Щука"
SETTINGS = {"login": "админ", "password": "hunter2"}
#: Where Python takes nothing but ASCII for a text.
PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
ENCODINGS = ("ascii", "cp1252", "latin-1", "utf-8")


@pytest.fixture
def source(portal: LocalPortal) -> str:
    return str(portal.add("source", title=TITLE, connectorId=123, settings=SETTINGS))


def imported(stack: Stack, source: str, stdout: int, **environment: str) -> str:
    """Import a source, and give what was printed."""
    ended = subprocess.run(
        ["bxbi", "import", "source", source, "--name", NAME],
        cwd=stack.folder,
        env={**stack.environment, **environment},
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    return (ended.stdout or b"").decode(encoding)


def declared(told: str) -> tuple[str, str]:
    """The name and the title in what is to be written into the program."""
    statement = re.search(r"^bxbi\..*?^\)\n", told, re.MULTILINE | re.DOTALL)
    assert statement
    call = ast.parse(statement.group(), mode="eval").body
    assert isinstance(call, ast.Call)
    given = {each.arg: each.value for each in call.keywords}
    return ast.literal_eval(call.args[0]), ast.literal_eval(given["title"])


def test_what_to_write_into_the_program_means_the_same(stack: Stack, source: str) -> None:
    """The first command imports, and the others find that it has been done."""
    for environment in (PLAIN, *({"PYTHONIOENCODING": each} for each in ENCODINGS)):
        told = imported(stack, source, subprocess.PIPE, **environment)

        assert declared(told) == (NAME, TITLE), environment
        assert list(stack.resources()) == [NAME], environment


@pytest.mark.parametrize("sink", ["nobody", *(["/dev/full"] if Path("/dev/full").exists() else [])])
def test_what_could_not_be_told_is_told_by_the_same_command(
    stack: Stack, source: str, sink: str
) -> None:
    if sink == "nobody":
        reading, writing = os.pipe()
        os.close(reading)
    else:
        writing = os.open(sink, os.O_WRONLY)
    imported(stack, source, writing)
    os.close(writing)

    assert list(stack.resources()) == [NAME]
    assert declared(imported(stack, source, subprocess.PIPE)) == (NAME, TITLE)


@pytest.mark.parametrize("environment", [{"PYTHONIOENCODING": "cp1252"}, PLAIN])
def test_everything_is_taken_whatever_can_be_shown(
    portal: LocalPortal, stack: Stack, source: str, environment: dict[str, str]
) -> None:
    """Secrets with characters that the locale does not have among them."""
    ended = subprocess.run(
        ["bxbi", "import", "--source", source, "--apply"],
        cwd=stack.folder,
        env={**stack.environment, **environment},
        capture_output=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    assert stack.preview() == {}
    assert portal.source()["title"] == TITLE
