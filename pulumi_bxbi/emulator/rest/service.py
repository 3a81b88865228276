"""One REST request: its caller, its limits, its method and its answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pulumi_bxbi.emulator.api.envelope import refused
from pulumi_bxbi.emulator.api.platform_errors import PlatformError, platform
from pulumi_bxbi.emulator.rest.access import caller_of, require_scope
from pulumi_bxbi.emulator.rest.batch import batch
from pulumi_bxbi.emulator.rest.perform import perform
from pulumi_bxbi.emulator.rest.wire import method_name, parameters
from pulumi_bxbi.emulator.state.faults import response_to

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from pulumi_bxbi.emulator.api.envelope import Answer
    from pulumi_bxbi.emulator.state.faults import Fault
    from pulumi_bxbi.emulator.state.portal import Portal


async def serve(request: Request) -> Response:
    """Answer a request to `/rest/<method>` or `/rest/<user>/<code>/<method>`, and record it."""
    portal: Portal = request.app.state.portal
    method = method_name(request.path_params["method"])
    answer, fault = await portal.faults.hinder(
        request, method, lambda: _answer(portal, request, method)
    )
    portal.calls.append(_note(method, answer, fault))
    return await response_to(request, answer)


async def _answer(portal: Portal, request: Request, method: str) -> Answer:
    """Check the caller, its scope and the rate limit, then call the method."""
    values = await parameters(request)
    path = request.path_params
    try:
        webhook = (path["user"], path["code"]) if "user" in path else None
        caller = caller_of(portal, webhook, values.pop("auth", None))
        require_scope(caller, method)
        address = request.client.host if request.client else ""
        if portal.behaviour.limits and not portal.bucket.take(address, time.monotonic()):
            raise platform("QUERY_LIMIT_EXCEEDED")
    except PlatformError as error:
        return refused(error)
    if method == "batch":
        return await batch(portal, caller, values)
    return await perform(portal, caller, method, values)


def _note(method: str, answer: Answer | None, fault: Fault | None) -> dict[str, object]:
    """Return the entry in `GET /__emulator__/calls`; its status is `None` without an answer."""
    note: dict[str, object] = {
        "method": method,
        "status": answer.status if answer else None,
        "error": answer.error if answer else None,
    }
    if fault:
        note["fault"] = fault.action
    if answer and answer.calls is not None:
        note["calls"] = [{"method": inner, "error": error} for inner, error in answer.calls]
    return note
