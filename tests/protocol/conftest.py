"""A stack under the engine's protocol, and the local portal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.local_portal import portal, running_portal
from tests.protocol.stack import Stack
from tests.two_portals import other, other_portal, two_applications

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_portal import LocalPortal

__all__ = ["other", "other_portal", "portal", "running_portal", "two_applications"]


@pytest.fixture
def stack(portal: LocalPortal, tmp_path: Path) -> Iterator[Stack]:
    """An empty stack, whose secret setting ``password`` is ``hunter2``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BXBI_")}
    made = Stack(
        tmp_path,
        {**kept, "BXBI_PORTAL": portal.address, "BXBI_ACCESS_TOKEN": portal.access_token},
    )
    made.configure("password", "hunter2", secret=True)
    yield made
    assert portal.access_token not in made.output
