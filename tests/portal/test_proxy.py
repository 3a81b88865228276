"""Calls through a proxy: which of its failures leave open whether the portal was called."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from threading import Thread
from typing import TYPE_CHECKING

import pytest
import requests

from pulumi_bxbi.portal import AccessToken, OutcomeUnknown, Portal, PortalUnavailable
from pulumi_bxbi.portal.oauth.server import OAuthServer
from pulumi_bxbi.portal.objects.endpoints import problems_of
from pulumi_bxbi.portal.rest.transport import NoAnswer, new_session, send
from tests.http_server import Response

if TYPE_CHECKING:
    from tests.http_server import Server

WRITE = "biconnector.source.add"


@pytest.fixture
def proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A proxy for everything."""
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

    with through("http://portal.invalid", naps) as portal:
        assert portal.call(WRITE) == 5

    assert proxy.requests[0].path == f"http://portal.invalid/rest/{WRITE}"


def test_a_write_is_not_repeated_where_the_connection_breaks(
    proxy: Server, naps: list[float]
) -> None:
    proxy.answers(Response(b"", 0))

    with (
        through("http://portal.invalid", naps) as portal,
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
            through("http://portal.invalid", naps) as portal,
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


class TestThisMachine:
    """A proxy elsewhere would look for a server on its own machine."""

    @pytest.fixture(params=["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
    def _behind_a_proxy(
        self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
            for each in (name, name.lower()):
                monkeypatch.delenv(each, raising=False)
        monkeypatch.setenv(request.param, "http://127.0.0.1:9")

    @pytest.mark.usefixtures("_behind_a_proxy")
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_a_portal_is_called_directly(
        self, server: Server, naps: list[float], host: str
    ) -> None:
        server.answers({"result": 5})

        with through(f"http://{host}:{server.server_port}", naps) as portal:
            assert portal.call(WRITE) == 5

    @pytest.mark.usefixtures("_behind_a_proxy")
    def test_an_oauth_server_is_asked_directly(self, server: Server) -> None:
        server.answers({"access_token": "at-2", "refresh_token": "rt-2"})

        grant = OAuthServer("local.1", "s3cret", server.address).renew("rt-1")

        assert (grant.access_token, grant.refresh_token) == ("at-2", "rt-2")

    @pytest.mark.usefixtures("_behind_a_proxy")
    def test_an_endpoint_is_looked_at_directly(self) -> None:
        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

        with socket.create_server(("127.0.0.1", 0)) as listening:
            Thread(target=answer, daemon=True).start()
            address = f"http://127.0.0.1:{listening.getsockname()[1]}/data"
            found = problems_of({"urlCheck": address}, ["token"])
            assert found == {"urlCheck": "answers with HTTP 404"}


def test_each_server_has_the_proxy_that_the_environment_names_for_it(
    proxy: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session remembers what the environment says, for one server and not for another."""
    monkeypatch.setenv("NO_PROXY", "direct.invalid")
    proxy.answers({"result": 5})

    def called(session: requests.Session, host: str) -> str | None:
        request = requests.Request("POST", f"http://{host}/", json={})
        try:
            send(session, request, setting="", timeout=5.0, clock=time.monotonic)
        except NoAnswer as none:
            return none.observed
        return None

    with new_session() as session:
        first = [called(session, host) for host in ("a.invalid", "direct.invalid", "b.invalid")]
        second = [called(session, host) for host in ("direct.invalid", "a.invalid")]

    unknown = "The host name is not known."
    assert (first, second) == ([None, unknown, None], [unknown, None])
    assert [each.path for each in proxy.requests] == [
        f"http://{host}.invalid/" for host in ("a", "b", "a")
    ]
