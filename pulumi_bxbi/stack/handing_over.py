"""A text with secrets, passed to a command that reads a file."""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def readable_file(text: str) -> Iterator[tuple[str, str | None]]:
    """Make a text readable under the name of a file, while a command runs.

    The file is the command's standard input. Windows has no file name for that: there it is a
    temporary file that only its user may read, and that is always removed.

    Args:
        text: The text.

    Yields:
        The file's name, and the command's standard input; ``None`` for no input.

    Raises:
        OSError: The temporary file could not be written.
    """
    if sys.platform == "win32":
        # Another process can open it only after this one has closed it.
        handle, name = tempfile.mkstemp(".json", "bxbi-")
        try:
            with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123  # a handle
                file.write(text)
            yield name, None
        finally:
            Path(name).unlink()
    else:
        yield "/dev/stdin", text
