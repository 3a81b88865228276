"""The local portal, and the plugin under an engine that works on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime.proto import provider_pb2

from tests.local_portal import portal, running_portal
from tests.plugin.test_process import plugin_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_portal import LocalPortal

__all__ = ["portal", "running_portal"]


@pytest.fixture
def plugin(portal: LocalPortal, tmp_path: Path) -> Iterator[Any]:
    with plugin_in(tmp_path, **portal.access) as stub:
        stub.Configure(provider_pb2.ConfigureRequest(acceptSecrets=True))
        yield stub
