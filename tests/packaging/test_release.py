"""What a release is made of."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_bxbi.version import __version__
from tests.tools.release_notes import notes

ROOT = Path(__file__).parents[2]
CHANGELOG = """# Changelog

## [Unreleased]

- Not yet.

## [0.2.0] - 2026-12-01

### Added

- Something new.

## [0.1.0] - 2026-11-01

- The beginning.
"""


@pytest.mark.parametrize(
    ("version", "said"),
    [("0.2.0", "### Added\n\n- Something new.\n"), ("0.1.0", "- The beginning.\n")],
)
def test_the_notes_are_what_the_changelog_says_of_the_version(version: str, said: str) -> None:
    assert notes(CHANGELOG, version) == said


def test_a_version_of_which_nothing_is_said_is_told() -> None:
    with pytest.raises(
        SystemExit, match=r"says nothing of 0\.3\.0: give \[Unreleased\] its heading"
    ):
        notes(CHANGELOG, "0.3.0")


def test_a_tag_of_another_version_is_refused() -> None:
    ended = subprocess.run(
        [sys.executable, ROOT / "tests" / "tools" / "release_notes.py", "v99"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"The tag is v99, and pulumi_bxbi/version.py says {__version__}" in ended.stderr


def test_the_workflow_builds_what_is_here() -> None:
    """Each program that it runs from this project exists."""
    text = (ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8")

    programs = re.findall(r"python (tests/\S+\.py)", text)

    assert programs == ["tests/tools/release_notes.py", "tests/tools/archive.py"]
    assert all((ROOT / each).is_file() for each in programs)
