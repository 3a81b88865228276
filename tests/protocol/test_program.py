"""What a program that runs in the tests' process leaves behind there: nothing."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.protocol.stack import Stack


def surroundings() -> list[Any]:
    """Return what programs, lookups and Pulumi's server change while they run."""
    loggers = [logging.getLogger(each) for each in ("pulumi_bxbi", "asyncio")]
    return [
        *((each.level, [*each.handlers], each.propagate) for each in loggers),
        *(dict(os.environ), Path.cwd(), asyncio.new_event_loop),
    ]


@on_the_current_api
def test_a_program_leaves_nothing_behind(stack: Stack) -> None:
    before = surroundings()
    stack.program(
        """
        import os

        bxbi.get_connector(id=123)
        os.environ["OF_THE_PROGRAM"] = "1"
        os.chdir("/")
        """
    )

    stack.succeeds("preview", BXBI_LOG="debug")

    assert surroundings() == before


@on_the_current_api
def test_the_garbage_collector_finds_nothing_to_tell_of_it(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pulumi's server gives up closing its event loop where a coroutine cannot be cancelled."""
    stack.program(
        """
        import asyncio

        async def stubborn():
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                raise asyncio.InvalidStateError("not now") from None

        stubborn_task = asyncio.ensure_future(stubborn())
        raise pulumi.RunError("enough")
        """
    )
    gc.collect()
    told: list[Any] = []
    tell: Callable[[Any], None] = told.append
    monkeypatch.setattr(sys, "unraisablehook", tell)

    output = stack.fails("preview")
    gc.collect()

    assert "not now" in output
    assert told == []
