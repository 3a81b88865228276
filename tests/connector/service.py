"""The service of the guide "Write a connector", started as its readers start it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from tests.warehouse import php

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLDER = Path(__file__).parents[2] / "examples" / "connector"
TOKEN = "t0p-s3cret"
COMMAND = (sys.executable, "-m", "uvicorn", "service:application", "--port", "0")


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is running, and how to ask it."""

    endpoints: str
    session: requests.Session

    def post(self, endpoint: str, token: str = TOKEN, **values: Any) -> requests.Response:
        """Ask an endpoint as the portal does."""
        form = list(php.pairs({**values, "connection": {"token": token}}))
        return self.session.post(f"{self.endpoints}/{endpoint}", data=form, timeout=60)

    def data(self, **values: Any) -> Any:
        """Return the codes of columns of the orders, and the rows below them."""
        answer = self.post("data", table="orders", **values)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/json"
        return answer.json()


@contextmanager
def running(
    command: str | Sequence[str] = COMMAND, folder: Path = FOLDER, **environment: str
) -> Iterator[Service]:
    """Run the service until it is not needed any more.

    Args:
        command: How it is started: an argument list, or a script for a shell.
        folder: Where.
        environment: The variables that it gets besides its token.
    """
    with (
        subprocess.Popen(
            command,
            shell=isinstance(command, str),
            cwd=folder,
            env={
                **os.environ,
                "CONNECTOR_TOKEN": TOKEN,
                "PYTHONDONTWRITEBYTECODE": "1",
                **environment,
            },
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        ) as process,
        requests.Session() as session,
    ):
        try:
            assert process.stderr
            printed = ""
            while not (found := re.search(r"running on (\S+)", printed)):
                line = process.stderr.readline()
                assert line, f"it did not start: {printed}"
                printed += line
            yield Service(found[1], session)
        finally:
            process.terminate()
            process.communicate()
