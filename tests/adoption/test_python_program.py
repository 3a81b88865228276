"""A generated program in Python declares exactly what the import file says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from pulumi_bxbi.adoption.language import Language
from pulumi_bxbi.adoption.python_program import folder, one_file
from tests.adoption.evaluation import declared
from tests.adoption.portals import PORTAL, example, planned, portals

if TYPE_CHECKING:
    from pulumi_bxbi.adoption.plan import Plan
    from pulumi_bxbi.adoption.reading import Found


def written(made: Plan, form: str) -> dict[str, bytes]:
    if form == "folder":
        return folder(made.adopted, PORTAL)
    return one_file(made.adopted, PORTAL, "__main__.py")


@pytest.mark.parametrize("form", ["file", "folder"])
@settings(max_examples=30, deadline=None)
@given(found=portals())
def test_the_program_declares_what_is_imported(form: str, found: Found) -> None:
    made = planned(found, Language.PYTHON)

    files = written(made, form)

    resources = [(each, each.kind.lifecycle.resource) for each in made.adopted]
    ids = {f"{kind} {each.name}": each.id for each, kind in resources}
    assert declared(files, made.secrets(), ids) == {
        (kind, each.name): each.inputs for each, kind in resources
    }
    assert len(made.adopted) + len(made.left_out) == sum(map(len, found.objects))
    program = b"".join(content for name, content in files.items() if name.endswith(".py"))
    assert b"hunter2" not in program


@pytest.mark.parametrize("form", ["file", "folder"])
def test_the_program_reads_as_one_that_a_person_has_written(form: str) -> None:
    """The folder beside has it, and is checked like code that was."""
    files = written(planned(example(), Language.PYTHON), form)

    beside = Path(__file__).with_name("example") / form
    assert files == {path.name: path.read_bytes() for path in beside.glob("*.*")}
    for command in (["format", "--check"], ["check"]):
        subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache"],
            cwd=beside,
            check=True,
        )
