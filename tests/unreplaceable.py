"""Files whose place no other file can take."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: `nobody` on Linux; any other number that is no user's does as well.
_NOBODY: Final = 65534
_MOUNTED: Final = ("unshare", "--mount", "--map-root-user")


@contextmanager
def read_only_folder(**contents: str) -> Iterator[Path]:
    """Make a folder in which nothing can be made, and work as a user to whom that applies.

    Args:
        contents: The files in it, by their names without the suffix ``.json``. They are the user's.
    """
    # Not below pytest's own folder, which only its owner may enter.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each, content in contents.items():
            path = folder / f"{each}.json"
            path.write_text(content, "utf-8")
            path.chmod(0o600)
        with _ordinary_user(folder):
            folder.chmod(0o500)
            try:
                yield folder
            finally:
                folder.chmod(0o700)


@contextmanager
def _ordinary_user(folder: Path) -> Iterator[None]:
    """Give up the administrator's rights for a while, where there are any, and own a folder."""
    if os.geteuid() != 0:
        yield
        return
    for each in (folder, *folder.iterdir()):
        os.chown(each, _NOBODY, _NOBODY)
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def can_mount() -> bool:
    """Tell whether this machine lets the tests mount anything, in a world of their own."""
    return (
        bool(shutil.which(_MOUNTED[0]))
        and not subprocess.run(
            [*_MOUNTED, "mount", "--bind", "/dev/null", "/dev/null"],
            capture_output=True,
            check=False,
        ).returncode
    )


def mounted(file: Path, place: Path, options: str, command: list[str]) -> list[str]:
    """Return a command that finds a file mounted by itself, as a container does.

    Args:
        file: The file.
        place: Where the command finds it; a file too.
        options: ``rw`` or ``ro``.
        command: The command and its arguments.
    """
    script = 'mount --bind "$1" "$2" && mount -o "remount,bind,$3" "$2" && shift 3 && exec "$@"'
    return [*_MOUNTED, "sh", "-c", script, "sh", str(file), str(place), options, *command]
