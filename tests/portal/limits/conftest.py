"""What the tests of limits have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import AccessToken, Portal
from tests.portal.limits.servers import (
    LimitedServer,
    ReplyingServer,
)
from tests.portal.limits.virtual_time import VirtualTime
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.http_server import Server


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def server() -> Iterator[ReplyingServer]:
    with serving(ReplyingServer()) as server:
        yield server


@pytest.fixture
def limited(time: VirtualTime) -> Iterator[LimitedServer]:
    with serving(LimitedServer(time, 10, 2)) as server:
        yield server


@pytest.fixture
def connect(server: ReplyingServer, time: VirtualTime) -> Iterator[Callable[..., Portal]]:
    made: list[Portal] = []

    def connect(to: Server = server, **limits: Any) -> Portal:
        portal = Portal(to.address, AccessToken("t"), sleep=time.sleep, clock=time.clock, **limits)
        made.append(portal)
        return portal

    yield connect
    for portal in made:
        portal.close()
