"""A stack under the engine's protocol, and the local portal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.local_portal import portal, running_portal
from tests.protocol.provider_process import DYNAMIC, PLUGIN
from tests.protocol.stack import Stack
from tests.two_portals import other, other_portal, two_applications
from tests.variables import inherited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_portal import LocalPortal
    from tests.protocol.provider_process import Adapter

__all__ = ["other", "other_portal", "portal", "running_portal", "two_applications"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the plugin on the old edition: no adapter knows what edition a portal has.

    For the same reason programs count for coverage, which costs half their time, with the dynamic
    provider on the current edition alone.
    """
    left_out = [each for each in items if _parameters(each) == {"legacy", PLUGIN}]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [each for each in items if each not in left_out]
    for each in items:
        if each.path.is_relative_to(Path(__file__).parent) and _parameters(each) & {
            "legacy",
            PLUGIN,
        }:
            each.add_marker("no_cover")


def _parameters(item: pytest.Item) -> set[object]:
    """Return the edition and the adapter that a test is for."""
    parameters = (
        item.callspec.params
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else {}
    )
    return {parameters.get("running_portal"), parameters.get("adapter")}


@pytest.fixture(params=[pytest.param(DYNAMIC, id="dynamic"), pytest.param(PLUGIN, id="plugin")])
def adapter(request: pytest.FixtureRequest) -> Adapter:
    """Either of what serves the resources to the engine."""
    either: Adapter = request.param
    return either


@pytest.fixture
def stack(portal: LocalPortal, adapter: Adapter, tmp_path: Path) -> Iterator[Stack]:
    """An empty stack, whose secret setting ``password`` is ``hunter2``."""
    (tmp_path / "Pulumi.yaml").write_text("name: test\nruntime: python\n", "utf-8")
    made = Stack(tmp_path, {**inherited(), **portal.access}, adapter)
    made.configure("password", "hunter2", secret=True)
    yield made
    assert portal.access_token not in made.output
