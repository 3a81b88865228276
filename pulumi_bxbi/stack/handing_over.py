"""A text with secrets that a command reads from a file."""

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
    """Make a text readable under the name of a file, for a command that is run meanwhile.

    The file is the command's standard input. Windows has no name for that: there it is one that
    only its user may read, and that is removed in any case.

    Args:
        text: The text.

    Yields:
        The file's name, and what the command needs on its standard input; ``None`` for nothing.

    Raises:
        OSError: No file could be written.
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
