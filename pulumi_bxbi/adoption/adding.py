"""Declarations that are added to the files of a program, to all of them or to none."""

from __future__ import annotations

import shutil
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from pulumi_bxbi.adoption import python_text, yaml_text
from pulumi_bxbi.adoption.errors import NotAddedError
from pulumi_bxbi.adoption.language import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pulumi_bxbi.adoption.declaring import Declared


def add(found: Declared) -> None:
    """Add declarations behind what the files of a program declare, which stays as it is.

    Args:
        found: The declarations.

    Raises:
        NotAddedError: The program is in another language, a file is missing or cannot be written,
            or nothing can be added to it.
    """
    if not found.is_of_program:
        raise NotAddedError(
            "--write adds to a program in Python or YAML, and this one is in another language. "
            "Nothing was added. Leave it out, and turn what is printed into that language."
        )
    text = python_text if found.language is Language.PYTHON else yaml_text
    _replace(
        {
            file.resolve(): _content(file, partial(text.with_declarations, declarations=added))
            for file, added in found.by_file.items()
        }
    )


def _content(file: Path, add_to: Callable[[bytes], bytes]) -> bytes:
    """Return what a file is to hold."""
    try:
        return add_to(file.read_bytes())
    except OSError as error:
        raise _not_added(file, f"cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise _not_added(file, str(error)) from None


def _replace(contents: Mapping[Path, bytes]) -> None:
    beside = {file: file.with_name(f".{file.name}.part") for file in contents}
    try:
        for file, temporary in beside.items():
            temporary.write_bytes(contents[file])
            shutil.copymode(file, temporary)
        for file, temporary in beside.items():
            temporary.replace(file)
    except OSError as error:
        raise _not_added(error.filename, f"cannot be written: {error.strerror}") from None
    finally:
        for temporary in beside.values():
            with suppress(OSError):
                temporary.unlink()


def _not_added(file: Path | str, problem: str) -> NotAddedError:
    return NotAddedError(
        f"{file} {problem}. Nothing was added. Run the command without --write: it prints what to "
        "add."
    )
