"""The place of the generated program, and how to make Pulumi run it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.adoption.errors import NotImportedError
from pulumi_bxbi.adoption.program import folder, one_file
from pulumi_bxbi.adoption.staging import staged, taken
from pulumi_bxbi.stack.project import MAIN, Project, project_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pulumi_bxbi.adoption.plan import Adopted

_BESIDE: Final = "imported.py"


def python_project(instead: str) -> Project:
    """Return the project of the current folder; without one, a Python project as by default.

    Args:
        instead: The command that imports an object into a program in another language.

    Raises:
        NotImportedError: Its file cannot be read, or its program is not in Python.
    """
    try:
        project = project_in(Path())
    except ValueError as error:
        raise NotImportedError(f"Pulumi.yaml {error}. Nothing was written.") from None
    if project is None:
        return Project("", "python", Path(), Path(MAIN))
    if project.runtime != "python":
        raise NotImportedError(
            f"`bxbi import` writes a program in Python, and Pulumi.yaml says runtime: "
            f"{project.runtime}. Nothing was imported. For a program in another language run "
            f"`{instead}`, which prints what to write into it."
        )
    return project


@dataclass(frozen=True, slots=True)
class Program:
    """A program and its place.

    Attributes:
        files: The contents of its files by their places.
        place: Its file, or its folder.
        hint: How to make Pulumi run it; empty where Pulumi does so already.
    """

    files: dict[Path, bytes]
    place: Path
    hint: str

    @classmethod
    def of(cls, adopted: Sequence[Adopted], portal: str, out: str, project: Project) -> Program:
        """Return the program of objects, with its place.

        Args:
            adopted: The objects.
            portal: The portal's address.
            out: The place; empty for the usual one.
            project: The project that the program becomes a part of.
        """
        main = project.main
        if out and not out.endswith(".py"):
            place = Path(out)
            files = {place / name: each for name, each in folder(adopted, portal).items()}
            return cls(files, place, "" if is_same(place / MAIN, main) else _hint(place, project))
        place = Path(out) if out else main
        files = _in_one_file(adopted, portal, place)
        if not out and taken(files) and not _was_written_by_us(place, files[place]):
            place = main.parent / _BESIDE
            files = _in_one_file(adopted, portal, place)
        return cls(files, place, "" if is_same(place, main) else _hint(place, project))


def _hint(place: Path, project: Project) -> str:
    """Return how to make Pulumi run a program."""
    main = project.main
    is_module = place.suffix == ".py" and place.stem.isidentifier() and not iskeyword(place.stem)
    if main.exists() and is_module and is_same(place.parent, main.parent):
        return f"add `import {place.stem}` to {main}"
    from_root = os.path.relpath(place.resolve(), project.root.resolve())
    written = f"write `main: {from_root}` into Pulumi.yaml"
    if not main.exists():
        return written
    return (
        f"{written}. Pulumi then runs {place} instead of {main}: declare the resources of {main} "
        "there too, or `pulumi up` deletes them"
    )


def _in_one_file(adopted: Sequence[Adopted], portal: str, place: Path) -> dict[Path, bytes]:
    files = one_file(adopted, portal, place.name)
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
