"""The envelope of an answer, around a result or an error."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, JSONResponse, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.emulator.api.editions import Api
    from pulumi_bxbi.emulator.api.module_errors import ModuleError
    from pulumi_bxbi.emulator.api.platform_errors import PlatformError

Code = str | int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, with the details that `GET /__emulator__/calls` reports.

    Attributes:
        status: The HTTP status.
        body: The JSON object, or the HTML page, to send.
        error: The error code; `None` for none.
        headers: Additional headers.
        calls: The methods of a batch and their error codes; `None` for another method.
    """

    status: int
    body: dict[str, object] | str
    error: Code = None
    headers: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[tuple[str, Code], ...] | None = None

    def response(self) -> Response:
        """Return the HTTP response with this answer."""
        if isinstance(self.body, str):
            return HTMLResponse(self.body, self.status, headers=dict(self.headers))
        return JSONResponse(self.body, self.status, headers=dict(self.headers))


def succeeded(result: object, timing: dict[str, object]) -> Answer:
    """Return the answer with a result."""
    return Answer(200, {"result": result, "time": timing})


def failed(error: ModuleError, timing: dict[str, object], api: Api) -> Answer:
    """Return the answer with an error of the module."""
    body: dict[str, object] = {"error": error.code, "error_description": error.text}
    if api.errors_in_result:
        body = {"result": {"error": body}, "time": timing}
    return Answer(200, body, error.code)


def refused(error: PlatformError) -> Answer:
    """Return the answer with an error of the platform."""
    body: dict[str, object] = {"error": error.code}
    if error.text is not None:
        body["error_description"] = error.text
    return Answer(error.status, body, error.code)


def timing(start: float, operating: tuple[float, int] | None = None) -> dict[str, object]:
    """Return the block `time` of a call.

    Args:
        start: When the call began, in seconds of Unix time.
        operating: The seconds that the method took within the window, and when the oldest of them
            are no longer counted; `None` for no such numbers.
    """
    finish = time.time()
    block: dict[str, object] = {
        "start": start,
        "finish": finish,
        "duration": finish - start,
        "processing": finish - start,
        "date_start": _date(start),
        "date_finish": _date(finish),
    }
    if operating is not None:
        block["operating"], block["operating_reset_at"] = operating
    return block


def _date(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="seconds")
