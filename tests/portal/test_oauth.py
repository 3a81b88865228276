"""The OAuth server: what is asked, what is understood, and that no secret is told."""

from __future__ import annotations

import gzip
import logging
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import (
    AccessDenied,
    CredentialsExpired,
    PortalError,
    PortalUnavailable,
    ValidationFailed,
)
from pulumi_bxbi.portal.oauth.server import Grant, OAuthServer
from tests.http_server import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.http_server import Server

ANSWER = {
    "access_token": "at-2",
    "refresh_token": "rt-2",
    "expires_in": 3600,
    "client_endpoint": "https://acme.bitrix24.com/rest/",
    "domain": "oauth.bitrix.info",
    "member_id": "0123",
    "scope": "biconnector",
    "status": "L",
}
REFRESH_TOKEN = "s3cret-refresh"
GZIP = {"Content-Encoding": "gzip"}
GRANT = Grant("at-2", "rt-2", "https://acme.bitrix24.com", "0123")


@pytest.fixture
def oauth(server: Server) -> OAuthServer:
    return OAuthServer("local.1", "s3cret-client", server.address)


def test_a_refresh_token_is_exchanged_as_documented(server: Server, oauth: OAuthServer) -> None:
    server.answers({**ANSWER, "user_id": 7})

    assert oauth.renew("s3cret-refresh") == Grant(
        "at-2", "rt-2", "https://acme.bitrix24.com", "0123", 7
    )

    (request,) = server.requests
    assert request.path.startswith("/oauth/token/?")
    assert request.body == {
        "grant_type": "refresh_token",
        "client_id": "local.1",
        "client_secret": "s3cret-client",
        "refresh_token": "s3cret-refresh",
    }


def test_a_code_is_exchanged_as_documented(server: Server, oauth: OAuthServer) -> None:
    server.answers(ANSWER)

    assert oauth.exchange("c0de") == GRANT

    assert server.requests[0].body["grant_type"] == "authorization_code"
    assert server.requests[0].body["code"] == "c0de"


def test_an_answer_may_lack_what_is_not_needed(server: Server, oauth: OAuthServer) -> None:
    server.answers({"access_token": "at-2", "refresh_token": "rt-2"})

    assert oauth.renew("x") == Grant("at-2", "rt-2")


@pytest.mark.parametrize(
    ("code", "status", "error", "cure"),
    [
        ("invalid_request", 400, ValidationFailed, "are whole"),
        ("invalid_client", 400, AccessDenied, "BXBI_CLIENT_SECRET"),
        ("invalid_client", 401, AccessDenied, "BXBI_CLIENT_SECRET"),
        ("invalid_grant", 400, CredentialsExpired, "bxbi login"),
        ("bad_verification_code", 400, CredentialsExpired, "bxbi login"),
        ("insufficient_scope", 403, AccessDenied, "`biconnector`"),
        ("invalid_scope", 403, AccessDenied, "`biconnector`"),
        ("PAYMENT_REQUIRED", 401, AccessDenied, "paid period"),
        ("wrong_client", 200, AccessDenied, "BXBI_CLIENT_ID"),
        ("NOT_INSTALLED", 401, AccessDenied, "install the application"),
        ("SOMETHING_NEW", 400, PortalError, "portal's text"),
        ("SOMETHING_NEW", 500, PortalUnavailable, "portal's text"),
    ],
)
@pytest.mark.parametrize("written", [str.upper, str.lower])
def test_each_documented_code_has_a_cure(  # noqa: PLR0913, PLR0917  # each column of the table
    server: Server,
    oauth: OAuthServer,
    code: str,
    status: int,
    error: type[PortalError],
    cure: str,
    written: Callable[[str], str],
) -> None:
    body = b'{"error": "%s", "error_description": "Because"}' % written(code).encode()
    server.answers(Response(body, status))

    with pytest.raises(PortalError, match=cure) as caught:
        oauth.renew("x")

    assert type(caught.value) is error
    assert f"The OAuth server said: {written(code)}: Because (HTTP {status})" in str(caught.value)
    assert f"for application local.1 on {server.address}" in str(caught.value)


@pytest.mark.parametrize(
    ("response", "text"),
    [
        (Response(b"", 302, {"Location": "http://elsewhere.invalid/"}), "redirects"),
        (Response(b"<html>"), "without tokens and without an error"),
        (Response(b"[]"), "without tokens and without an error"),
        (Response(b'{"access_token": "at"}'), "without tokens and without an error"),
        (Response(b'{"access_token": "at", "refresh_token": 1}'), "without tokens"),
        (Response(b"", 0), "connection broke before an answer came"),
        (Response(b"{}", length=500), "connection broke before an answer came"),
        (Response(gzip.compress(bytes(2**20)) * 65, headers=GZIP), "larger than 64 MiB"),
    ],
)
def test_what_is_no_answer_is_told(
    server: Server, oauth: OAuthServer, response: Response, text: str
) -> None:
    server.answers(response)

    with pytest.raises(PortalError, match=text) as caught:
        oauth.renew("x")

    assert "BXBI_" in str(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [ANSWER, {"error": "invalid_grant"}, Response(b"", 0), Response(b"", 302, {"Location": "/x"})],
)
def test_no_secret_is_told(
    server: Server, oauth: OAuthServer, caplog: pytest.LogCaptureFixture, answer: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers(answer)
    shown = repr(oauth)

    try:
        shown += repr(oauth.renew(REFRESH_TOKEN))
    except PortalError as error:
        shown += f"{error!r}{vars(error)}{''.join(traceback.format_exception(error))}"

    assert "s3cret" not in shown + caplog.text
    assert "at-2" not in shown + caplog.text


def test_the_authorization_address_is_the_portals() -> None:
    oauth = OAuthServer("local.1", "s3cret")

    address = oauth.authorization_address("https://acme.bitrix24.com", "a&b")

    assert address == "https://acme.bitrix24.com/oauth/authorize/?client_id=local.1&state=a%26b"
