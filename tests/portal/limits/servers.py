"""Portals with limits, on loopback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pulumi_bxbi.emulator.state.limits import Bucket as PortalBucket
from tests.http_server import Request, Response, Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.portal.limits.virtual_time import VirtualTime


READ, WRITE = "biconnector.source.get", "biconnector.source.add"


TOO_MANY = Response(
    b'{"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}', 503
)


BLOCKED = Response(
    b'{"error": "OPERATION_TIME_LIMIT", "error_description":'
    b' "Method is blocked due to operation time limit"}',
    429,
)


HTML = Response(b"<html>maintenance</html>")


DONE = {"result": True}


#: A moment by the portal's clock, which may have nothing to do with this machine's.
FINISH = 5_000_000_000.25


def accounted(operating: float, resets_in: float, duration: float = 1.0) -> dict[str, Any]:
    block = {
        "finish": FINISH,
        "duration": duration,
        "operating": operating,
        "operating_reset_at": FINISH + resets_in,
    }
    return {"result": True, "time": block}


def refusing(response: Response, time: VirtualTime, seconds: float) -> Callable[..., Response]:
    """Refuse every call for some seconds from now."""
    until = time.now + seconds

    def respond(_request: Request) -> Response:
        return response if time.now < until else Response(json.dumps(DONE).encode())

    return respond


class ReplyingServer(Server):
    """Answers with its responses, or with what a function makes of a request."""

    reply: Callable[[Request], Response] | None = None

    def respond(self, request: Request) -> Response:
        return self.reply(request) if self.reply else super().respond(request)


class LimitedServer(Server):
    """Lets through what a portal's bucket has room for, and notes when."""

    def __init__(self, time: VirtualTime, burst: float, per_second: float) -> None:
        super().__init__()
        self.time = time
        self.bucket = PortalBucket(burst, per_second)
        self.log: list[tuple[float, bool]] = []

    def respond(self, _request: Request) -> Response:
        admitted = self.bucket.take("", self.time.now)
        self.log.append((self.time.now, admitted))
        return Response(json.dumps(DONE).encode()) if admitted else TOO_MANY

    @property
    def refused(self) -> int:
        return sum(not admitted for _, admitted in self.log)


def methods_of(server: ReplyingServer) -> list[str]:
    return [urlsplit(request.path).path.removeprefix("/rest/") for request in server.requests]
