"""The engine level: the real engine, the real provider process, and real signals."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from tests.engine.inline import host_of
from tests.engine.prepared import prepared_processes
from tests.engine.vault import SECRETS_PROVIDER, vault
from tests.faults.level import Outcome
from tests.faults.scenario import KINDS, Fault, IdOf
from tests.protocol.provider_process import ADAPTERS, PLUGIN
from tests.variables import QUICK_GO, inherited
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from tests.faults.portal import ControlledPortal
    from tests.faults.scenario import Detour, Kill, Kind, Program, Resource, Run, Scenario

_CLASSES: Final[dict[Kind, str]] = {
    "connector": "BiConnector",
    "source": "BiSource",
    "table": "BiTable",
}
#: The resources under Diagnostics that have an error.
_FAILED: Final = re.compile(
    r"^  \S+Bi\w+ \((\S+)\):\n(?:    (?!error:).*\n)*    error:", re.MULTILINE
)
#: What the commands of a provider's processes contain, by its adapter.
_PROVIDERS: Final = {
    "dynamic": ("pulumi-resource-pulumi-python", "pulumi.dynamic"),
    "plugin": ("pulumi-resource-bxbi",),
}
#: What Pulumi says to the first Ctrl-C.
_CANCELLING: Final = b"^C received; cancelling"
_CHUNK_BYTES: Final = 65536
#: The settings that an application has and an access token does not.
_OF_APPLICATION: Final = frozenset(
    {"BXBI_CLIENT_ID", "BXBI_CLIENT_SECRET", "BXBI_REFRESH_TOKEN", "BXBI_TOKEN_STORE"}
)
_TIMEOUT: Final = 1.5
#: Seconds for which the answer is held back during which a process is killed.
_HELD: Final = 0.75


class EngineLevel:
    """Plays runs with the engine on PATH.

    Args:
        portal: The portal.
        template: A project with an empty stack ``test``, to be copied; see :func:`new_project`.
        folder: An empty folder.
        scenario: The scenario: with the plugin programs are in YAML, otherwise in Python.
    """

    delay = _TIMEOUT + 1.0

    def __init__(
        self,
        portal: ControlledPortal,
        template: Path,
        folder: Path,
        scenario: Scenario,
    ) -> None:
        self._adapter = ADAPTERS[scenario.adapter]
        self._portal = portal
        self._template = template
        self._folder = folder
        self._store = folder / "tokens.json"
        limits = {"BXBI_BURST": "1", "BXBI_REQUESTS_PER_SECOND": "50"} if scenario.crowded else {}
        access = self._credentials(renews=scenario.renews)
        self._environment = {**environment(template), **access, **limits}
        self._shown: list[str] = []
        self._orphans: dict[int, str] = {}

    def run(self, runs: Sequence[Run], *, delayed: bool) -> list[Outcome]:
        del delayed
        with ThreadPoolExecutor() as pool:
            # This process can run one program at a time; others need a host of their own.
            ups = [
                pool.submit(self._up, run, inline=number == 0) for number, run in enumerate(runs)
            ]
            return [each.result() for each in ups]

    def refresh(self, stack: str, program: Program) -> Outcome:
        self._write(stack, program)
        return self._pulumi(stack, "refresh", "--yes", "--skip-preview")

    def detour(self, detour: Detour, program: Program) -> Outcome:
        self._write(detour.stack, program)
        access = self._portal.access_to(detour.to)
        elsewhere = {
            **dict.fromkeys(_OF_APPLICATION, ""),
            "BXBI_PORTAL": access["portal"],
            "BXBI_ACCESS_TOKEN": access["accessToken"],
        }
        return self._pulumi(
            detour.stack, detour.command, "--yes", "--skip-preview", environment=elsewhere
        )

    def preview(self, stack: str, program: Program, *, refresh: bool) -> list[str]:
        self._write(stack, program)
        more = ["--refresh"] if refresh else []
        process = self._command(stack, ["pulumi", "preview", "--json", *more])
        out, err = process
        try:
            steps = json.loads(out)["steps"]
        except (ValueError, KeyError):
            return [out + err]
        planned = [
            f"{step['op']} {step['urn'].rpartition('::')[2]}"
            for step in steps
            if self._adapter.type in step["urn"] and step["op"] not in {"same", "refresh"}
        ]
        pending = self._deployment(stack).get("pending_operations") or []
        return [*planned, *(f"pending: {each['type']}" for each in pending)]

    def recover(self, stack: str, program: Program) -> Outcome:
        self._write(stack, program)
        self._command(stack, ["pulumi", "cancel", "--yes"])
        out, err = self._command(stack, ["bxbi", "recover"])
        if self._adapter is PLUGIN:
            # It notices that its engine is gone, and ends.
            plugins = self._providers_among(self._orphans)
            wait_for(lambda: not any(map(_exists, plugins)), lambda: True)
        # A dynamic provider and a language host stay without an engine until somebody ends them.
        for orphan in self._orphans:
            _send(orphan, signal.SIGKILL)
        self._orphans.clear()
        return Outcome(succeeded=True, text=out + err)

    def take(self, stack: str, kind: Kind, number: int, name: str) -> Outcome:
        out, err = self._command(stack, ["bxbi", "import", kind, str(number), "--name", name])
        taken = self.tracked(stack).get(name) == (kind, number)
        return Outcome(succeeded=taken, text=out + err)

    def tracked(self, stack: str) -> dict[str, tuple[Kind, int]]:
        return {
            each["urn"].rpartition("::")[2]: self._object_of(each)
            for each in self._resources(stack)
            if not each.get("delete")
        }

    def outputs(self, stack: str) -> dict[str, dict[str, Any]]:
        return {
            each["urn"].rpartition("::")[2]: each["outputs"]
            for each in self._resources(stack)
            if not each.get("delete")
        }

    def known(self, stack: str) -> set[tuple[Kind, int]]:
        return {self._object_of(each) for each in self._resources(stack)}

    def shown(self) -> str:
        states = [json.dumps(self._deployment(each.name)) for each in self._stacks()]
        return "\n".join([*self._shown, *states])

    def tokens(self) -> set[str]:
        if not self._store.exists():
            return set()
        stored: dict[str, Any] = json.loads(self._store.read_text("utf-8"))
        return {str(value) for key, value in stored.items() if key.endswith("_token") and value}

    def _credentials(self, *, renews: bool) -> dict[str, str]:
        ready = self._portal.ready
        limits = {"BXBI_TIMEOUT": str(_TIMEOUT), "BXBI_MAX_WAIT": "20"}
        if not renews:
            return {
                **limits,
                "BXBI_PORTAL": ready["portal"],
                "BXBI_ACCESS_TOKEN": ready["accessToken"],
            }
        return {
            **limits,
            "BXBI_PORTAL": ready["portal"],
            "BXBI_CLIENT_ID": ready["clientId"],
            "BXBI_CLIENT_SECRET": ready["clientSecret"],
            "BXBI_REFRESH_TOKEN": ready["refreshToken"],
            "BXBI_OAUTH_SERVER": ready["oauthServer"],
            "BXBI_TOKEN_STORE": str(self._store),
        }

    def _stacks(self) -> list[Path]:
        return [each for each in self._folder.iterdir() if each.is_dir()]

    def _project(self, stack: str) -> Path:
        project = self._folder / stack
        if not project.exists():
            shutil.copytree(self._template, project)
        return project

    def _write(self, stack: str, program: Program) -> None:
        project = self._project(stack)
        if self._adapter is PLUGIN:
            (project / "Pulumi.yaml").write_text(program_in_yaml(program), "utf-8")
        else:
            (project / "__main__.py").write_text(program_text(program), "utf-8")

    def _host(self, stack: str, *, inline: bool) -> AbstractContextManager[tuple[str, ...]]:
        """Serve a program in Python in this process, where that is possible."""
        if not inline or self._adapter is PLUGIN:
            return nullcontext(())
        return host_of(self._project(stack) / "__main__.py")

    def _deployment(self, stack: str) -> dict[str, Any]:
        state = self._project(stack) / "backend/.pulumi/stacks/test/test.json"
        latest = json.loads(state.read_text("utf-8"))["checkpoint"].get("latest")
        deployment: dict[str, Any] = latest or {}
        return deployment

    def _resources(self, stack: str) -> list[dict[str, Any]]:
        resources = self._deployment(stack).get("resources") or []
        return [each for each in resources if each["type"].startswith(self._adapter.type)]

    def _object_of(self, resource: Mapping[str, Any]) -> tuple[Kind, int]:
        name = str(resource["type"]).removeprefix(self._adapter.type)
        kind = next(each for each in KINDS if _CLASSES[each] == name)
        return kind, int(resource["id"])

    def _up(self, run: Run, *, inline: bool) -> Outcome:
        self._write(run.stack, run.program)
        kinds = {each.name: each.kind for each in run.program}
        replaced = [
            f"--replace=urn:pulumi:test::test::{self._adapter.type}{_CLASSES[kinds[name]]}::{name}"
            for name in run.replace
        ]
        arguments = ["up", "--yes", "--skip-preview", *replaced]
        # A program of a killed engine would go on in this process.
        inline = inline and run.kill is None
        return self._pulumi(run.stack, *arguments, kill=run.kill, inline=inline)

    def _pulumi(
        self,
        stack: str,
        *arguments: str,
        kill: Kill | None = None,
        inline: bool = True,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> Outcome:
        with self._host(stack, inline=inline) as host:
            process = self._started(
                stack,
                ["pulumi", *arguments, *host, "--non-interactive", "--color=never"],
                checkpoints=kill is not None,
                environment=environment,
            )
            killed = self._kill_at(process, kill) if kill else False
            out, err = process.communicate()
        self._shown += [out, err]
        text = out + err
        return Outcome(
            succeeded=process.returncode == 0,
            text=text,
            failed=tuple(_FAILED.findall(text)),
            killed=kill.process if kill and killed else "",
        )

    def _command(self, stack: str, command: list[str]) -> tuple[str, str]:
        with self._host(stack, inline=command[:2] == ["pulumi", "preview"]) as host:
            out, err = self._started(stack, [*command, *host], checkpoints=False).communicate()
        self._shown += [out, err]
        return out, err

    def _started(
        self,
        stack: str,
        command: list[str],
        *,
        checkpoints: bool,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> subprocess.Popen[str]:
        project = self._project(stack)
        fast = {} if checkpoints else {"PULUMI_SKIP_CHECKPOINTS": "true"}
        backend = {"PULUMI_BACKEND_URL": f"file://{project}/backend", "PULUMI_STACK": "test"}
        return subprocess.Popen(
            command,
            cwd=project,
            env={**self._environment, **backend, **fast, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def _kill_at(self, process: subprocess.Popen[str], kill: Kill) -> bool:
        """Kill a process of a run once the portal has the call in question; tell if it came."""
        action = "delay" if kill.executed else "drop_before"
        self._portal.arm_first(Fault(action, after=kill.call), _HELD)
        wait_for(lambda: not self._portal.waits_for(_HELD), lambda: process.poll() is None)
        if process.poll() is not None:
            self._portal.disarm()
            return False
        descendants = _descendants(process.pid)
        if kill.process == "provider":
            for pid in self._providers_among(descendants):
                _send(pid, signal.SIGKILL)
        else:
            process.send_signal(signal.SIGKILL if kill.process == "cli" else signal.SIGINT)
        if kill.process == "interrupts":
            self._shown.append(_read_until(process, _CANCELLING))
            process.send_signal(signal.SIGINT)
        if kill.process in {"cli", "interrupts"}:
            self._orphans |= descendants
        return True

    def _providers_among(self, processes: Mapping[int, str]) -> list[int]:
        commands = _PROVIDERS[self._adapter.name]
        return [pid for pid, run in processes.items() if any(each in run for each in commands)]


@contextmanager
def quick_engine() -> Iterator[dict[str, str]]:
    """Give the variables that spare Python's imports and Pulumi's passphrase."""
    with (
        TemporaryDirectory() as folder,
        prepared_processes(Path(folder)) as prepared,
        vault() as encrypting,
    ):
        yield {**prepared, **encrypting}


def environment(home: Path) -> dict[str, str]:
    """Give the environment that the engine's commands run in.

    Args:
        home: A folder beside which the engine keeps what it needs on this machine.
    """
    return {
        **inherited(),
        **QUICK_GO,
        "PULUMI_HOME": str(home.with_name(f"{home.name}-home")),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def new_project(folder: Path) -> Path:
    """Make a project with an empty stack ``test``, to be copied for each scenario.

    The environment leads to what :func:`quick_engine` gives, as long as it is used.
    """
    (folder / "backend").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n", "utf-8")
    backend = {"PULUMI_BACKEND_URL": f"file://{folder}/backend"}
    subprocess.run(
        [
            *("pulumi", "stack", "init", "test", "--non-interactive"),
            *("--secrets-provider", SECRETS_PROVIDER),
        ],
        cwd=folder,
        env={**environment(folder), **backend},
        check=True,
        capture_output=True,
    )
    return folder


def program_text(program: Program) -> str:
    """Write a program down in Python."""
    variables = {resource.name: f"resource{number}" for number, resource in enumerate(program)}
    lines = ["import pulumi_bxbi as bxbi", ""]
    lines += [f"{variables[each.name]} = {_call(each, variables)}" for each in program]
    return "\n".join([*lines, ""])


def program_in_yaml(program: Program) -> str:
    """Write a program down in YAML, which JSON is."""
    resources = {
        each.name: {
            "type": f"{PLUGIN.type}{_CLASSES[each.kind]}",
            "properties": {
                key: f"${{{value.name}.id}}" if isinstance(value, IdOf) else value
                for key, value in each.properties.items()
            },
        }
        for each in program
    }
    project = {"name": "test", "runtime": "yaml", "resources": resources}
    return json.dumps(project, ensure_ascii=False)


def _call(resource: Resource, variables: Mapping[str, str]) -> str:
    arguments = [repr(resource.name)]
    for key, value in resource.properties.items():
        written = f"{variables[value.name]}.id" if isinstance(value, IdOf) else repr(value)
        name = re.sub("([A-Z])", r"_\1", key).lower()
        arguments.append(f"{name}={written}")
    return f"bxbi.{_CLASSES[resource.kind]}({', '.join(arguments)})"


def _descendants(pid: int) -> dict[int, str]:
    """Give all processes that a process has started, and those that they have, with commands."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    found = {pid: ""}
    for parent in (queue := [pid]):
        children = {int(row[0]): row[-1] for row in rows if int(row[1]) == parent}
        found |= children
        queue += children
    del found[pid]
    return found


def _read_until(process: subprocess.Popen[str], text: bytes) -> str:
    """Read what a process prints until a text comes, or it ends; return it."""
    assert process.stdout
    read = b""
    while text not in read and (chunk := os.read(process.stdout.fileno(), _CHUNK_BYTES)):
        read += chunk
    return read.decode("utf-8", "replace")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
