"""Calls through a proxy: which of its failures leave open whether the portal was called."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.portal import AccessToken, OutcomeUnknown, Portal, PortalUnavailable
from tests.conftest import Response

if TYPE_CHECKING:
    from tests.conftest import Server

WRITE = "biconnector.source.add"


@pytest.fixture
def proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A proxy for everything, loopback too."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, server.address)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    return server


def through(address: str, naps: list[float]) -> closing[Portal]:
    return closing(Portal(address, AccessToken("t"), sleep=naps.append))


def test_a_call_reaches_the_portal(proxy: Server, naps: list[float]) -> None:
    proxy.answers({"result": 5})

    with through("http://localhost:9", naps) as portal:
        assert portal.call(WRITE) == 5

    assert proxy.requests[0].path == f"http://localhost:9/rest/{WRITE}"


def test_a_write_is_not_repeated_where_the_connection_breaks(
    proxy: Server, naps: list[float]
) -> None:
    proxy.answers(Response(b"", 0))

    with (
        through("http://localhost:9", naps) as portal,
        pytest.raises(OutcomeUnknown, match="The connection broke before an answer came"),
    ):
        portal.call(WRITE)

    assert len(proxy.requests) == 1
    assert naps == []


def test_a_write_is_repeated_where_the_proxy_refuses_to_connect(
    proxy: Server, naps: list[float]
) -> None:
    """It does not know CONNECT."""
    with (
        through("https://portal.invalid", naps) as portal,
        pytest.raises(PortalUnavailable, match="No connection through the proxy"),
    ):
        portal.call(WRITE)

    assert proxy.requests == []
    assert len(naps) == 3


def test_a_write_is_repeated_where_the_proxy_is_not_there(
    proxy: Server, naps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{bound.getsockname()[1]}")
        with (
            through("http://localhost:9", naps) as portal,
            pytest.raises(PortalUnavailable, match="No connection through the proxy"),
        ):
            portal.call(WRITE)

    assert proxy.requests == []
    assert len(naps) == 3


def test_a_proxy_that_speaks_no_tls_was_not_passed(
    proxy: Server, naps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.address.replace("http", "https"))

    with (
        through("https://portal.invalid", naps) as portal,
        pytest.raises(PortalUnavailable, match="No connection through the proxy"),
    ):
        portal.call(WRITE)

    assert len(naps) == 3
