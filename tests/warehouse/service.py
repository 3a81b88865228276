"""The service of the example, started as its users start it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import requests

from tests.announced import announced
from tests.warehouse import php

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

#: What the fixture `start` is: it takes what `running` takes, but for the cache.
Start: TypeAlias = Callable[..., "Service"]

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
    """Run the service."""
    command = (*COMMAND, "--cache", str(cache), *arguments)
    with (
        announced(*command, WAREHOUSE_TOKEN=token) as (process, ready),
        requests.Session() as session,
    ):
        yield Service(process, ready["endpoints"], ready["token"], session)
