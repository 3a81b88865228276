"""A local portal that runs: its start, its methods, and the control of it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import platformdirs
import requests

from tests.announced import announced
from tests.engine.prepared import command_of_bxbi
from tests.protocol.processes import MEASURING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping


@contextmanager
def emulating(
    *options: str, seed: Mapping[str, Any] | None = None, measured: bool = False
) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """Run `bxbi emulate`.

    Args:
        options: The options of the command.
        seed: What the portal starts with in the place of the shipped seed.
        measured: Whether it counts for coverage, which makes it half as fast.
    """
    variables = {} if measured else {MEASURING: ""}
    with TemporaryDirectory() as folder:
        if seed is not None:
            file = Path(folder) / "seed.json"
            file.write_text(json.dumps(seed), "utf-8")
            options = (*options, "--seed", str(file))
        with announced(command_of_bxbi(), "emulate", *options, **variables) as started:
            yield started


def _session() -> requests.Session:
    session = requests.Session()
    # Nothing stands between a test and its portal, whatever the environment says of proxies.
    session.trust_env = False
    return session


@dataclass(frozen=True, slots=True)
class RunningPortal:
    """A local portal that runs.

    Attributes:
        ready: What it said when it was ready.
        session: The connections to it.
    """

    ready: dict[str, str]
    session: requests.Session = field(default_factory=_session)

    def close(self) -> None:
        self.session.close()

    @property
    def address(self) -> str:
        return self.ready["portal"]

    @property
    def access_token(self) -> str:
        return self.ready["accessToken"]

    @property
    def refresh_token(self) -> str:
        return self.ready["refreshToken"]

    @property
    def client_id(self) -> str:
        return self.ready["clientId"]

    @property
    def client_secret(self) -> str:
        return self.ready["clientSecret"]

    @property
    def webhook(self) -> str:
        return self.ready["webhook"]

    @property
    def member_id(self) -> str:
        return self.ready["memberId"]

    @property
    def access(self) -> dict[str, str]:
        """The variables that lead a command to the portal."""
        return {"BXBI_PORTAL": self.address, "BXBI_ACCESS_TOKEN": self.access_token}

    def http(self, verb: str, path: str, **options: Any) -> requests.Response:
        """Send one request to a path of the portal."""
        url = f"{self.address}{path}"
        return self.session.request(verb, url, timeout=30, allow_redirects=False, **options)

    def post(
        self, method: str, parameters: dict[str, Any] | None = None, token: str | None = None
    ) -> requests.Response:
        """Call a method with a JSON body, as the application that the portal announced."""
        auth = self.access_token if token is None else token
        return self.http("POST", f"/rest/{method}", json={**(parameters or {}), "auth": auth})

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

    def call(self, method: str, **parameters: Any) -> Any:
        """Call a method of BI Builder that succeeds, and return its result."""
        return self.result(f"biconnector.{method}", parameters)

    def control(self, verb: str, name: str, body: Any = None) -> Any:
        """Use an address below `/__emulator__/`, and return its answer."""
        response = self.http(verb, f"/__emulator__/{name}", json=body)
        assert response.ok, response.text
        return response.json() if response.content else None

    def keep(self, name: str) -> None:
        """Keep the objects as they are now, under a name."""
        self.control("POST", f"keep?as={quote(name)}")

    def reset(self, name: str = "seed") -> None:
        """Go back to the seed, or to what was kept, and forget the calls so far, as it does."""
        self.control("POST", f"reset?to={quote(name)}")
        remembered = Path(platformdirs.user_runtime_dir(), "pulumi-bxbi")
        (remembered / f"{quote(self.address, safe='')}.json").unlink(missing_ok=True)

    def calls(self) -> list[dict[str, Any]]:
        """Return what the portal has noted of its calls."""
        noted: list[dict[str, Any]] = self.control("GET", "calls")
        return noted

    def objects(self) -> dict[str, list[dict[str, Any]]]:
        """Return what the portal holds."""
        held: dict[str, list[dict[str, Any]]] = self.control("GET", "objects")
        return held

    def faults(self, *faults: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Let these faults happen besides, or without any no more; return all that are pending."""
        pending: list[dict[str, Any]] = self.control("POST", "faults", list(faults))
        return pending

    @contextmanager
    def recording(self) -> Iterator[list[str]]:
        """Collect the methods that are called inside, in their order; a batch is one call."""
        before = len(self.calls())
        methods: list[str] = []
        yield methods
        methods += [each["method"].removeprefix("biconnector.") for each in self.calls()[before:]]

    @contextmanager
    def executing(self) -> Iterator[list[str]]:
        """Collect the methods that the portal executes inside, alone or in a batch."""
        before = len(self.calls())
        methods: list[str] = []
        yield methods
        for call in self.calls()[before:]:
            executed = [each["method"] for each in call.get("calls", [call])]
            methods += [each.removeprefix("biconnector.") for each in executed]
