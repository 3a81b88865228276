"""Declarations that are added to the files of a program."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_bxbi.adoption import python_text, yaml_text
from pulumi_bxbi.adoption.errors import NotAddedError
from pulumi_bxbi.adoption.language import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pulumi_bxbi.adoption.declaring import Declared


def add(found: Declared) -> None:
    """Add declarations behind what the files of a program declare, which stays as it is.

    Args:
        found: The declarations.

    Raises:
        NotAddedError: The program is in another language, a file is missing or cannot be written,
            or nothing can be added to it. The message names the files that were changed before.
    """
    if not found.is_of_program:
        raise NotAddedError(
            "--write adds to a program in Python or YAML, and this one is in another language. "
            "Nothing was added. Leave it out, and turn what is printed into that language."
        )
    text = python_text if found.language is Language.PYTHON else yaml_text
    contents = {}
    for file, added in found.by_file.items():
        content = _content(file, partial(text.with_declarations, declarations=added))
        contents[file.resolve()] = content
    _replace(contents)


def _content(file: Path, add_to: Callable[[bytes], bytes]) -> bytes:
    """Return what a file is to hold."""
    try:
        return add_to(file.read_bytes())
    except OSError as error:
        raise _not_added(file, f"cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise _not_added(file, str(error)) from None


def _replace(contents: Mapping[Path, bytes]) -> None:
    beside: dict[Path, Path] = {}
    replaced: list[Path] = []
    try:
        for file, content in contents.items():
            with _told(file):
                file.open("r+b").close()  # a file that is read-only can be replaced all the same
                handle, name = tempfile.mkstemp(".part", ".bxbi-", file.parent)
                beside[file] = Path(name)
                with open(handle, "wb") as temporary:  # noqa: PTH123  # a handle, no path
                    temporary.write(content)
                shutil.copymode(file, name)
        for file, place in beside.items():
            with _told(file, replaced):
                place.replace(file)
            replaced.append(file)
    finally:
        for place in beside.values():
            with suppress(OSError):
                place.unlink()


@contextmanager
def _told(file: Path, replaced: Sequence[Path] = ()) -> Iterator[None]:
    """Turn the failure to write a file into an error that names it, and those replaced before."""
    try:
        yield
    except OSError as error:
        raise _not_added(file, f"cannot be written: {error.strerror}", replaced) from None


def _not_added(file: Path, problem: str, replaced: Sequence[Path] = ()) -> NotAddedError:
    but = f" but to {', '.join(map(str, replaced))}" if replaced else ""
    return NotAddedError(
        f"{file} {problem}. Nothing was added{but}. Run the command without --write: it prints "
        "what to add."
    )
