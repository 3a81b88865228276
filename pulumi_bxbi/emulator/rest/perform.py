"""One method, called alone or in a batch: its operating time, and the method itself."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api.envelope import failed, refused, succeeded, timing
from pulumi_bxbi.emulator.api.module_errors import ModuleError
from pulumi_bxbi.emulator.api.platform_errors import PlatformError, platform
from pulumi_bxbi.emulator.biconnector.methods import methods_of
from pulumi_bxbi.emulator.biconnector.permissions import admit
from pulumi_bxbi.emulator.rest import basic
from pulumi_bxbi.emulator.state.portal import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.emulator.api.envelope import Answer
    from pulumi_bxbi.emulator.state.portal import Caller, Portal

#: The shortest and the longest duration of a call with `--latency typical`.
LATENCY_SECONDS: Final = (0.05, 0.3)


async def perform(
    portal: Portal, caller: Caller, method: str, parameters: Mapping[str, object]
) -> Answer:
    """Call the method, and answer with its result or error."""
    start = time.time()
    try:
        exceeded = portal.operating.exceeded(caller.client_id, method, start)
        if exceeded and portal.behaviour.limits:
            raise platform("OPERATION_TIME_LIMIT")
        if portal.behaviour.latency:
            await asyncio.sleep(random.uniform(*LATENCY_SECONDS))  # noqa: S311 - nothing secret in it
        result = await _result(Call(portal, caller, parameters), method)
    except PlatformError as error:
        return refused(error)
    except ModuleError as error:
        return failed(error, _timing(portal, caller, method, start), portal.behaviour.api)
    return succeeded(result, _timing(portal, caller, method, start))


async def _result(call: Call, method: str) -> object:
    if method in basic.METHODS:
        return basic.METHODS[method](call)
    execute = methods_of(call.api).get(method)
    if execute is None:
        raise platform("ERROR_METHOD_NOT_FOUND")
    admit(call, method)
    return await execute(call)


def _timing(portal: Portal, caller: Caller, method: str, start: float) -> dict[str, object]:
    """Count the time that a call took, and return its block `time`."""
    now = time.time()
    portal.operating.add(caller.client_id, method, now - start, now)
    spent = portal.operating.spent(caller.client_id, method, now)
    reset_at = portal.operating.reset_at(caller.client_id, method, now)
    return timing(start, (spent, reset_at))
