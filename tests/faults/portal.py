"""The local portal as the harness steers it: reset, faults, and another client."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from tests.faults.forwarding import another_address
from tests.faults.scenario import LABELS
from tests.running_portal import RunningPortal, emulating

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


class ControlledPortal:
    """A local portal that runs.

    Args:
        ready: What it has said of itself.
        other: What another local portal has said, which has sources and tables of its own.
        alias: Another address of this portal.
    """

    def __init__(self, ready: dict[str, str], other: dict[str, str], alias: str) -> None:
        self.ready = ready
        self.other = other
        self.alias = alias
        self._portal = RunningPortal(ready)
        self._other = RunningPortal(other)

    def close(self) -> None:
        self._portal.close()
        self._other.close()

    @property
    def address(self) -> str:
        return self._portal.address

    def keep(self, name: str) -> None:
        """Keep the objects as they are now, under a name."""
        self._portal.keep(name)

    def reset(self, name: str = "seed") -> None:
        """Go back to the seed, or to what was kept."""
        self._portal.reset(name)

    def access_to(self, place: str) -> dict[str, str]:
        """Return address and access token of where a detour leads."""
        if place == "portal":
            return self.other
        if place == "application":
            return {"portal": self.address, "accessToken": SECOND_TOKEN}
        return {"portal": self.alias, "accessToken": self._portal.access_token}

    def elsewhere(self) -> Any:
        """Return everything on the other portal."""
        return self._other.objects()

    def arm(self, faults: Sequence[Fault], seconds: float) -> None:
        """Let faults happen; ``seconds`` is how long those with ``delay`` take."""
        self._portal.faults(*(Armed(each, seconds).body() for each in faults))

    def arm_first(self, fault: Fault, seconds: float = 0.0) -> None:
        """Let a fault happen before all others that are armed."""
        pending = self.pending()
        self.disarm()
        due = [{key: value for key, value in each.items() if value} for each in pending]
        self._portal.faults(Armed(fault, seconds).body(), *due)

    def waits_for(self, seconds: float) -> bool:
        """Return whether a fault with a delay of its own is still to happen."""
        return any(each["seconds"] == seconds for each in self.pending())

    def pending(self) -> list[dict[str, Any]]:
        """Return the faults that have not happened yet, all over."""
        found = self._portal.faults({"method": "none", "action": "http_500"})
        return [each for each in found if each["method"] != "none"]

    def disarm(self) -> None:
        self._portal.faults()

    def objects(self) -> dict[tuple[Kind, int], dict[str, Any]]:
        """Return everything on the portal but the seed."""
        held = self._portal.objects()
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
        return int(self._portal.call(f"{kind}.add", fields=fields)["id"])

    def update(self, kind: Kind, number: int, label: str) -> None:
        """Change an object as another client would: a title, or whether a column is visible."""
        if kind == "table":
            column = self.objects()[kind, number]["fields"][0]
            changed = {"id": column["id"], "visible": not column["visible"]}
            self._portal.call("table.fields.update", id=number, update=[changed])
            return
        self._portal.call(f"{kind}.update", id=number, fields={"title": label})

    def delete(self, kind: Kind, number: int) -> None:
        """Delete an object as another client would."""
        self._portal.call(f"{kind}.delete", id=number)


@contextmanager
def running_portal() -> Iterator[ControlledPortal]:
    """Start a local portal and another one, and stop both in the end."""
    with (
        emulating("--no-endpoint-checks", seed=_seed("first")) as (_, ready),
        emulating("--no-endpoint-checks", seed=_seed("other")) as (_, other),
        another_address(urlsplit(ready["portal"]).port or 0) as alias,
        closing(ControlledPortal(ready, other, alias)) as portal,
    ):
        yield portal


def _seed(name: str) -> dict[str, Any]:
    """Return the seed of a portal with two applications; the other portal has objects too."""
    first, second = f"local.{name}", f"local.{name}-second"
    foreign = {key: value for key, value in _FOREIGN["connector"].items() if key != "settings"}
    settings = [
        {"code": code, "name": code.title(), "type": "STRING"} for code in ("login", "password")
    ]
    numbers = range(1, 41) if name == "other" else ()
    return {
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
