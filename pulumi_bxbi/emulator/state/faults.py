"""The faults that `POST /__emulator__/faults` sets up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from pulumi_bxbi.emulator.api.envelope import Answer, refused
from pulumi_bxbi.emulator.api.platform_errors import platform

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.datastructures import URL
    from starlette.requests import Request

#: The actions that answer with an error of the platform, without executing the call.
REFUSALS: Final = {
    "http_500": "INTERNAL_SERVER_ERROR",
    "expired_token": "expired_token",
    "query_limit": "QUERY_LIMIT_EXCEEDED",
    "operating_limit": "OPERATION_TIME_LIMIT",
}

#: All actions of a fault.
ACTIONS: Final = frozenset(
    {*REFUSALS, "drop_before", "drop_after", "delay", "html_503", "redirect"}
)
#: The method of a fault that stands for every REST method.
EVERY: Final = "*"
#: The method of a fault that stands for the token endpoint, which `*` does not include.
RENEWAL: Final = "oauth/token"
#: The two host names of the portal, each with the other one.
OTHER_NAMES: Final = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}


@dataclass(slots=True)
class Fault:
    """A failure of the next calls of a method.

    Attributes:
        method: The method; `*` for any REST method, `oauth/token` for the token endpoint.
        action: The failure, one of `ACTIONS`.
        times: How many calls fail.
        seconds: How long a delay takes.
        after: How many calls of the method pass before.
    """

    method: str
    action: str
    times: int = 1
    seconds: float = 1.0
    after: int = 0

    def meets(self, method: str) -> bool:
        """Return whether the fault applies to a method."""
        return self.method == method or (self.method == EVERY and method != RENEWAL)

    async def around(self, call: Callable[[], Awaitable[Answer]], url: URL) -> Answer | None:
        """Return the answer to a call under this fault; `None` for a lost connection."""
        match self.action:
            case "drop_before":
                return None
            case "drop_after":
                await call()
                return None
            case "delay":
                answer = await call()
                await asyncio.sleep(self.seconds)
                return answer
            case "html_503":
                return Answer(503, "<html><body><h1>503 Service Unavailable</h1></body></html>")
            case "redirect":
                name = OTHER_NAMES.get(url.hostname or "", "localhost")
                return Answer(302, "", headers={"Location": str(url.replace(hostname=name))})
            case _:
                return refused(platform(REFUSALS[self.action]))


class Faults:
    """The pending faults, in their order."""

    def __init__(self) -> None:
        self.pending: list[Fault] = []

    async def hinder(
        self, request: Request, method: str, call: Callable[[], Awaitable[Answer]]
    ) -> tuple[Answer | None, Fault | None]:
        """Return the answer to a request under the first fault for its method, and this fault."""
        fault = self._take(method)
        if fault is None:
            return await call(), None
        return await fault.around(call, request.url), fault

    def add(self, faults: Iterable[Fault]) -> None:
        """Append faults to the pending ones."""
        self.pending.extend(faults)

    def _take(self, method: str) -> Fault | None:
        """Return the first due fault for the method, and count it as used; `None` for none."""
        for fault in self.pending:
            if not fault.meets(method):
                continue
            if fault.after:
                fault.after -= 1
            else:
                fault.times -= 1
                if not fault.times:
                    self.pending.remove(fault)
                return fault
        return None


async def response_to(request: Request, answer: Answer | None) -> Response:
    """Return the HTTP response with an answer; close the connection where there is none."""
    if answer:
        return answer.response()
    request.state.abort()
    message = await request.receive()
    while message["type"] != "http.disconnect":
        message = await request.receive()
    return Response()  # the client is gone
