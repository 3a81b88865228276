"""The commands of this package read a stack's configuration by Pulumi, as seldom as they can."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.stack.pulumi_command import Stack as CommandLineStack
from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

#: Notes the arguments of each command, and runs it.
NOTING = """#!/bin/sh
echo "$*" >>'{notes}'
exec '{pulumi}' "$@"
"""


@on_the_current_api
@pytest.mark.parametrize("is_empty", [False, True])
def test_an_import_reads_it_once(
    portal: LocalPortal, stack: Stack, tmp_path: Path, *, is_empty: bool
) -> None:
    if is_empty:
        stack.succeeds("config", "rm", "password")
    settings = {"login": "a", "password": "b"}
    source = portal.add("source", title="CRM", connectorId=123, settings=settings)
    notes, programs = tmp_path / "notes", tmp_path / "programs"
    programs.mkdir()
    noting = programs / "pulumi"
    noting.write_text(NOTING.format(notes=notes, pulumi=shutil.which("pulumi")), "utf-8")
    noting.chmod(0o755)
    path = f"{programs}{os.pathsep}{stack.environment['PATH']}"

    stack.bxbi("import", "source", str(source), "--name", "crm", PATH=path)

    ran = notes.read_text("utf-8").splitlines()
    assert [each.split()[0] for each in ran].count("import") == 1
    assert len([each for each in ran if each.startswith("config --json")]) == 1


@on_the_current_api
def test_what_is_changed_is_read_anew(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(stack.folder)
    read = CommandLineStack("", stack.environment)
    before = read.configured()

    read.configure_secrets({"other": "x"})
    assert sorted(read.configured()) == sorted([*before, "other"])

    read.remove_configured(["other"])
    assert read.configured() == before
