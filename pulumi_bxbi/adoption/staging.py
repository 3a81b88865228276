"""Files that are all put into their places, or none of them."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path


def taken(files: Mapping[Path, bytes]) -> list[Path]:
    """Return the places that hold something else than the given content."""
    return [place for place, content in files.items() if _differs(place, content)]


@contextmanager
def staged(
    files: Mapping[Path, bytes], private: Collection[Path] = ()
) -> Iterator[Callable[[], None]]:
    """Write files beside their places, and yield the function that moves them there.

    Unless all were moved at the end, they are removed. A file that is in its place already is left
    alone, and nothing that others have put there is overwritten.

    Args:
        files: The contents by the places. Missing folders are created.
        private: The places of the files that nobody else may read.

    Raises:
        OSError: A file could not be written or moved; then none is in its place.
    """
    missing = [place for place in files if not place.is_file()]
    beside: dict[Path, Path] = {}
    made: list[Path] = []
    placed: list[Path] = []

    def move() -> None:
        for place, temporary in beside.items():
            if place.is_symlink() or place.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place))
            temporary.replace(place)
            placed.append(place)

    try:
        for place in missing:
            made += _make_folders(place.parent)
            temporary = place.with_name(f".bxbi-{secrets.token_hex(8)}.part")
            mode = 0o600 if place in private else 0o666
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            beside[place] = temporary
            with os.fdopen(descriptor, "wb") as file:
                file.write(files[place])
        yield move
    finally:
        if len(placed) < len(missing):
            for path in (*placed, *beside.values()):
                path.unlink(missing_ok=True)
            for path in reversed(made):
                with suppress(OSError):
                    path.rmdir()


def _differs(place: Path, content: bytes) -> bool:
    if not place.exists():
        return False
    return not place.is_file() or place.read_bytes() != content


def _make_folders(folder: Path) -> list[Path]:
    """Create a folder and its parents, and return those that were missing, the upper ones first."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]
