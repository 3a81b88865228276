"""The OAuth server, which issues tokens for a refresh token or an authorization code.

Vendor's pages: "Complete OAuth 2.0 authorization protocol", "Renewing OAuth 2.0 tokens
automatically".
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

import requests

from pulumi_bxbi.portal.addresses import OAUTH_SERVER
from pulumi_bxbi.portal.errors import PortalError, PortalUnavailable
from pulumi_bxbi.portal.rest.default_settings import TIMEOUT_SECONDS
from pulumi_bxbi.portal.rest.error_codes import oauth_remedy
from pulumi_bxbi.portal.rest.transport import NoAnswer, new_session, send

if TYPE_CHECKING:
    from collections.abc import Callable


_PATH: Final = "/oauth/token/"
_METHOD: Final = "oauth/token"
_HTTP_OK: Final = 200
_REDIRECTS: Final = range(300, 400)
_SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True)
class Grant:
    """The tokens that the OAuth server issues.

    Attributes:
        access_token: Authorizes calls, for an hour.
        refresh_token: Valid for one renewal, within 180 days.
        portal: The address of the portal that they are for; empty where the server does not say.
        member_id: The portal's permanent id; empty where the server does not say.
        user_id: The id of the user that the tokens act for; ``None`` where the server does not say.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    portal: str = ""
    member_id: str = ""
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class OAuthServer:
    """A client of the OAuth server for one application.

    The client secret is sent to this server, and never to a portal.

    Attributes:
        client_id: The application's ``client_id``.
        client_secret: The application's ``client_secret``.
        address: Scheme, host and port of the server.
        timeout: Seconds for one request.
        clock: Returns seconds since any fixed moment.
    """

    client_id: str
    client_secret: str = field(repr=False)
    address: str = OAUTH_SERVER
    timeout: float = TIMEOUT_SECONDS
    clock: Callable[[], float] = time.monotonic

    def authorization_address(self, portal: str, state: str) -> str:
        """Return the address at which a person authorizes the application.

        Args:
            portal: The portal's address.
            state: A random text that the portal sends back with the code, which shows that the code
                answers this request.
        """
        query = urlencode({"client_id": self.client_id, "state": state})
        return f"{portal}/oauth/authorize/?{query}"

    def renew(self, refresh_token: str) -> Grant:
        """Get a new pair for a refresh token, which is invalid afterwards.

        Args:
            refresh_token: The refresh token.

        Raises:
            CredentialsExpired: The refresh token was used before, or is older than 180 days.
            PortalUnavailable: There was no usable answer; the server may have renewed all the same.
            PortalError: The server refused for another reason.
        """
        return self._ask({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def exchange(self, code: str) -> Grant:
        """Get the first pair for an authorization code.

        Args:
            code: The code that the portal returned through the browser; valid once, within 30
                seconds.

        Raises:
            CredentialsExpired: The code was used before, or is older than 30 seconds.
            PortalUnavailable: There was no usable answer.
            PortalError: The server refused for another reason.
        """
        return self._ask({"grant_type": "authorization_code", "code": code})

    def _ask(self, query: dict[str, str]) -> Grant:
        application = {"client_id": self.client_id, "client_secret": self.client_secret}
        url = self.address + _PATH
        try:
            with new_session() as session:
                response = send(
                    session,
                    requests.Request("GET", url, params={**query, **application}),
                    setting="BXBI_OAUTH_SERVER or bxbi:oauthServer",
                    timeout=self.timeout,
                    clock=self.clock,
                )
        except NoAnswer as none:
            raise self._failed(PortalUnavailable, none.observed, none.cure) from None
        status, body = response.status, response.body
        if status in _REDIRECTS:
            raise self._failed(
                PortalError,
                f"The OAuth server redirects (HTTP {status}), which is not followed: the request "
                "holds secrets.",
                "check the address of the OAuth server (BXBI_OAUTH_SERVER or bxbi:oauthServer).",
                status,
            )
        document = _document(body)
        if "error" in document:
            raise self._refused(document, status)
        tokens = (document.get("access_token"), document.get("refresh_token"))
        if status != _HTTP_OK or not all(isinstance(token, str) and token for token in tokens):
            raise self._failed(
                PortalUnavailable,
                f"The OAuth server answered without tokens and without an error (HTTP {status}).",
                "check the address of the OAuth server (BXBI_OAUTH_SERVER or bxbi:oauthServer) and "
                "that nothing in between (proxy, firewall) answers for it; then run the same "
                "command again.",
                status,
            )
        return _grant(document)

    def _refused(self, document: dict[str, Any], status: int) -> PortalError:
        code = str(document["error"] or "").strip()
        description = str(document.get("error_description") or "").strip()
        words = ": ".join(filter(None, (code, description))) or "an error without a text"
        meaning = oauth_remedy(code)
        error = PortalUnavailable if status >= _SERVER_ERROR else meaning.error
        return self._failed(
            error,
            f"The OAuth server said: {words} (HTTP {status})",
            meaning.cure,
            status,
            code=code,
            description=description,
        )

    def _failed(  # noqa: PLR0913  # an error's facts
        self,
        error: type[PortalError],
        observed: str,
        cure: str,
        status: int = 0,
        *,
        code: str = "",
        description: str = "",
    ) -> PortalError:
        return error(
            method=_METHOD,
            object=f"application {self.client_id}",
            portal=self.address,
            observed=observed,
            cure=cure,
            status=status,
            code=code,
            description=description,
        )


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _grant(document: dict[str, Any]) -> Grant:
    """Return the grant in an answer. Its ``domain`` is ignored: here it is the OAuth server's."""
    user_id = str(document.get("user_id"))
    return Grant(
        access_token=document["access_token"],
        refresh_token=document["refresh_token"],
        portal=_portal_of(str(document.get("client_endpoint") or "")),
        member_id=str(document.get("member_id") or ""),
        user_id=int(user_id) if user_id.isdecimal() else None,
    )


def _portal_of(endpoint: str) -> str:
    """Return the address of the portal that has a REST endpoint; empty if it is not an address."""
    try:
        parts = urlsplit(endpoint)
        is_address = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if is_address else ""
