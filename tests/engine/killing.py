"""Deployments that do not get to their end."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.engine.stack import Stack


@contextmanager
def deploying(stack: Stack) -> Iterator[subprocess.Popen[str]]:
    """Run `pulumi up` beside the test, with the state written at each step as a user has it.

    The program runs in a process of its own: in this one it would not outlive its engine.
    """
    output = (stack.folder / "up.log").open("w")
    with (
        output,
        subprocess.Popen(
            ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"],
            cwd=stack.folder,
            env={**stack.environment, "PULUMI_SKIP_CHECKPOINTS": "false"},
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        yield process


def log_of(stack: Stack) -> str:
    """Give what a deployment has printed until now."""
    return (stack.folder / "up.log").read_text("utf-8")


def lives(process: subprocess.Popen[str]) -> Callable[[], bool]:
    """Tell when a process has not ended yet."""
    return lambda: process.poll() is None


def descendants(process: int) -> list[int]:
    """Give the ids of the processes that a process has started, directly or not."""
    found = subprocess.run(
        ["pgrep", "-P", str(process)], stdout=subprocess.PIPE, text=True, check=False
    )
    children = [int(each) for each in found.stdout.split()]
    return children + [each for child in children for each in descendants(child)]


def kill(stack: Stack, happened: Callable[[], object], finished: Callable[[], object]) -> None:
    """Kill the engine in the middle of a deployment, and let the provider finish its calls.

    Args:
        stack: The stack.
        happened: Tells whether the moment has come.
        finished: Tells whether the provider's calls have ended.
    """
    with deploying(stack) as process:
        assert wait_for(happened, lives(process)), log_of(stack)
        left = descendants(process.pid)
        process.kill()
    try:
        assert wait_for(finished, lambda: any(map(_exists, left)))
    finally:
        for each in left:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
