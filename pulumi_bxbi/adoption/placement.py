"""The place of the generated program, and how to make Pulumi run it.

Vendor's pages: "Pulumi project file reference" (``main``), "Pulumi YAML language reference" (the
files ``Main.yaml`` and ``Pulumi.yaml``), "pulumi convert".
"""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.adoption import python_program, yaml_program
from pulumi_bxbi.adoption.errors import NotImportedError
from pulumi_bxbi.adoption.language import Language
from pulumi_bxbi.adoption.staging import staged, taken
from pulumi_bxbi.stack.project import MAIN, YAML_MAINS, Project, project_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pulumi_bxbi.adoption.plan import Adopted

_BESIDE: Final = "imported.py"
_YAML_BESIDE: Final = "imported.yaml"
_YAML_FOLDER: Final = "imported"
_PROJECT_FILE: Final = "Pulumi.yaml"
#: What `pulumi convert` calls the language of a runtime.
_CONVERTED: Final = {"nodejs": "typescript", "dotnet": "csharp"}


def current_project() -> Project:
    """Return the project of the current folder; without one, a Python project as by default.

    Raises:
        NotImportedError: Its file cannot be read.
    """
    try:
        project = project_in(Path())
    except ValueError as error:
        raise NotImportedError(f"Pulumi.yaml {error}. Nothing was written.") from None
    return project or Project("", "python", Path(), Path(MAIN))


@dataclass(frozen=True, slots=True)
class Program:
    """A program and its place.

    Attributes:
        files: The contents of its files by their places.
        place: Its file, or its folder.
        hint: How to make Pulumi run it; empty where Pulumi does so already.
        language: Its language.
    """

    files: dict[Path, bytes]
    place: Path
    hint: str
    language: Language


def program_in(
    language: Language, adopted: Sequence[Adopted], portal: str, out: str, project: Project
) -> Program:
    """Return the program of objects, with its place.

    Args:
        language: Its language.
        adopted: The objects.
        portal: The portal's address.
        out: The place; empty for the usual one.
        project: The project that the program becomes a part of.

    Raises:
        NotImportedError: The place is a file of another language, or has to be a folder.
    """
    place_in = _place_in_python if language is Language.PYTHON else _place_in_yaml
    return place_in(adopted, portal, out, project)


def _place_in_python(
    adopted: Sequence[Adopted], portal: str, out: str, project: Project
) -> Program:
    main = project.main
    if out.endswith(".yaml"):
        raise NotImportedError(f"--out {out} is no Python file, so nothing was written.")
    if out and not out.endswith(".py"):
        place = Path(out)
        folder = python_program.folder(adopted, portal)
        files = {place / name: each for name, each in folder.items()}
        hint = "" if is_same(place / MAIN, main) else _hint_in_python(place, project)
        return Program(files, place, hint, Language.PYTHON)
    place = Path(out) if out else main
    files = _in_one_python_file(adopted, portal, place)
    if not out and taken(files) and not _was_written_by_us(place, files[place]):
        place = main.parent / _BESIDE
        files = _in_one_python_file(adopted, portal, place)
    hint = "" if is_same(place, main) else _hint_in_python(place, project)
    return Program(files, place, hint, Language.PYTHON)


def _place_in_yaml(adopted: Sequence[Adopted], portal: str, out: str, project: Project) -> Program:
    folder = project.main.parent
    is_yaml = project.runtime == Language.YAML
    if out.endswith(".py" if is_yaml else (".py", ".yaml")):
        wanted = "a file in YAML or a folder" if is_yaml else "a folder"
        raise NotImportedError(f"--out {out} is not {wanted}, so nothing was written.")
    if not is_yaml or (out and not out.endswith(".yaml")):
        place = Path(out or folder / _YAML_FOLDER)
        # The folder becomes the program's own, unless its resources go into another program.
        logos = "" if is_yaml else _folder_from(folder, place)
        head = {"name": project.name or _YAML_FOLDER, "runtime": "yaml"}
        written = yaml_program.one_file(adopted, portal, _PROJECT_FILE, logos, head)
        files = {place / file: content for file, content in written.items()}
        main = main_in_yaml(project)
        hint = _run_instead(place, main, project) if is_yaml else _convert(place, project)
        return Program(files, place, hint, Language.YAML)
    main = main_in_yaml(project)
    place = Path(out) if out else main
    # Pulumi's YAML fails without words on a program of its own that has no name.
    name = {"name": project.name} if is_same(place, main) and project.name else {}
    files = _in_one_yaml_file(adopted, portal, place, folder, name)
    if not out and taken(files) and not _was_written_by_us(place, files[place]):
        place = folder / _YAML_BESIDE
        files = _in_one_yaml_file(adopted, portal, place, folder, {})
    beside = f"add the entries of config and resources in {place} to those in {main}"
    hint = "" if is_same(place, main) else beside
    return Program(files, place, hint, Language.YAML)


def main_in_yaml(project: Project) -> Path:
    """Return the file that Pulumi reads a program in YAML from; a new one where there is none."""
    folder = project.main.parent
    for name in YAML_MAINS:
        if (folder / name).exists():
            return folder / name
    return folder / (_PROJECT_FILE if project.declares_resources else YAML_MAINS[-1])


def _in_one_yaml_file(
    adopted: Sequence[Adopted], portal: str, place: Path, program: Path, head: dict[str, str]
) -> dict[Path, bytes]:
    logos = _folder_from(program, place.parent)
    files = yaml_program.one_file(adopted, portal, place.name, logos, head)
    return {place.parent / name: content for name, content in files.items()}


def _folder_from(program: Path, folder: Path) -> str:
    """Return a folder, ended by a slash, as a program in another one sees it."""
    if is_same(program, folder):
        return ""
    return f"{Path(os.path.relpath(folder.resolve(), program.resolve())).as_posix()}/"


def _convert(place: Path, project: Project) -> str:
    language = _CONVERTED.get(project.runtime, project.runtime)
    convert = ["pulumi", "convert", "--from", "yaml", "--language", language]
    command = shlex.join([*convert, "--cwd", str(place), "--out", "converted"])
    return (
        f"run `{command}`, and add the resources in {place / 'converted'} to your program, with "
        "the names that they have there"
    )


def _hint_in_python(place: Path, project: Project) -> str:
    """Return how to make Pulumi run a program in Python."""
    main = project.main
    is_module = place.suffix == ".py" and place.stem.isidentifier() and not iskeyword(place.stem)
    if main.exists() and is_module and is_same(place.parent, main.parent):
        return f"add `import {place.stem}` to {main}"
    return _run_instead(place, main, project)


def _run_instead(place: Path, main: Path, project: Project) -> str:
    from_root = os.path.relpath(place.resolve(), project.root.resolve())
    written = f"write `main: {from_root}` into Pulumi.yaml"
    if not main.exists():
        return written
    return (
        f"{written}. Pulumi then runs {place} instead of {main}: declare the resources of {main} "
        "there too, or `pulumi up` deletes them"
    )


def _in_one_python_file(adopted: Sequence[Adopted], portal: str, place: Path) -> dict[Path, bytes]:
    files = python_program.one_file(adopted, portal, place.name)
    return {place.parent / name: content for name, content in files.items()}


def _was_written_by_us(place: Path, content: bytes) -> bool:
    """Return whether a program begins like the new one, so that an earlier import wrote it."""
    begins = content.splitlines()[:1]
    return place.is_file() and place.read_bytes().splitlines()[:1] == begins


def is_same(place: Path, other: Path) -> bool:
    """Return whether two paths lead to one place."""
    return place.resolve() == other.resolve()


def refuse_taken(files: Mapping[Path, bytes]) -> None:
    """Refuse to overwrite a file.

    Args:
        files: The contents of files by their places.

    Raises:
        NotImportedError: One of them exists, with another content.
    """
    if places := taken(files):
        raise NotImportedError(
            f"{', '.join(map(str, places))} would be overwritten, so nothing was written. Move it "
            "away, or give another --out."
        )


@contextmanager
def written(files: Mapping[Path, bytes], private: set[Path]) -> Iterator[Callable[[], None]]:
    """Write files beside their places, and yield the function that moves them there.

    Args:
        files: The contents of the files by their places.
        private: The places that only the user may read.

    Raises:
        NotImportedError: One could not be written.
    """
    try:
        with staged(files, private) as place:
            yield place
    except OSError as error:
        raise NotImportedError(
            f"{error.filename} cannot be written: {error.strerror}. Nothing was imported."
        ) from None
