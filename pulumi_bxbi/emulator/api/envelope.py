"""What goes around a result or an error."""

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
    """An answer, and what `GET /__emulator__/calls` says of it."""

    status: int
    body: dict[str, object] | str
    error: Code = None
    headers: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[tuple[str, Code], ...] | None = None
    """The methods of a batch and their errors."""

    def response(self) -> Response:
        """Return the answer as it is sent."""
        if isinstance(self.body, str):
            return HTMLResponse(self.body, self.status, headers=dict(self.headers))
        return JSONResponse(self.body, self.status, headers=dict(self.headers))


def succeeded(result: object, timing: dict[str, object]) -> Answer:
    """Answer with a result."""
    return Answer(200, {"result": result, "time": timing})


def failed(error: ModuleError, timing: dict[str, object], api: Api) -> Answer:
    """Answer with an error of the module."""
    body: dict[str, object] = {"error": error.code, "error_description": error.text}
    if api.errors_in_result:
        body = {"result": {"error": body}, "time": timing}
    return Answer(200, body, error.code)


def refused(error: PlatformError) -> Answer:
    """Answer with an error of the platform."""
    body: dict[str, object] = {"error": error.code}
    if error.text is not None:
        body["error_description"] = error.text
    return Answer(error.status, body, error.code)


def timing(start: float, operating: tuple[float, int] | None = None) -> dict[str, object]:
    """Return the block `time` of a call that began then."""
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
