"""Which program Pulumi runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.stack.project import Project, project_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "name", "runtime", "main"),
    [
        ("name: x\nruntime: python\n", "x", "python", "__main__.py"),
        (
            "name: x\nruntime:\n  name: python\nmain: infra/sub\n",
            "x",
            "python",
            "infra/sub/__main__.py",
        ),
        ("name: x\nruntime: python\nmain: crm.py\n", "x", "python", "crm.py"),
        ("runtime: yaml\n", "", "yaml", "__main__.py"),
    ],
)
def test_the_project_file_says_what_is_run(
    tmp_path: Path, text: str, name: str, runtime: str, main: str
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text, "utf-8")

    assert project_in(tmp_path) == Project(name, runtime, tmp_path, tmp_path / main)


@pytest.mark.parametrize(
    ("text", "has_own_environment", "plugins"),
    [
        ("runtime: {name: python, options: {virtualenv: venv}}\n", True, ()),
        ("runtime: {name: python, options: {toolchain: uv}}\n", True, ()),
        ("runtime: {name: python, options: {toolchain: pip}}\n", False, ()),
        (
            "plugins: {providers: [{name: bxbi, path: venv/bin}, {name: aws}]}\n",
            False,
            ("bxbi", "aws"),
        ),
        ("plugins: {providers: 1}\nruntime: {options: []}\n", False, ()),
        ("plugins: x\n", False, ()),
    ],
)
def test_where_the_project_says_that_programs_are(
    tmp_path: Path, text: str, *, has_own_environment: bool, plugins: tuple[str, ...]
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text, "utf-8")

    project = project_in(tmp_path)

    assert project
    assert (project.has_own_environment, project.plugins) == (has_own_environment, plugins)


def test_a_project_stands_above_its_folders(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("runtime: python\n", "utf-8")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)

    assert project_in(below) == Project("", "python", tmp_path, tmp_path / "__main__.py")


def test_a_folder_without_a_project_has_none(tmp_path: Path) -> None:
    assert project_in(tmp_path) is None


@pytest.mark.parametrize("text", ["", "- x\n", "x", "{"])
def test_what_is_no_project_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text, "utf-8")

    with pytest.raises(ValueError, match="is not YAML as of a project"):
        project_in(tmp_path)
