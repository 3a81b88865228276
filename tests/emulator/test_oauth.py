"""What the OAuth server of the local portal gives out and refuses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from pulumi_bxbi.emulator.api.platform_errors import OAUTH

if TYPE_CHECKING:
    from tests.emulator.raw_portal import RawPortal

FIRST = {"client_id": "local.first", "client_secret": "first-secret"}
ALIVE = {**FIRST, "grant_type": "refresh_token", "refresh_token": "still-good"}

REFUSED = [
    ("invalid_request", 400, {"client_id": ""}, 'No "client_id" parameter found'),
    ("invalid_request", 400, {"client_secret": ""}, 'No "client_secret" parameter found'),
    ("invalid_request", 400, {"grant_type": ""}, 'No "grant_type" parameter found'),
    ("invalid_request", 400, {"grant_type": "password"}, None),
    ("invalid_request", 400, {"refresh_token": ""}, 'No "refresh_token" parameter found'),
    ("invalid_request", 400, {"grant_type": "authorization_code"}, 'No "code" parameter found'),
    ("invalid_client", 400, {"client_secret": "wrong"}, None),
    ("invalid_grant", 400, {"refresh_token": "bogus"}, None),
    ("invalid_grant", 400, {"refresh_token": "dead-refresh"}, None),
    ("invalid_grant", 400, {"refresh_token": "second-refresh"}, None),
    ("invalid_grant", 400, {"grant_type": "authorization_code", "code": "bogus"}, None),
    ("invalid_scope", 403, {"scope": "biconnector,crm"}, None),
    ("PAYMENT_REQUIRED", 401, {"client_id": "local.unpaid", "client_secret": "s"}, None),
    ("NOT_INSTALLED", 401, {"client_id": "local.absent", "client_secret": "s"}, None),
    ("bad_verification_code", 400, {"client_id": "local.strange", "client_secret": "s"}, None),
    ("insufficient_scope", 403, {"client_id": "local.greedy", "client_secret": "s"}, None),
]


def refreshed(portal: RawPortal, refresh_token: str) -> dict[str, Any]:
    """Refresh the tokens of the application that the portal announced."""
    response = portal.oauth({**portal.renewal, "refresh_token": refresh_token})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


@pytest.mark.uncertain
@pytest.mark.parametrize(("code", "status", "changes", "text"), REFUSED)
def test_error(
    conditions: RawPortal, code: str, status: int, changes: dict[str, str], text: str | None
) -> None:
    query = {key: value for key, value in {**ALIVE, **changes}.items() if value}
    response = conditions.oauth(query)
    body = response.json()
    assert (response.status_code, body["error"]) == (status, code)
    assert body["error_description"] == (text or OAUTH[code][1])


def test_an_unknown_client_is_refused_with_200_and_no_text(conditions: RawPortal) -> None:
    response = conditions.oauth({**ALIVE, "client_id": "local.bogus"})
    assert (response.status_code, response.json()) == (200, {"error": "wrong_client"})


def test_every_refusal_of_the_token_endpoint_has_a_case() -> None:
    assert {code for code, *_ in REFUSED} | {"wrong_client"} == OAUTH.keys()


def test_a_refresh_gives_a_new_pair(portal: RawPortal) -> None:
    before = time.time()
    body = refreshed(portal, portal.refresh_token)
    host = urlsplit(portal.address).netloc
    assert body.pop("access_token") not in ("", portal.access_token)
    assert body.pop("refresh_token") not in ("", portal.refresh_token)
    assert before + 3599 <= body.pop("expires") <= time.time() + 3600
    assert len(body.pop("member_id")) == 32
    assert body == {
        "expires_in": 3600,
        "client_endpoint": f"{portal.address}/rest/",
        "server_endpoint": f"{portal.address}/rest/",
        "domain": host,
        "scope": "biconnector",
        "status": "L",
        "user_id": 1,
    }


def test_a_refresh_token_is_used_once(portal: RawPortal) -> None:
    first = refreshed(portal, portal.refresh_token)
    again = portal.oauth(portal.renewal)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    second = refreshed(portal, first["refresh_token"])
    for access_token in (
        portal.access_token,
        first["access_token"],
        second["access_token"],
    ):
        assert portal.result("app.info", token=access_token)["STATUS"] == "L"


def test_an_expired_token_is_refreshed_and_the_call_repeated(conditions: RawPortal) -> None:
    get = ("biconnector.connector.get", {"id": 10})
    assert conditions.error(*get, "expired") == (
        401,
        "expired_token",
        "The access token provided has expired",
    )
    renewed = conditions.oauth(ALIVE).json()["access_token"]
    assert conditions.result(*get, renewed)["item"]["id"] == 10


def test_a_form_is_accepted_too(portal: RawPortal) -> None:
    assert portal.http("POST", "/oauth/token/", data=portal.renewal).json()["expires_in"] == 3600


def authorized(portal: RawPortal, client_id: str) -> tuple[str, dict[str, str]]:
    """Authorize in the browser; return where it is sent to, and with what."""
    query = {"client_id": client_id, "state": "s & t"}
    response = portal.http("GET", "/oauth/authorize/", params=query)
    assert response.status_code == 302
    address, _, found = response.headers["Location"].partition("?")
    return address, dict(parse_qsl(found, strict_parsing=True))


def test_a_code_is_exchanged_once(portal: RawPortal) -> None:
    address, back = authorized(portal, portal.client_id)
    assert address == f"{portal.address}/__emulator__/authorized"
    code = back.pop("code")
    assert len(back.pop("member_id")) == 32
    host = urlsplit(portal.address).netloc
    assert back == {
        "state": "s & t",
        "domain": host,
        "scope": "biconnector",
        "server_domain": host,
    }
    exchange = {
        "grant_type": "authorization_code",
        "client_id": portal.client_id,
        "client_secret": portal.client_secret,
        "code": code,
    }
    body = portal.oauth(exchange).json()
    assert body.keys() == {
        "access_token", "refresh_token", "expires_in", "client_endpoint", "server_endpoint",
        "domain", "member_id", "scope", "status",
    }  # fmt: skip
    assert portal.result("app.info", token=body["access_token"])["CODE"] == portal.client_id
    refreshed(portal, body["refresh_token"])
    assert portal.oauth(exchange).json()["error"] == "invalid_grant"


def test_a_code_is_only_for_its_application(conditions: RawPortal) -> None:
    _, back = authorized(conditions, "local.second")
    exchange = {**FIRST, "grant_type": "authorization_code", "code": back["code"]}
    assert conditions.oauth(exchange).json()["error"] == "invalid_grant"


def test_an_application_without_an_address_shows_its_code(portal: RawPortal) -> None:
    page = portal.http("GET", "/__emulator__/authorized", params={"code": "<c>"})
    assert "<code>&lt;c&gt;</code>" in page.text


def test_an_unknown_application_is_told_in_the_browser(portal: RawPortal) -> None:
    response = portal.http("GET", "/oauth/authorize/", params={"client_id": "<x>"})
    assert response.status_code == 404
    assert "&lt;x&gt;" in response.text
