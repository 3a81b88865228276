"""Several stacks in one process, as programs of Pulumi's Automation API deploy them."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.vault import SECRETS_PROVIDER
from tests.local_portal import on_the_current_api, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_portal import LocalPortal

PREAMBLE = """\
import json
import sys
import threading

import pulumi
import pulumi_bxbi as bxbi
from pulumi import automation as auto

first, second = json.loads(sys.argv[1])


def stack_of(name, program, portal):
    options = auto.LocalWorkspaceOptions(secrets_provider="SECRETS_PROVIDER")
    stack = auto.create_or_select_stack(name, "fleet", program, opts=options)
    configure(stack, portal["address"], portal["token"])
    return stack


def configure(stack, address, token):
    stack.set_config("bxbi:portal", auto.ConfigValue(address))
    stack.set_config("bxbi:accessToken", auto.ConfigValue(token, secret=True))


def outputs(ended):
    return {key: each.value for key, each in ended.outputs.items()}


""".replace("SECRETS_PROVIDER", SECRETS_PROVIDER)

pytestmark = on_the_current_api


@dataclass(frozen=True, slots=True)
class Process:
    """A program of the Automation API, run in a process of its own.

    Attributes:
        folder: Where its stacks are kept.
        environment: The environment's variables.
        portals: The address and the token of each portal.
    """

    folder: Path
    environment: dict[str, str]
    portals: tuple[LocalPortal, ...]

    def runs(self, text: str) -> Any:
        """Run a program to its end, and give what it printed as JSON."""
        script = self.folder / "automation.py"
        script.write_text(PREAMBLE + textwrap.dedent(text), "utf-8")
        portals = [{"address": each.address, "token": each.access_token} for each in self.portals]
        ended = subprocess.run(
            [sys.executable, script, json.dumps(portals)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def running_neighbour() -> Iterator[LocalPortal]:
    with running("current") as portal:
        yield portal


@pytest.fixture
def neighbour(running_neighbour: LocalPortal) -> LocalPortal:
    """A second portal, on which the connector of the seed is not the only one of its kind."""
    running_neighbour.reset()
    first = running_neighbour.call("connector.get", id=123)["item"]
    fields = {key: value for key, value in first.items() if key not in {"id", "dateCreate"}}
    running_neighbour.call("connector.delete", id=123)
    running_neighbour.add("connector", **fields)
    return running_neighbour


@pytest.fixture
def process(
    portal: LocalPortal,
    neighbour: LocalPortal,
    engine_environment: dict[str, str],
    quick: dict[str, str],
    tmp_path: Path,
) -> Process:
    (tmp_path / "backend").mkdir()
    backend = {"PULUMI_BACKEND_URL": f"file://{tmp_path}/backend"}
    environment = {**engine_environment, **quick, **backend}
    return Process(tmp_path, environment, (portal, neighbour))


PROGRAM = """
def program():
    title = next(each.title for each in bxbi.get_connectors())
    connector = bxbi.get_connector(title=title)
    bxbi.BiSource("crm", "CRM", connector.id, {"login": "admin"})
    pulumi.export("connector", connector.id)
"""


def test_each_stack_looks_up_on_its_own_portal(
    portal: LocalPortal, neighbour: LocalPortal, process: Process
) -> None:
    found = process.runs(
        PROGRAM
        + """
stacks = [stack_of(f"s{n}", program, each) for n, each in enumerate((first, second))]
print(json.dumps([outputs(each.up()) for each in stacks]))
"""
    )

    (of_neighbour,) = neighbour.connectors()
    assert found == [{"connector": 123}, {"connector": of_neighbour}]
    assert int(portal.source()["connectorId"]) == 123
    assert int(neighbour.source()["connectorId"]) == of_neighbour


def test_stacks_are_deployed_at_the_same_time(neighbour: LocalPortal, process: Process) -> None:
    """Both programs are between two lookups when the other one looks something up."""
    found = process.runs(
        """
        both = threading.Barrier(2, timeout=60)

        def program():
            both.wait()
            before = [each.id for each in bxbi.get_connectors()]
            both.wait()
            after = [bxbi.get_connector(id=each).id for each in before]
            both.wait()
            pulumi.export("connectors", [before, after])

        def deploy(name, portal):
            ended[name] = outputs(stack_of(name, program, portal).up())

        ended = {}
        threads = [
            threading.Thread(target=deploy, args=each) for each in (("a", first), ("b", second))
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        print(json.dumps(ended))
        """
    )

    (of_neighbour,) = neighbour.connectors()
    assert found == {
        "a": {"connectors": [[123], [123]]},
        "b": {"connectors": [[of_neighbour], [of_neighbour]]},
    }


def test_a_token_counts_from_the_next_run_on(process: Process) -> None:
    found = process.runs(
        """
        def program():
            pulumi.export("connectors", [each.id for each in bxbi.get_connectors()])

        stack = stack_of("a", program, first)
        told = [outputs(stack.up())]
        configure(stack, first["address"], "wrong")
        try:
            stack.preview()
        except auto.CommandError as error:
            told.append("The token of another portal" if "get_connectors" in str(error) else "")
        configure(stack, first["address"], first["token"])
        print(json.dumps([*told, outputs(stack.up())]))
        """.replace("The token of another portal", "refused")
    )

    assert found == [{"connectors": [123]}, "refused", {"connectors": [123]}]


def test_what_one_run_has_read_is_not_kept_for_the_next(
    portal: LocalPortal, process: Process
) -> None:
    """And within one run, each lookup is one call, however often it is made."""
    with portal.recording() as calls:
        found = process.runs(
            """
            import requests

            def program():
                for _ in range(120):
                    sources = bxbi.get_sources()
                    assert bxbi.get_connector(id=123) == bxbi.get_connector(id="123")
                pulumi.export("sources", [each.title for each in sources])

            def add(title):
                fields = {"title": title, "connectorId": 123, "settings": {"login": "x"}}
                requests.post(
                    f"{first['address']}/rest/biconnector.source.add",
                    json={"fields": fields, "auth": first["token"]},
                    timeout=10,
                ).raise_for_status()

            stack = stack_of("a", program, first)
            add("before")
            told = [outputs(stack.up())]
            add("between")
            print(json.dumps([*told, outputs(stack.up())]))
            """
        )

    assert found == [{"sources": ["before"]}, {"sources": ["before", "between"]}]
    assert calls.count("source.list") == 2
    assert calls.count("connector.get") == 2


def test_a_logo_is_read_where_the_program_runs(
    portal: LocalPortal, process: Process, tmp_path: Path
) -> None:
    """Not in the folder of the project, in which the provider runs."""
    (tmp_path / "logo.svg").write_text("<svg/>", "utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "Pulumi.yaml").write_text("name: fleet\nruntime: python\n", "utf-8")

    process.runs(
        """
        def program():
            first_url = first["address"] + "/__emulator__/endpoints/"
            bxbi.BiConnector(
                "con", "Con", "logo.svg", first_url + "check", first_url + "tables",
                first_url + "description", first_url + "data", [],
            )

        options = auto.LocalWorkspaceOptions(work_dir="elsewhere")
        stack = auto.create_or_select_stack("a", "fleet", program, opts=options)
        configure(stack, first["address"], first["token"])
        stack.up()
        print(json.dumps([]))
        """
    )

    assert portal.connector()["logo"] == "data:image/svg+xml;base64,PHN2Zy8+"


def test_a_script_without_an_engine_can_look_up(process: Process, portal: LocalPortal) -> None:
    process.environment.update(portal.access)

    found = process.runs(
        """
        before = [each.id for each in bxbi.get_connectors()]
        print(json.dumps([before, bxbi.get_connector(id=123).id]))
        """
    )

    assert found == [[123], 123]
