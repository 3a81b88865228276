"""Folders that take long to make, which one worker of pytest makes and all of them use."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import filelock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder of this run of the tests, which no test may change.

    Args:
        factory: Where the folders of this worker are.
        name: The folder's name.
        make: Fills the folder, which is empty before; called in one worker alone.
    """
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = shared / name
    done = shared / f"{name}.done"
    with filelock.FileLock(shared / f"{name}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # what another could not finish
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
