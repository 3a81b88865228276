"""A portal and its OAuth server, and an application that calls it."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

from pulumi_bxbi.portal import (
    Application,
    Portal,
)
from pulumi_bxbi.portal.oauth.server import OAuthServer
from pulumi_bxbi.portal.oauth.tokens import Tokens, hash_of
from tests.http_server import Request, Response, Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


CLIENT = "local.1"


GET, ADD = "biconnector.source.get", "biconnector.source.add"


EXPIRED = Response(b'{"error": "expired_token", "error_description": "too old"}', 401)


REFUSED = Response(b'{"error": "invalid_grant"}', 400)


LOST = Response(b"", 0)


class RotatingServer(Server):
    """A portal and its OAuth server; a refresh token is good once, its access token until expiry.

    Attributes:
        access: The access token that the portal accepts.
        refresh: The refresh token that the OAuth server accepts.
        renewals: How many pairs were given out.
        answers_lost: How many renewals are carried out without an answer.
        meanwhile: What happens elsewhere while an answer is lost.
        redirect_to: Where the portal has moved to; empty where it has not.
        more: What else a token answer says.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()
        self.access, self.refresh, self.renewals = "none-yet", "rt-0", 0
        self.answers_lost = 0
        self.meanwhile: Callable[[], object] = lambda: None
        self.redirect_to = ""
        self.more: dict[str, Any] = {}

    def respond(self, request: Request) -> Response:
        with self.lock:
            if request.path.startswith("/oauth/token/"):
                return self._grant(request.body)
            if self.redirect_to and request.headers["Host"] not in self.redirect_to:
                return Response(b"", 302, {"Location": self.redirect_to + request.path})
            assert "client_secret" not in request.body
            if request.body["auth"] != self.access:
                return EXPIRED
            return Response(b'{"result": {"id": 5}}')

    def _grant(self, query: dict[str, str]) -> Response:
        if query.get("refresh_token") != self.refresh and query.get("code") != "c0de":
            return REFUSED
        self.renewals += 1
        self.access, self.refresh = f"at-{self.renewals}", f"rt-{self.renewals}"
        if self.answers_lost:
            self.answers_lost -= 1
            self.meanwhile()
            return LOST
        pair = {"access_token": self.access, "refresh_token": self.refresh}
        return Response(json.dumps({**pair, **self.more}).encode())

    def expire(self) -> None:
        self.access = "expired"


def application(
    server: RotatingServer, path: Path, first: str = "rt-0", naps: list[float] | None = None
) -> Application:
    return Application(
        server.address,
        OAuthServer(CLIENT, "s3cret-client", server.address),
        refresh_token=first,
        store=str(path),
        sleep=(naps if naps is not None else []).append,
    )


def call(server: RotatingServer, credentials: Application) -> Any:
    with closing(Portal(server.address, credentials, sleep=lambda _: None)) as portal:
        return portal.call(ADD)


def kept(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def keep(server: RotatingServer, path: Path, **changes: Any) -> Tokens:
    """Store a pair, and have the server accept it."""
    tokens = Tokens.parse(
        json.dumps(
            {
                "portal": server.address,
                "clientId": CLIENT,
                "firstTokenHash": hash_of("rt-0"),
                "accessToken": "kept-access",
                "refreshToken": "kept-refresh",
                "saved": "2020-01-01T00:00:00Z",
                **changes,
            }
        )
    )
    path.write_text(tokens.to_json(), "utf-8")
    server.access = tokens.access_token.get_secret_value()
    server.refresh = tokens.refresh_token.get_secret_value()
    return tokens
