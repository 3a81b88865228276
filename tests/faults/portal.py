"""The local portal as the harness steers it: reset, faults, and another client."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import requests

from tests.faults.scenario import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.faults.scenario import Fault, Kind

#: The connector of the local portal's seed.
SEEDED: Final = 123
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
    """A local portal that runs."""

    ready: dict[str, str]
    http: requests.Session = field(default_factory=requests.Session)

    @property
    def address(self) -> str:
        return self.ready["portal"]

    def reset(self) -> None:
        self._control("POST", "reset")

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
    """Start a local portal, and stop it in the end."""
    command = [sys.executable, "-m", "pulumi_bxbi.cli", "emulate", "--no-endpoint-checks"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        portal = ControlledPortal(json.loads(process.stdout.readline()))
        try:
            yield portal
        finally:
            portal.http.close()
            process.terminate()
            process.wait(10)
