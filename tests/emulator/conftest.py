"""The local portal as its users start it: a process, spoken to over HTTP."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.engine.prepared import command_of_bxbi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    Start = Callable[..., "Emulator"]
    Run = Callable[..., AbstractContextManager["Emulator"]]

HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark of this folder's tests known."""
    config.addinivalue_line(
        "markers", "uncertain: pins down an answer that the documentation leaves open"
    )


@dataclass(slots=True)
class Emulator:
    """A portal that is running, and how to speak to it."""

    process: subprocess.Popen[str]
    ready: dict[str, str]
    verify: str | bool = True
    session: requests.Session = field(default_factory=requests.Session)
    ends_with: int = 0

    @property
    def origin(self) -> str:
        return self.ready["portal"]

    def http(self, verb: str, path: str, **options: Any) -> requests.Response:
        """Send one request to a path of the portal."""
        return self.session.request(
            verb,
            f"{self.origin}{path}",
            timeout=30,
            verify=self.verify,
            allow_redirects=False,
            **options,
        )

    def post(
        self, method: str, parameters: dict[str, Any] | None = None, token: str | None = None
    ) -> requests.Response:
        """Call a method with a JSON body, as the application that the portal announced."""
        auth = self.ready["accessToken"] if token is None else token
        return self.http("POST", f"/rest/{method}", json={**(parameters or {}), "auth": auth})

    def webhook(self, method: str, parameters: dict[str, Any] | None = None) -> requests.Response:
        """Call a method through the webhook that the portal announced."""
        return self.session.post(
            f"{self.ready['webhook']}{method}", json=parameters or {}, timeout=30
        )

    def result(
        self, method: str, parameters: dict[str, Any] | None = None, token: str | None = None
    ) -> Any:
        """Call a method that succeeds, and return its result."""
        response = self.post(method, parameters, token)
        body = response.json()
        assert response.status_code == 200, body
        assert "error" not in body, body
        result = body["result"]
        assert not (isinstance(result, dict) and "error" in result), body
        return result

    def error(
        self, method: str, parameters: dict[str, Any] | None = None, token: str | None = None
    ) -> tuple[int, str | int, str | None]:
        """Call a method that fails; return the status, the code and the text."""
        return error_of(self.post(method, parameters, token))

    def reset(self) -> None:
        """Go back to the seed."""
        assert self.http("POST", "/__emulator__/reset").status_code == 204

    def kill(self) -> None:
        """End the portal without asking it."""
        self.process.kill()
        self.process.wait()
        self.ends_with = -signal.SIGKILL
        parts = urlsplit(self.origin)
        with suppress(ConnectionError):
            while True:
                socket.create_connection((parts.hostname, parts.port or 0), 5).close()

    def calls(self) -> list[dict[str, Any]]:
        """Return what the portal has noted of its calls."""
        noted: list[dict[str, Any]] = self.http("GET", "/__emulator__/calls").json()
        return noted

    def objects(self) -> dict[str, list[dict[str, Any]]]:
        """Return what the portal holds."""
        held: dict[str, list[dict[str, Any]]] = self.http("GET", "/__emulator__/objects").json()
        return held

    def fault(self, *faults: dict[str, Any]) -> None:
        """Let these faults happen."""
        response = self.http("POST", "/__emulator__/faults", json=list(faults))
        assert response.status_code == 200, response.text


def error_of(response: requests.Response) -> tuple[int, str | int, str | None]:
    """Return the status, the code and the text of an error, at the root or in the result."""
    body = response.json()
    if "error" not in body:
        assert isinstance(body["result"], dict), body
        body = body["result"]["error"]
    return response.status_code, body["error"], body.get("error_description")


@contextmanager
def running(*arguments: str, verify: str | bool = True) -> Iterator[Emulator]:
    """Run the portal; it must stop cleanly and have said nothing but its one line."""
    process = subprocess.Popen(
        [command_of_bxbi(), "emulate", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        bufsize=1,
    )
    with process, requests.Session() as session:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                pytest.fail(f"the portal did not start: {process.communicate()[1]}")
            portal = Emulator(process, json.loads(line), verify, session)
            yield portal
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            more, complaints = process.communicate(timeout=30)
        assert (process.returncode, more, complaints) == (portal.ends_with, "", "")


@pytest.fixture(scope="session")
def run() -> Run:
    """Run portals one after the other within a test."""
    return running


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    """Start portals that run until the end of the module."""
    with ExitStack() as stack:
        yield lambda *arguments, **options: stack.enter_context(running(*arguments, **options))


@pytest.fixture(scope="module")
def shared(start: Start) -> Emulator:
    """The module's portal, with the shipped seed and the current API."""
    return start()


@pytest.fixture
def portal(shared: Emulator) -> Emulator:
    """The module's portal, fresh."""
    shared.reset()
    return shared


@pytest.fixture(scope="module")
def shared_legacy(start: Start) -> Emulator:
    """The module's portal that speaks the API of 2025."""
    return start("--api", "legacy")


@pytest.fixture
def legacy(shared_legacy: Emulator) -> Emulator:
    """The module's portal of 2025, fresh."""
    shared_legacy.reset()
    return shared_legacy


@pytest.fixture(scope="module")
def shared_conditions(start: Start) -> Emulator:
    """The module's portal on which everything documented has gone wrong somewhere."""
    return start("--seed", str(HERE / "conditions.json"))


@pytest.fixture(scope="module")
def shared_older_conditions(start: Start) -> Emulator:
    """The same portal, speaking the API of 2025."""
    return start("--seed", str(HERE / "conditions.json"), "--api", "legacy")


@pytest.fixture
def conditions(shared_conditions: Emulator) -> Emulator:
    """The module's portal on which everything has gone wrong, fresh."""
    shared_conditions.reset()
    return shared_conditions
