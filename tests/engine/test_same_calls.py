"""The engine of `tests/protocol/` asks a portal for the same, in the same order, as Pulumi does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_portal import on_the_current_api
from tests.protocol.stack import Stack as ProtocolStack

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

CONNECTOR = """
endpoints = "PORTAL/__emulator__/endpoints"
urls = {{"url_check": f"{{endpoints}}/check", "url_table_list": f"{{endpoints}}/tables",
    "url_table_description": f"{{endpoints}}/description", "url_data": f"{{endpoints}}/data"}}
logo = "data:image/png;base64,iVBORw0KGgo="
warehouse = bxbi.BiConnector("warehouse", title="{title}", logo=logo,
    parameters=[bxbi.ConnectorParameter("login", "Login", "STRING")], **urls)
"""
SOURCE = 'crm = bxbi.BiSource("crm", "{title}", {connector}, {{"login": "{login}"}})\n'
TABLE = """
orders = bxbi.BiTable("orders", crm.id, "{name}", "Orders", "orders",
    [bxbi.Column("{column}", "id", "int")]{options})
"""
READ = 'seed = bxbi.BiConnector.get("seed", 123)\npulumi.export("title", seed.title)\n'
LOOKUP = 'pulumi.export("title", bxbi.get_connector(id=123).title)\n'
BROKEN = 'bxbi.BiSource("broken", "", 123, {"login": "x"})\n'
IGNORED = ", opts=pulumi.ResourceOptions(ignore_changes=['columns'])"


def one(**changes: str) -> str:
    """A program of a source and its table."""
    given = {
        "title": "CRM",
        "connector": "123",
        "login": "admin",
        "name": "orders",
        "column": "ID",
        "options": "",
    }
    return (SOURCE + TABLE).format(**{**given, **changes})


def whole(**changes: str) -> str:
    """A program of a connector, its source, and a table."""
    connector = CONNECTOR.format(title=changes.pop("connector_title", "Warehouse"))
    return connector + one(connector="warehouse.id", **changes)


REPLACED = "--replace=urn:pulumi:test::test::pulumi-python:dynamic/bxbi:BiSource::crm"

#: What each life deploys, one after the other; an empty program deletes all that was deployed, and
#: an option deploys the program before it once more.
LIVES = {
    "a source alone": [SOURCE.format(title="A", connector="123", login="a")],
    "everything": [whole()],
    "a table": [one()],
    "what exists is read": [READ + one()],
    "a title, a setting, a column, a name, what --replace names, and a table goes": [
        one(),
        one(title="Other"),
        one(title="Other", login="root"),
        one(title="Other", login="root", column="NUMBER"),
        one(title="Other", login="root", column="NUMBER", name="clients"),
        REPLACED,
        SOURCE.format(title="Other", connector="123", login="root"),
    ],
    "nothing changes, a title of a connector, and all of it goes": [
        whole(),
        whole(),
        whole(connector_title="Other"),
        "",
    ],
    "another connector, and what the check refuses": [one(), whole(), BROKEN],
    "a column whose changes are ignored, and a name with it": [
        one(options=IGNORED),
        one(column="N", options=IGNORED),
        one(column="N", name="clients", options=IGNORED),
    ],
    "a lookup": [LOOKUP + one(), one()],
}


@dataclass
class Life:
    """What a stack did, one command after the other: its plan, its calls, its state."""

    stack: Any
    portal: LocalPortal
    done: list[Any] = field(default_factory=list)

    def live(self, programs: list[str]) -> list[Any]:
        for program in programs:
            options = [program] if program.startswith("--") else []
            if not options:
                self.stack.program(program.replace("PORTAL", self.portal.address))
            self._do("up", *options)
        if len(programs) == 1:
            self._drift()
            for command in ("refresh", "preview", "up", "destroy"):
                self._do(command)
        return self.done

    def _do(self, command: str, *more: str) -> None:
        options = () if command == "preview" else ("--yes", "--skip-preview", *more)
        with self.portal.recording() as calls:
            program = (self.stack.folder / "__main__.py").read_text("utf-8")
            result: Any = None
            if BROKEN in program:
                told = self.stack.fails(command, *options)
                result = set(re.findall("resource 'broken' has a problem: .*", told))
            elif command == "preview":
                result = self.stack.preview()
            else:
                self.stack.succeeds(command, *options)
        # What is read, is read at the same time.
        calls = sorted(calls) if command == "refresh" or READ in program else calls
        state = {name: self._held(each) for name, each in self.stack.resources().items()}
        self.done.append((command, result, calls, state))

    def _drift(self) -> None:
        for number in self.portal.sources():
            self.portal.call("source.update", id=number, fields={"title": "By hand"})

    @staticmethod
    def _held(resource: dict[str, Any]) -> Any:
        """Return what a state has of a resource, but for times and what is encrypted anew."""
        outputs = resource["outputs"]
        memory = {key: value for key, value in outputs["__memory"].items() if key != "portal"}
        plain = {
            key: value for key, value in outputs.items() if isinstance(value, str | bool | list)
        }
        dates = ("dateCreate", "dateUpdate")
        return (
            memory,
            {key: value for key, value in plain.items() if key not in dates},
            sorted(outputs),
            sorted(resource["inputs"]),
            sorted(resource.get("dependencies", [])),
        )


@on_the_current_api
@pytest.mark.parametrize("programs", LIVES.values(), ids=LIVES)
def test_both_engines_do_the_same(
    portal: LocalPortal, stack: Stack, tmp_path: Path, programs: list[str]
) -> None:
    environment = {
        name: value for name, value in stack.environment.items() if not name.startswith("PULUMI_")
    }
    # With little room left for calls, writes share them; how little there is depends on the time.
    environment["BXBI_BURST"] = stack.environment["BXBI_BURST"] = "1000"
    # A lookup reads the environment in the program's own process.
    stack.hosted = any(LOOKUP in each for each in programs)
    lived = Life(stack, portal).live(programs)
    portal.reset()
    folder = tmp_path / "protocol"
    folder.mkdir()

    lived_by_protocol = Life(ProtocolStack(folder, environment), portal).live(programs)

    for first, second in zip(lived, lived_by_protocol, strict=True):
        assert first == second
