"""One call: what is sent, what is repeated, and what the user is told."""

from __future__ import annotations

import gzip
import itertools
import socket
import ssl
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import trustme

from pulumi_bxbi.portal import (
    AccessDenied,
    AccessToken,
    LimitExceeded,
    OutcomeUnknown,
    Portal,
    PortalError,
    PortalUnavailable,
    Webhook,
)
from pulumi_bxbi.portal.rest.custom_timeouts import calls_within
from tests.http_server import Request, Response, Server
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

HTML = Response(b"<!DOCTYPE html><html>maintenance</html>")
READ, WRITE = "biconnector.source.get", "biconnector.source.add"


def refusal(code: str, text: str = "", status: int = 200) -> Response:
    return Response(
        b'{"error": "%s", "error_description": "%s"}' % (code.encode(), text.encode()), status
    )


def test_an_access_token_travels_in_the_body(server: Server, portal: Portal) -> None:
    server.answers({"result": True})

    assert portal.call("biconnector.source.update", {"id": 1}) is True

    (request,) = server.requests
    assert request.path == "/rest/biconnector.source.update"
    assert request.body == {"id": 1, "auth": "s3cret-token"}
    assert request.headers["User-Agent"].startswith("pulumi-bxbi/")


def test_a_webhook_travels_in_the_path(server: Server) -> None:
    server.answers({"result": []})
    webhook = Webhook.parse(f"{server.address}/rest/7/abc123/")

    with closing(Portal(webhook.portal, webhook)) as portal:
        portal.call("biconnector.source.list")

    assert server.requests[0].path == "/rest/7/abc123/biconnector.source.list"
    assert server.requests[0].body == {}


@pytest.mark.parametrize(
    ("response", "observed"),
    [
        (HTML, "an HTML page instead of a JSON answer (HTTP 200)"),
        (Response(b"", 502), "an empty body instead of a JSON answer (HTTP 502)"),
        (Response(b'{"result": {"id": 4', 200), "a JSON document that breaks off"),
        (Response(b'{"result": true}', length=500), "The connection broke before an answer came."),
        (Response(b"", 0), "The connection broke before an answer came."),
        (Response(b"[1]"), "JSON that is not an object"),
        (Response(b'{"time": {}}'), "JSON without a result and without an error"),
        (Response(b"OK"), "text that is not JSON"),
        (refusal("INTERNAL_SERVER_ERROR", "Internal server error", 500), "INTERNAL_SERVER_ERROR"),
        (refusal("INTERNAL_SERVER_ERROR", "Internal server error"), "INTERNAL_SERVER_ERROR"),
        (refusal("ERROR_UNEXPECTED_ANSWER", "", 400), "ERROR_UNEXPECTED_ANSWER"),
    ],
)
class TestWithoutAUsableAnswer:
    def test_a_read_is_repeated_three_times(
        self, server: Server, portal: Portal, response: Response, observed: str
    ) -> None:
        server.answers(response)

        with pytest.raises(PortalUnavailable) as caught:
            portal.call(READ, about="source 4")

        assert observed in str(caught.value)
        assert f"{READ} failed for source 4 on {server.address}." in str(caught.value)
        assert len(server.requests) == 4

    def test_a_read_takes_the_answer_that_comes_later(
        self, server: Server, portal: Portal, response: Response, observed: str
    ) -> None:
        server.answers(response, {"result": observed})

        assert portal.call(READ) == observed

    def test_a_write_is_never_repeated(
        self, server: Server, portal: Portal, response: Response, observed: str
    ) -> None:
        server.answers(response)

        with pytest.raises(OutcomeUnknown) as caught:
            portal.call(WRITE)

        assert observed in str(caught.value)
        assert "may have executed the call" in str(caught.value)
        assert len(server.requests) == 1


class TestWithoutAConnection:
    @pytest.fixture
    def closed_port(self) -> Iterator[int]:
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            yield bound.getsockname()[1]

    def test_a_write_is_known_not_to_have_been_executed(
        self, closed_port: int, naps: list[float]
    ) -> None:
        address = f"http://127.0.0.1:{closed_port}"
        with (
            closing(Portal(address, AccessToken("t"), sleep=naps.append)) as portal,
            pytest.raises(PortalUnavailable) as caught,
        ):
            portal.call(WRITE)

        assert "No connection: Connection refused." in str(caught.value)
        assert len(naps) == 3

    def test_an_unknown_host_is_named_as_the_reason(self, naps: list[float]) -> None:
        with (
            closing(
                Portal("https://portal.invalid", AccessToken("t"), sleep=naps.append)
            ) as portal,
            pytest.raises(PortalUnavailable, match="host name is not known"),
        ):
            portal.call(READ)

    def test_a_certificate_of_nobody_known_is_told(self, naps: list[float]) -> None:
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        server = Server()
        server.socket = context.wrap_socket(server.socket, server_side=True)
        with (
            serving(server),
            closing(
                Portal(
                    f"https://127.0.0.1:{server.server_port}",
                    AccessToken("t"),
                    sleep=naps.append,
                )
            ) as portal,
            pytest.raises(PortalUnavailable) as caught,
        ):
            portal.call(WRITE)

        assert "No secure connection: " in str(caught.value)
        assert "REQUESTS_CA_BUNDLE" in str(caught.value)

    def test_a_write_is_not_repeated_where_the_secure_connection_breaks(
        self, server: Server, naps: list[float]
    ) -> None:
        address = server.address.replace("http:", "https:")
        with (
            closing(Portal(address, AccessToken("t"), sleep=naps.append)) as portal,
            pytest.raises(OutcomeUnknown, match="The secure connection failed: wrong version"),
        ):
            portal.call(WRITE)

        assert naps == []

    @pytest.mark.parametrize(
        "variables",
        [{"REQUESTS_CA_BUNDLE": "/nonexistent.pem"}, {"HTTPS_PROXY": "http://[nowhere"}],
    )
    def test_wrong_variables_are_told_apart_from_the_portal(
        self, monkeypatch: pytest.MonkeyPatch, naps: list[float], variables: dict[str, str]
    ) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with (
            closing(
                Portal("https://portal.invalid", AccessToken("t"), sleep=naps.append)
            ) as portal,
            pytest.raises(PortalUnavailable, match=next(iter(variables))),
        ):
            portal.call(WRITE)


class TestRedirects:
    def moved(self, server: Server, host: str = "localhost", status: int = 302) -> Response:
        location = f"http://{host}:{server.server_port}/rest/{WRITE}"
        return Response(b"", status, {"Location": location})

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_the_same_request_goes_to_the_new_address(
        self, server: Server, portal: Portal, status: int
    ) -> None:
        server.answers(self.moved(server, status=status), {"result": 1})

        assert portal.call(WRITE, {"fields": {"title": "Ж"}}) == 1

        first, second = server.requests
        assert second.body == first.body
        assert second.headers["Host"].startswith("localhost:")

    def test_the_new_address_is_kept_and_told(
        self, server: Server, portal: Portal, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.answers(self.moved(server), {"result": 1})

        portal.call(WRITE)
        portal.call(WRITE)

        assert len(server.requests) == 3
        assert portal.address == f"http://localhost:{server.server_port}"
        assert "has moved to http://localhost" in caplog.text

    def test_a_call_from_before_does_not_undo_the_new_address(
        self, server: Server, portal: Portal, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It was sent to the old address, and answered there after another one had moved."""
        meanwhile: list[object] = []

        class Moving(Server):
            def respond(self, request: Request) -> Response:
                if request.path.endswith(READ):
                    meanwhile.append(portal.call(WRITE))
                    return Response(b'{"result": "late"}')
                return super().respond(request)

        with serving(Moving()) as moving:
            moving.answers(self.moved(server))
            server.answers({"result": 1})
            portal.address = moving.address

            assert portal.call(READ) == "late"

        assert meanwhile == [1]
        assert portal.address == f"http://localhost:{server.server_port}"
        assert caplog.text.count("has moved to") == 1

    def test_nothing_is_sent_to_a_plain_http_address(self, server: Server, portal: Portal) -> None:
        server.answers(self.moved(server, host="portal.invalid"))

        with pytest.raises(PortalError, match="not the same method at an https address"):
            portal.call(WRITE)

        assert len(server.requests) == 1

    def test_a_login_page_is_no_new_address(self, server: Server, portal: Portal) -> None:
        server.answers(Response(b"", 302, {"Location": f"{server.address}/auth/"}))

        with pytest.raises(PortalError, match="not the same method"):
            portal.call(WRITE)

    def test_a_circle_ends(self, server: Server, portal: Portal) -> None:
        server.answers(self.moved(server))

        with pytest.raises(PortalError, match="redirected more than 3 times"):
            portal.call(WRITE)


def test_an_endless_answer_is_cut_off(server: Server, portal: Portal) -> None:
    bomb = gzip.compress(bytes(2**20)) * 65
    server.answers(Response(bomb, headers={"Content-Encoding": "gzip"}))

    with pytest.raises(OutcomeUnknown, match="larger than 64 MiB"):
        portal.call(WRITE)


def test_a_write_is_not_repeated_after_an_answer_that_is_no_http(
    server: Server, portal: Portal
) -> None:
    server.answers(Response(b'{"result": 1}', headers={"Content-Length": "5"}))

    with pytest.raises(OutcomeUnknown, match="not HTTP as it should be"):
        portal.call(WRITE)

    assert len(server.requests) == 1


def test_an_answer_that_drips_runs_into_the_timeout(server: Server) -> None:
    server.answers({"result": True})
    clock = itertools.count(0, 100)

    with (
        closing(Portal(server.address, AccessToken("t"), clock=lambda: float(next(clock)))) as slow,
        pytest.raises(OutcomeUnknown, match="No answer within 75 seconds"),
    ):
        slow.call(WRITE)


def test_a_call_takes_no_longer_than_its_thread_may(server: Server) -> None:
    server.answers({"result": True})
    clock = itertools.count(0, 10)

    with (
        closing(Portal(server.address, AccessToken("t"), clock=lambda: float(next(clock)))) as slow,
        calls_within(5),
        pytest.raises(OutcomeUnknown, match="No answer within 5 seconds"),
    ):
        slow.call(WRITE)


def test_a_call_waits_no_longer_than_its_thread_may(server: Server) -> None:
    server.answers(refusal("QUERY_LIMIT_EXCEEDED", status=503))

    with (
        closing(Portal(server.address, AccessToken("t"), sleep=lambda _: None)) as busy,
        calls_within(1),
        pytest.raises(LimitExceeded, match=r"longer waits with the option customTimeouts"),
    ):
        busy.call(READ)


def test_a_write_can_be_stopped_before_it_is_sent(server: Server) -> None:
    server.answers({"result": []})

    def stop() -> None:
        raise InterruptedError

    with closing(Portal(server.address, AccessToken("t"), before_write=stop)) as portal:
        assert portal.call("biconnector.source.list") == []
        with pytest.raises(InterruptedError):
            portal.call(WRITE)

    assert len(server.requests) == 1


def test_credentials_of_netrc_are_not_sent(
    server: Server, portal: Portal, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w", encoding="utf-8") as file:  # noqa: PTH123  # the test is about the path
        file.write("machine 127.0.0.1 login someone password hidden\n")
    monkeypatch.setenv("NETRC", netrc)
    server.answers({"result": 1})

    portal.call(READ)

    assert "Authorization" not in server.requests[0].headers


def test_no_secret_reaches_an_error_or_a_log(
    server: Server, caplog: pytest.LogCaptureFixture, naps: list[float]
) -> None:
    caplog.set_level("DEBUG")
    server.answers(Response(b"", 0), refusal("NO_AUTH_FOUND", "Wrong authorization data", 401))
    webhook = Webhook.parse(f"{server.address}/rest/1/w3bhook-secret/")

    with closing(Portal(server.address, webhook, sleep=naps.append)) as portal:
        with pytest.raises(AccessDenied) as caught:
            portal.call(READ)
        server.answers(HTML)
        with pytest.raises(PortalUnavailable) as unavailable:
            portal.call(READ)

    shown = f"{caught.value!r}{caught.value}{unavailable.value}{caplog.text}{webhook!r}"
    assert "w3bhook-secret" not in shown
    assert "biconnector.source.get" in caplog.text
