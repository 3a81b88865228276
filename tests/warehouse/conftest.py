"""The service of the example, started as its users start it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import requests

from examples.warehouse.service import loading
from tests.warehouse import php

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Start = Callable[..., "Service"]

COMMAND = (sys.executable, "-m", "examples.warehouse.service")
NEWARK = {"airport": "EWR", "until_month": 12}
KENNEDY = {"airport": "JFK", "until_month": 6}


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is running, and how to ask it."""

    process: subprocess.Popen[str]
    endpoints: str
    token: str
    session: requests.Session

    def post(
        self, endpoint: str, connection: dict[str, Any] | None = None, **values: Any
    ) -> requests.Response:
        """Ask an endpoint as the portal does, with the token where no other one is given."""
        source = {"token": self.token, **(NEWARK if connection is None else connection)}
        return self.session.post(
            f"{self.endpoints}/{endpoint}",
            data=list(php.pairs({**values, "connection": source})),
            timeout=60,
        )

    def data(self, table: str, connection: dict[str, Any] | None = None, **values: Any) -> Any:
        """Return the rows of a table, and the codes of its columns before them."""
        answer = self.post("data", connection, table=table, **values)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/json"
        return answer.json()


@contextmanager
def running(cache: Path, *arguments: str, token: str = "") -> Iterator[Service]:
    """Run the service; it must stop cleanly and have said nothing but its one line."""
    process = subprocess.Popen(
        [*COMMAND, "--cache", str(cache), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        bufsize=1,
        env={**os.environ, "WAREHOUSE_TOKEN": token},
    )
    with process, requests.Session() as session:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                pytest.fail(f"the service did not start: {process.communicate()[1]}")
            ready = json.loads(line)
            yield Service(process, ready["endpoints"], ready["token"], session)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            more, complaints = process.communicate(timeout=30)
        assert (process.returncode, more, complaints) == (0, "", "")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def database(cache: Path) -> Path:
    """The whole data set; loading it takes a few seconds."""
    return loading.database(cache)


@pytest.fixture(scope="session")
def start(cache: Path, database: Path) -> Iterator[Start]:
    """Start services on the loaded data set, that run until the end of the tests."""
    assert database.parent == cache
    with ExitStack() as stack:
        yield lambda *arguments, **options: stack.enter_context(
            running(cache, *arguments, **options)
        )


@pytest.fixture(scope="session")
def service(start: Start) -> Service:
    return start()
