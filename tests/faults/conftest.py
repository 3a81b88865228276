"""A local portal for the harness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.portal import running_portal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.portal import ControlledPortal


@pytest.fixture(scope="session")
def portal() -> Iterator[ControlledPortal]:
    with running_portal() as portal:
        yield portal
