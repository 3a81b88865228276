"""The OAuth server: authorization in the browser, and the token endpoint.

A refresh token becomes invalid as soon as it is used, and an access token stays valid for its hour;
neither is documented. In a browser the first user of the seed counts as logged in.
"""

from __future__ import annotations

import html
import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

from starlette.responses import HTMLResponse, RedirectResponse

from pulumi_bxbi.emulator.api.envelope import Answer, refused
from pulumi_bxbi.emulator.api.platform_errors import PlatformError, oauth
from pulumi_bxbi.emulator.rest.wire import parameters
from pulumi_bxbi.emulator.state.faults import RENEWAL, response_to
from pulumi_bxbi.emulator.state.portal import ACCESS_TOKEN_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from pulumi_bxbi.emulator.api.records import Grant
    from pulumi_bxbi.emulator.seed.conditions import Application
    from pulumi_bxbi.emulator.state.portal import Portal

#: The lifetime of an authorization code.
CODE_SECONDS: Final = 30


async def authorize(request: Request) -> Response:
    """Answer `/oauth/authorize/`: send the browser back to the application with a code."""
    portal: Portal = request.app.state.portal
    client_id = request.query_params.get("client_id", "")
    application = portal.conditions.applications.get(client_id)
    if application is None:
        text = f"<h1>Application not found</h1><p>{html.escape(client_id)}</p>"
        return HTMLResponse(text, 404)
    code = secrets.token_hex(35)
    user_id = portal.conditions.first_user.id
    portal.codes[code] = (client_id, user_id, time.monotonic() + CODE_SECONDS)
    back = application.redirect_uri.replace("{portal}", portal.origin)
    query = urlencode(
        {
            "code": code,
            "state": request.query_params.get("state", ""),
            "domain": urlsplit(portal.origin).netloc,
            "member_id": portal.conditions.member_id,
            "scope": ",".join(sorted(application.scope)),
            "server_domain": urlsplit(portal.origin).netloc,
        }
    )
    return RedirectResponse(f"{back}{'&' if '?' in back else '?'}{query}", 302)


async def authorized(request: Request) -> Response:
    """Show the code to an application that has no address to return to."""
    code = html.escape(request.query_params.get("code", ""))
    return HTMLResponse(f"<h1>Authorized</h1><p>Code: <code>{code}</code></p>")


async def token(request: Request) -> Response:
    """Answer `/oauth/token/`: a pair of tokens for a code or for a refresh token."""
    portal: Portal = request.app.state.portal

    async def answer() -> Answer:
        try:
            return Answer(200, _granted(portal, await parameters(request)))
        except PlatformError as error:
            return refused(error)

    given, _ = await portal.faults.hinder(request, RENEWAL, answer)
    return await response_to(request, given)


def _granted(portal: Portal, given: Mapping[str, object]) -> dict[str, object]:
    application = _application(portal, given)
    grant_type = _required(given, "grant_type")
    if grant_type == "refresh_token":
        grant = _refreshed(portal, application, _required(given, "refresh_token"))
        more: dict[str, object] = {"expires": int(grant.access_until), "user_id": grant.user_id}
    elif grant_type == "authorization_code":
        grant, more = _exchanged(portal, application, _required(given, "code")), {}
    else:
        raise oauth("invalid_request")
    portal.store.grants.put(grant)
    return {
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "expires_in": ACCESS_TOKEN_SECONDS,
        **more,
        "client_endpoint": f"{portal.origin}/rest/",
        "server_endpoint": f"{portal.origin}/rest/",
        "domain": urlsplit(portal.origin).netloc,
        "member_id": portal.conditions.member_id,
        "scope": ",".join(sorted(application.scope)),
        "status": application.status,
    }


def _application(portal: Portal, given: Mapping[str, object]) -> Application:
    """Return the application of a request, or raise the error for which it gets no tokens."""
    application = portal.conditions.applications.get(_required(given, "client_id"))
    if application is None:
        raise oauth("wrong_client")
    secret = _required(given, "client_secret")
    if not secrets.compare_digest(secret.encode(), application.client_secret.encode()):
        raise oauth("invalid_client")
    if application.oauth_refusal:
        raise oauth(application.oauth_refusal)
    asked = str(given.get("scope", "")).replace(",", " ").split()
    if not application.scope.issuperset(asked):
        raise oauth("invalid_scope")
    return application


def _refreshed(portal: Portal, application: Application, refresh_token: str) -> Grant:
    """Return a new pair for a refresh token, which is invalid afterwards."""
    for grant in portal.store.grants:
        if grant.refresh_token != refresh_token or grant.client_id != application.client_id:
            continue
        if grant.refresh_until <= time.time():
            break
        portal.store.grants.put(replace(grant, refresh_token=None))
        return portal.granted(grant.client_id, grant.user_id)
    raise oauth("invalid_grant")


def _exchanged(portal: Portal, application: Application, code: str) -> Grant:
    """Return the first pair for a code, which can be exchanged once."""
    client_id, user_id, until = portal.codes.pop(code, ("", 0, 0.0))
    if client_id != application.client_id or until <= time.monotonic():
        raise oauth("invalid_grant")
    return portal.granted(client_id, user_id)


def _required(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise oauth("invalid_request", f'No "{name}" parameter found')
    return value
