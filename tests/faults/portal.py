"""The local portal as the harness steers it: reset, faults, and another client."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import requests

from tests.faults.forwarding import another_address
from tests.faults.scenario import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.faults.scenario import Fault, Kind

#: The connector of the local portal's seed.
SEEDED: Final = 123
#: The access token of another application, which sees nothing of the first one's.
SECOND_TOKEN: Final = "access-token-of-another-application"
#: What another client's objects have besides their label.
_FOREIGN: Final[dict[Kind, dict[str, Any]]] = {
    "connector": {
        "logo": "data:image/png;base64,iVBORw0KGgo=",
        "urlCheck": "https://example.com/check",
        "urlTableList": "https://example.com/tables",
        "urlTableDescription": "https://example.com/description",
        "urlData": "https://example.com/data",
        "settings": [],
    },
    "source": {"connectorId": SEEDED, "settings": {}},
    "table": {
        "externalName": "other",
        "externalCode": "other",
        "fields": [{"name": "OTHER", "externalCode": "other", "type": "int"}],
    },
}


@dataclass(frozen=True, slots=True)
class Armed:
    """A fault that waits for its calls."""

    fault: Fault
    seconds: float

    def body(self) -> dict[str, Any]:
        body = {
            "method": self.fault.method,
            "action": self.fault.action,
            "times": self.fault.times,
            "seconds": self.seconds,
        }
        return {**body, "after": self.fault.after} if self.fault.after else body


@dataclass(slots=True)
class ControlledPortal:
    """A local portal that runs.

    Attributes:
        ready: What it says of itself.
        other: What another local portal says, which has sources and tables of its own.
        alias: Another address of this portal.
    """

    ready: dict[str, str]
    other: dict[str, str]
    alias: str
    http: requests.Session = field(default_factory=requests.Session)

    @property
    def address(self) -> str:
        return self.ready["portal"]

    def reset(self) -> None:
        self._control("POST", "reset")

    def access_to(self, place: str) -> dict[str, str]:
        """Give address and access token of where a detour leads."""
        if place == "portal":
            return {"portal": self.other["portal"], "accessToken": self.other["accessToken"]}
        if place == "application":
            return {"portal": self.address, "accessToken": SECOND_TOKEN}
        return {"portal": self.alias, "accessToken": self.ready["accessToken"]}

    def elsewhere(self) -> Any:
        """Give everything on the other portal."""
        return self.http.get(f"{self.other['portal']}/__emulator__/objects", timeout=10).json()

    def arm(self, faults: Sequence[Fault], seconds: float) -> None:
        """Let faults happen; ``seconds`` is how long those with ``delay`` take."""
        self._control("POST", "faults", [Armed(each, seconds).body() for each in faults])

    def arm_first(self, fault: Fault, seconds: float = 0.0) -> None:
        """Let a fault happen before all others that are armed."""
        pending = self.pending()
        self.disarm()
        due = [{key: value for key, value in each.items() if value} for each in pending]
        self._control("POST", "faults", [Armed(fault, seconds).body(), *due])

    def waits_for(self, seconds: float) -> bool:
        """Tell whether a fault with a delay of its own is still to happen."""
        return any(each["seconds"] == seconds for each in self.pending())

    def pending(self) -> list[dict[str, Any]]:
        """Give the faults that have not happened yet, all over."""
        never = {"method": "none", "action": "http_500"}
        found: list[dict[str, Any]] = self._control("POST", "faults", [never])
        return [each for each in found if each["method"] != "none"]

    def disarm(self) -> None:
        self._control("POST", "faults", [])

    def methods(self) -> list[str]:
        """Name the methods that have been called, in their order."""
        return [call["method"] for call in self._control("GET", "calls")]

    def objects(self) -> dict[tuple[Kind, int], dict[str, Any]]:
        """Give everything on the portal but the seed."""
        held = self._control("GET", "objects")
        found: dict[tuple[Kind, int], dict[str, Any]] = {}
        for kind in LABELS:
            found |= {(kind, int(each["id"])): each for each in held[f"{kind}s"]}
        del found["connector", SEEDED]
        return found

    def add(self, kind: Kind, label: str) -> int:
        """Add an object as another client would; a table to a source of its own."""
        fields = {**_FOREIGN[kind], LABELS[kind]: label}
        if kind == "table":
            fields["sourceId"] = self.add("source", label)
        return int(self._call(f"{kind}.add", fields=fields)["id"])

    def update(self, kind: Kind, number: int, label: str) -> None:
        """Change an object as another client would: a title, or whether a column is visible."""
        if kind == "table":
            column = self.objects()[kind, number]["fields"][0]
            changed = {"id": column["id"], "visible": not column["visible"]}
            self._call("table.fields.update", id=number, update=[changed])
            return
        self._call(f"{kind}.update", id=number, fields={"title": label})

    def delete(self, kind: Kind, number: int) -> None:
        """Delete an object as another client would."""
        self._call(f"{kind}.delete", id=number)

    def _call(self, method: str, **params: Any) -> Any:
        url = f"{self.address}/rest/biconnector.{method}"
        body = {**params, "auth": self.ready["accessToken"]}
        result = self.http.post(url, json=body, timeout=10).json()["result"]
        assert not (isinstance(result, dict) and "error" in result), (method, result)
        return result

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.address}/__emulator__/{path}"
        answer = self.http.request(method, url, json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None


@contextmanager
def running_portal() -> Iterator[ControlledPortal]:
    """Start a local portal and another one, and stop both in the end."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        seeds = [_seed(Path(folder) / f"{name}.json", name) for name in ("first", "other")]
        ready, other = (stack.enter_context(_emulating(seed)) for seed in seeds)
        port = urlsplit(ready["portal"]).port
        alias = stack.enter_context(another_address(int(port or 0)))
        portal = ControlledPortal(ready, other, alias)
        stack.callback(portal.http.close)
        yield portal


@contextmanager
def _emulating(seed: Path) -> Iterator[dict[str, str]]:
    command = [sys.executable, "-m", "pulumi_bxbi.cli", "emulate", "--no-endpoint-checks"]
    with subprocess.Popen(
        [*command, "--seed", str(seed)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait(10)


def _seed(file: Path, name: str) -> Path:
    """Write the seed of a portal with two applications; the other portal has objects too."""
    first, second = f"local.{name}", f"local.{name}-second"
    foreign = {key: value for key, value in _FOREIGN["connector"].items() if key != "settings"}
    settings = [
        {"code": code, "name": code.title(), "type": "STRING"} for code in ("login", "password")
    ]
    numbers = range(1, 41) if name == "other" else ()
    seed = {
        "memberId": name.encode().hex().ljust(32, "0"),
        "applications": [
            {"clientId": client_id, "clientSecret": f"client-s3cret-{client_id}"}
            for client_id in (first, second)
        ],
        "tokens": [
            {"accessToken": SECOND_TOKEN, "refreshToken": "rt-second", "application": second}
        ],
        "connectors": [
            {"id": number, "title": "Local database", "settings": settings, **foreign}
            for number in (*range(124, 164 if numbers else 124), SEEDED)
        ],
        "sources": [
            {"id": number, "title": f"Theirs {number}", "connectorId": SEEDED, "settings": {}}
            for number in numbers
        ],
        "tables": [
            {"id": number, "sourceId": number, "name": f"theirs_{number}", **_FOREIGN["table"]}
            for number in numbers
        ],
    }
    file.write_text(json.dumps(seed), "utf-8")
    return file
