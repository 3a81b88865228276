"""The real engine, run as a user runs it, against the real local portal."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.engine.inline import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = "pulumi-python:dynamic/bxbi:"
PREAMBLE = """\
import pulumi
import pulumi_bxbi as bxbi

config = pulumi.Config()
"""


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
    command = [sys.executable, "-m", "pulumi_bxbi.cli", "emulate", "--api", api, *options]
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


@pytest.fixture(scope="session")
def engine_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    if not shutil.which("pulumi"):
        pytest.exit("no pulumi on PATH: run the tests with `make test`", returncode=2)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BXBI_")}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_HOME": str(tmp_path_factory.mktemp("pulumi-home")),
        "PULUMI_CONFIG_PASSPHRASE": "passphrase",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_CHECKPOINTS": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@dataclass(frozen=True, slots=True)
class Run:
    """What a command of the engine printed, and how it ended."""

    output: str
    status: int


#: Commands that run the program, or might.
OPERATIONS = ("preview", "up", "refresh", "destroy")


@dataclass(slots=True)
class Stack:
    """A project with one stack on a file backend of its own.

    The program runs in this process, unless ``hosted`` asks for Pulumi's own Python host, which a
    user has and which sees the stack's environment.
    """

    folder: Path
    environment: dict[str, str]
    hosted: bool = False
    output: str = field(default="", repr=False)

    def program(self, text: str) -> None:
        """Write the program; ``pulumi``, ``bxbi`` and ``config`` are there already."""
        (self.folder / "__main__.py").write_text(PREAMBLE + textwrap.dedent(text), "utf-8")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command, whatever its end."""
        program = self.folder / "__main__.py"
        inline = arguments[0] in OPERATIONS and not self.hosted and program.exists()
        with host_of(program) if inline else nullcontext(()) as host:
            process = subprocess.run(
                ["pulumi", *arguments, *host, "--non-interactive"],
                cwd=self.folder,
                env={**self.environment, **environment},
                capture_output=True,
                text=True,
                check=False,
            )
        self.output += process.stdout + process.stderr
        return process

    def pulumi(self, *arguments: str, **environment: str) -> Run:
        """Run a command, whatever its end, and give all that it printed."""
        process = self.run(*arguments, **environment)
        return Run(process.stdout + process.stderr, process.returncode)

    def succeeds(self, *arguments: str, **environment: str) -> str:
        run = self.pulumi(*arguments, **environment)
        assert run.status == 0, run.output
        return run.output

    def fails(self, *arguments: str, **environment: str) -> str:
        run = self.pulumi(*arguments, **environment)
        assert run.status != 0, run.output
        assert "Traceback" not in run.output, run.output
        return run.output

    def bxbi(self, *arguments: str, status: int = 0, **environment: str) -> str:
        """Run the command `bxbi`, and give all that it printed."""
        ended = subprocess.run(
            ["bxbi", *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        printed = ended.stdout + ended.stderr
        self.output += printed
        assert ended.returncode == status, printed
        assert "Traceback" not in printed
        return printed

    def preview(self, **environment: str) -> dict[str, str]:
        """What a preview would do: the operation on each of the provider's resources."""
        process = self.run("preview", "--json", **environment)
        assert process.returncode == 0, process.stdout + process.stderr
        steps = json.loads(process.stdout)["steps"]
        return {
            step["urn"].rpartition("::")[2]: step["op"] for step in steps if OURS in step["urn"]
        }

    def up(self, **environment: str) -> str:
        return self.succeeds("up", "--yes", "--skip-preview", **environment)

    def refresh(self, **environment: str) -> str:
        return self.succeeds("refresh", "--yes", "--skip-preview", **environment)

    def destroy(self, **environment: str) -> str:
        return self.succeeds("destroy", "--yes", "--skip-preview", **environment)

    def configure(self, key: str, value: str, *, secret: bool = False) -> None:
        options = ("--secret",) if secret else ()
        self.succeeds("config", "set", *options, key, value)

    def outputs(self) -> dict[str, Any]:
        text = self.succeeds("stack", "output", "--json", "--show-secrets")
        outputs: dict[str, Any] = json.loads(text)
        return outputs

    def resources(self) -> dict[str, dict[str, Any]]:
        """The provider's resources in the state, by their names in the program."""
        deployment = json.loads(self.succeeds("stack", "export"))["deployment"]
        return {
            resource["urn"].rpartition("::")[2]: resource
            for resource in deployment.get("resources", [])
            if OURS in resource["urn"]
        }

    def forget(self, marks: dict[str, Any], **outputs: Any) -> None:
        """Put marks of 0.1.0 in the place of what the state remembers, and change outputs."""
        document = json.loads(self.succeeds("stack", "export"))
        for each in document["deployment"]["resources"]:
            if each.get("outputs", {}).pop("__memory", None):
                each["outputs"] |= {**marks, **outputs}
        file = self.folder / "state.json"
        file.write_text(json.dumps(document), "utf-8")
        self.succeeds("stack", "import", "--file", str(file))
        file.unlink()

    def state(self) -> str:
        """Everything that is on the disk."""
        return "".join(
            path.read_text("utf-8", errors="replace")
            for path in self.folder.rglob("*")
            if path.is_file()
        )


@pytest.fixture(scope="session")
def new_project(
    engine_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A project with an empty stack, to be copied: making one takes the engine a second."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n", "utf-8")
    (folder / "backend").mkdir()
    environment = {**engine_environment, "PULUMI_BACKEND_URL": f"file://{folder}/backend"}
    made = Stack(folder, environment)
    made.succeeds("stack", "init", "test")
    made.configure("password", "hunter2", secret=True)
    return folder


@pytest.fixture
def stack(
    portal: LocalPortal, engine_environment: dict[str, str], new_project: Path, tmp_path: Path
) -> Iterator[Stack]:
    """A project with an empty stack, whose secret setting ``password`` is ``hunter2``."""
    folder = tmp_path / "project"
    shutil.copytree(new_project, folder)
    made = Stack(
        folder,
        {
            **engine_environment,
            "PULUMI_BACKEND_URL": f"file://{folder}/backend",
            "PULUMI_STACK": "test",
            "BXBI_PORTAL": portal.address,
            "BXBI_ACCESS_TOKEN": portal.access_token,
        },
    )
    yield made
    assert portal.access_token not in made.output
