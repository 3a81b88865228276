"""A local portal of either edition, and the objects on it."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.running_portal import RunningPortal, emulating

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class LocalPortal(RunningPortal):
    """A local portal that runs, and on which another client of the same application works.

    Attributes:
        api: The edition of the API that it speaks.
    """

    api: str = field(kw_only=True)

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
        """Return the sources by their ids, with the settings as a mapping."""
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
        """Return the only source."""
        (source,) = self.sources().values()
        return source

    def connectors(self) -> dict[int, dict[str, Any]]:
        """Return the connectors by their ids, without the one of the seed."""
        found = {int(each["id"]): each for each in self.call("connector.list")}
        return {number: each for number, each in found.items() if number != 123}

    def connector(self) -> dict[str, Any]:
        """Return the only connector besides the one of the seed."""
        (connector,) = self.connectors().values()
        return connector

    @property
    def family(self) -> str:
        """What this edition of the API calls tables."""
        return "table" if self.api == "current" else "dataset"

    def tables(self) -> set[str]:
        return {table["name"] for table in self.call(f"{self.family}.list")}

    def table(self) -> dict[str, Any]:
        """Return the only table, with its columns and its source."""
        (listed,) = self.call(f"{self.family}.list")
        item: dict[str, Any] = self.call(f"{self.family}.get", id=int(listed["id"]))["item"]
        return {**item, "sourceId": int(listed["sourceId"])}

    def columns(self) -> list[tuple[str, str, str, bool]]:
        """Return name, code, type and visibility of each column of the only table."""
        keys = ("name", "externalCode", "type", "visible")
        return [tuple(column[key] for key in keys) for column in self.table()["fields"]]


@contextmanager
def running(
    api: str, *options: str, seed: Mapping[str, Any] | None = None
) -> Iterator[LocalPortal]:
    """Run a local portal."""
    with (
        emulating("--api", api, *options, seed=seed) as (_, ready),
        closing(LocalPortal(ready, api=api)) as portal,
    ):
        yield portal


@pytest.fixture(scope="session", params=["current", "legacy"])
def running_portal(request: pytest.FixtureRequest) -> Iterator[LocalPortal]:
    with running(request.param) as portal:
        yield portal


#: For what does not depend on the portal's edition.
on_the_current_api = pytest.mark.parametrize("running_portal", ["current"], indirect=True)


@pytest.fixture
def portal(running_portal: LocalPortal) -> LocalPortal:
    running_portal.reset()
    # Calls of the tests before do not count: whether writes share calls depends on their number.
    for bucket in Path(os.environ["XDG_RUNTIME_DIR"], "pulumi-bxbi").glob("*.json"):
        bucket.unlink(missing_ok=True)
    return running_portal
