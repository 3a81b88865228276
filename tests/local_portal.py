"""A local portal that runs, and what can be done to it from outside."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.engine.prepared import command_of_bxbi

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class LocalPortal:
    """A local portal that runs, and what can be done to it from outside."""

    api: str
    address: str
    access_token: str
    webhook: str
    client_id: str
    client_secret: str
    refresh_token: str

    @classmethod
    def of(cls, api: str, ready: dict[str, str]) -> LocalPortal:
        """Take what the portal says when it is ready."""
        return cls(
            api,
            ready["portal"],
            ready["accessToken"],
            ready["webhook"],
            ready["clientId"],
            ready["clientSecret"],
            ready["refreshToken"],
        )

    def call(self, method: str, **params: Any) -> Any:
        """Do something at the portal as another client of the same application would."""
        body = {**params, "auth": self.access_token}
        answer = requests.post(f"{self.address}/rest/biconnector.{method}", json=body, timeout=10)
        document = answer.json()
        result = document.get("result")
        assert "error" not in document, document
        assert not (isinstance(result, dict) and "error" in result), document
        return result

    def add(self, kind: str, **fields: Any) -> int:
        result = self.call(f"{kind}.add", fields=fields)
        return int(result["id"] if isinstance(result, dict) else result)

    def add_table(self, source_id: int, name: str) -> int:
        return self.add(
            self.family,
            sourceId=source_id,
            name=name,
            externalName=name,
            externalCode=name,
            fields=[{"name": "ID", "externalCode": "id", "type": "int"}],
        )

    def delete_table(self, table_id: int) -> None:
        self.call(f"{self.family}.delete", id=table_id)

    def sources(self) -> dict[int, dict[str, Any]]:
        """What the portal holds, with the settings as a mapping."""
        found: dict[int, dict[str, Any]] = {}
        while True:
            more = {">id": max(found, default=0)}
            page = self.call("source.list", order={"id": "ASC"}, filter=more)
            for source in page:
                values = {each["code"]: each["value"] for each in source["settings"]}
                found[int(source["id"])] = {**source, "settings": values}
            if not page:
                return found

    def source(self) -> dict[str, Any]:
        """The only source."""
        (source,) = self.sources().values()
        return source

    def connectors(self) -> dict[int, dict[str, Any]]:
        """The connectors besides the one of the seed."""
        found = {int(each["id"]): each for each in self.call("connector.list")}
        return {number: each for number, each in found.items() if number != 123}

    def connector(self) -> dict[str, Any]:
        """The only connector besides the one of the seed."""
        (connector,) = self.connectors().values()
        return connector

    @property
    def family(self) -> str:
        """What this edition of the API calls tables."""
        return "table" if self.api == "current" else "dataset"

    def tables(self) -> set[str]:
        return {table["name"] for table in self.call(f"{self.family}.list")}

    def table(self) -> dict[str, Any]:
        """The only table, with its columns and its source."""
        (listed,) = self.call(f"{self.family}.list")
        item: dict[str, Any] = self.call(f"{self.family}.get", id=int(listed["id"]))["item"]
        return {**item, "sourceId": int(listed["sourceId"])}

    def columns(self) -> list[tuple[str, str, str, bool]]:
        """The columns of the only table: name, code, type, and whether it is visible."""
        keys = ("name", "externalCode", "type", "visible")
        return [tuple(column[key] for key in keys) for column in self.table()["fields"]]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.address}/__emulator__/{path}"
        answer = requests.request(method, url, json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def faults(self, *faults: dict[str, Any]) -> None:
        self.control("POST", "faults", list(faults))

    @contextmanager
    def recording(self) -> Iterator[list[str]]:
        """Collect the methods that are called inside, in their order."""
        before = len(self.control("GET", "calls"))
        methods: list[str] = []
        yield methods
        calls = self.control("GET", "calls")[before:]
        methods.extend(call["method"].removeprefix("biconnector.") for call in calls)


@contextmanager
def running(api: str, *options: str) -> Iterator[LocalPortal]:
    """Run a local portal."""
    command = [command_of_bxbi(), "emulate", "--api", api, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        ready = json.loads(process.stdout.readline())
        try:
            yield LocalPortal.of(api, ready)
        finally:
            process.terminate()
        assert process.wait(10) == 0


@pytest.fixture(scope="session", params=["current", "legacy"])
def running_portal(request: pytest.FixtureRequest) -> Iterator[LocalPortal]:
    with running(request.param) as portal:
        yield portal


#: For what does not depend on the portal's edition.
on_the_current_api = pytest.mark.parametrize("running_portal", ["current"], indirect=True)


@pytest.fixture
def portal(running_portal: LocalPortal) -> LocalPortal:
    running_portal.control("POST", "reset")
    return running_portal
