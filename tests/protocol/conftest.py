"""A stack under the engine's protocol, and the local portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_portal import portal, running_portal
from tests.protocol.stack import Stack
from tests.two_portals import other, other_portal, two_applications
from tests.variables import inherited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_portal import LocalPortal

__all__ = ["other", "other_portal", "portal", "running_portal", "two_applications"]


@pytest.fixture
def stack(portal: LocalPortal, tmp_path: Path) -> Iterator[Stack]:
    """An empty stack, whose secret setting ``password`` is ``hunter2``."""
    made = Stack(tmp_path, {**inherited(), **portal.access})
    made.configure("password", "hunter2", secret=True)
    yield made
    assert portal.access_token not in made.output
