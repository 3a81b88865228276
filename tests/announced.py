"""A command that serves until it is stopped, and says in one line of JSON where."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def announced(
    *command: str, **variables: str
) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """Run the command; it must stop cleanly and have said nothing but its one line.

    A test may stop or kill it before.
    """
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, **variables},
    )
    with process:
        try:
            assert process.stdout
            assert process.stderr
            line = process.stdout.readline()
            assert line, f"it did not start: {process.stderr.read()}"
            yield process, json.loads(line)
        finally:
            process.terminate()
            more, complaints = process.communicate(timeout=30)
    assert (more, complaints) == ("", ""), f"it said: {more}{complaints}"
    assert process.returncode in {0, -signal.SIGKILL}
