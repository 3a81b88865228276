"""A local portal as its own tests see it: any option, and answers as they come."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from tests.running_portal import RunningPortal, emulating

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping

    import requests

#: What the fixture `start` is: it takes what `running` takes.
Start: TypeAlias = Callable[..., "RawPortal"]


@dataclass(frozen=True, slots=True)
class RawPortal(RunningPortal):
    """A local portal that runs, and whose answers are seen as they come.

    Attributes:
        process: The command `bxbi emulate`.
    """

    process: subprocess.Popen[str] = field(kw_only=True)

    def by_webhook(
        self, method: str, parameters: dict[str, Any] | None = None
    ) -> requests.Response:
        """Call a method through the webhook that the portal announced."""
        path = urlsplit(self.webhook).path
        return self.http("POST", f"{path}{method}", json=parameters or {})

    def error(
        self, method: str, parameters: dict[str, Any] | None = None, token: str | None = None
    ) -> tuple[int, str | int, str | None]:
        """Call a method that fails; return the status, the code and the text.

        They stand at the root of the answer or in its result.
        """
        response = self.post(method, parameters, token)
        body = response.json()
        if "error" not in body:
            assert isinstance(body["result"], dict), body
            body = body["result"]["error"]
        return response.status_code, body["error"], body.get("error_description")

    @property
    def renewal(self) -> dict[str, str]:
        """What the token endpoint is asked for a renewal of the tokens that were announced."""
        return {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
        }

    def oauth(self, query: dict[str, str]) -> requests.Response:
        """Ask the token endpoint."""
        return self.http("GET", "/oauth/token/", params=query)

    def kill(self) -> None:
        """End the portal without asking it."""
        self.process.kill()
        self.process.wait()
        parts = urlsplit(self.address)
        with suppress(ConnectionError):
            while True:
                socket.create_connection((parts.hostname, parts.port or 0), 5).close()


@contextmanager
def running(*options: str, seed: Mapping[str, Any] | None = None) -> Iterator[RawPortal]:
    """Run a portal with options of the command."""
    with (
        emulating(*options, seed=seed, measured=True) as (process, ready),
        closing(RawPortal(ready, process=process)) as portal,
    ):
        yield portal
