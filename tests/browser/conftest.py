"""A browser, and portals for it to look at."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import chromium, complaints
from tests.emulator.conftest import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

    from tests.emulator.conftest import Emulator, Start

CONDITIONS = Path(__file__).parents[1] / "emulator" / "conditions.json"


@pytest.fixture(scope="session")
def shared_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """The browser of all tests."""
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(shared_browser: Chrome) -> Iterator[Chrome]:
    """The browser, on an empty page; it must have found nothing to complain about."""
    yield shared_browser
    shared_browser.get("about:blank")
    shared_browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    shared_browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert complaints(shared_browser) == []


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    """Start portals that run until the end of the module."""
    with ExitStack() as stack:
        yield lambda *arguments, **options: stack.enter_context(running(*arguments, **options))


@pytest.fixture(scope="module")
def shared(start: Start) -> Emulator:
    """The module's portal, with the shipped seed."""
    return start()


@pytest.fixture
def portal(shared: Emulator) -> Emulator:
    """The module's portal, fresh."""
    shared.reset()
    return shared


@pytest.fixture(scope="module")
def conditions(start: Start) -> Emulator:
    """A portal with several applications, and objects that have lost something."""
    return start("--seed", str(CONDITIONS))
