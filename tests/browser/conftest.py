"""A browser, and portals for it to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import chromium, complaints
from tests.emulator.conftest import conditions, portal, shared, shared_conditions, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

__all__ = ["conditions", "portal", "shared", "shared_conditions", "start"]


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
