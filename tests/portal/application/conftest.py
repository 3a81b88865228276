"""What the tests of an application have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.portal.application.rotating import (
    RotatingServer,
)
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server() -> Iterator[RotatingServer]:
    with serving(RotatingServer()) as made:
        yield made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"
