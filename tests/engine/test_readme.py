"""Every command of the README is run, and its tables are complete."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

import pulumi_bxbi.portal
from pulumi_bxbi.levels import NAMES, variable
from pulumi_bxbi.schema import package_schema
from tests.local_portal import on_the_current_api
from tests.pipelines.github import GitHub

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

pytestmark = pytest.mark.as_users_have_it

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = [
    re.sub(r"^ +", "", block, flags=re.MULTILINE).replace("\\\n", "")
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", README, re.MULTILINE | re.DOTALL)
]
COMMANDS = [line for block in BLOCKS for line in block.splitlines()]


def commands(start: str) -> list[str]:
    return [command for command in COMMANDS if command.startswith(start)]


def test_each_command_is_run_below() -> None:
    ours = tuple(
        f"bxbi {name} " for name in ("doctor", "emulate", "import", "login", "preflight", "recover")
    )
    covered = (*ours, "GITHUB_REPOSITORY=", "make ", "pip install ", "pulumi ", "curl ")

    assert [each for each in COMMANDS if not f"{each} ".startswith(covered)] == []


def test_the_two_commands_of_the_beginning_are_those_of_ci() -> None:
    ci = (ROOT / ".ci" / "run").read_text("utf-8")

    assert commands("make ") == ["make demo", "make test"]
    for command in commands("make "):
        assert command in ci


@pytest.mark.parametrize("command", commands("pip install "))
def test_the_package_can_be_installed(
    command: str, tmp_path: Path, engine_environment: dict[str, str]
) -> None:
    """The dependencies are there already; a clean environment is the packaging tests' matter."""
    target = {"PIP_TARGET": str(tmp_path), "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "false"}

    subprocess.run(command, shell=True, cwd=ROOT, env=engine_environment | target, check=True)  # noqa: S602

    assert (tmp_path / "pulumi_bxbi" / "schema.json").is_file()


class TestFirstStack:
    def run(self, stack: Stack, portal: LocalPortal, command: str) -> str:
        ended = subprocess.run(  # noqa: S602  # as a reader of the README types it
            command.replace("https://acme.bitrix24.com", portal.address),
            shell=True,
            cwd=stack.folder,
            env={
                **stack.environment,
                "BITRIX24_ACCESS_TOKEN": portal.access_token,
                "CRM_PASSWORD": "correct horse",
                "BXBI_PORTAL": "",
                "BXBI_ACCESS_TOKEN": "",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def test_the_steps_lead_to_the_source(self, portal: LocalPortal, stack: Stack) -> None:
        shutil.copy(ROOT / "examples" / "crm" / "__main__.py", stack.folder)

        for command in commands("pulumi "):
            self.run(stack, portal, command)

        source = portal.source()
        assert (source["title"], source["description"]) == ("CRM Source", "Источник данных CRM")
        assert source["settings"] == {"login": "admin", "password": "correct horse"}

    def test_a_preview_runs_beside_a_local_portal(self, portal: LocalPortal, stack: Stack) -> None:
        shutil.copy(ROOT / "examples" / "crm" / "__main__.py", stack.folder)
        stack.configure("crmPassword", "x", secret=True)

        (command,) = commands("bxbi emulate -- ")

        assert "+ 2 to create" in self.run(stack, portal, command)


@on_the_current_api
def test_the_commands_after_a_killed_run_work(portal: LocalPortal, stack: Stack) -> None:
    source_id = portal.add("source", title="CRM Source", connectorId=123, settings={})

    for command in [*commands("bxbi import source "), *commands("bxbi recover")]:
        stack.bxbi(*command.replace("42", str(source_id)).split()[1:])

    assert stack.resources()["crm"]["id"] == str(source_id)


def log_in(command: str, portal: LocalPortal, folder: Path, environment: dict[str, str]) -> str:
    """Log in as a reader of the README does, and give what is printed."""
    query = {"client_id": portal.client_id, "state": "x"}
    page = requests.get(f"{portal.address}/oauth/authorize/", params=query, timeout=10)
    command = command.replace("https://acme.bitrix24.com", portal.address)
    return subprocess.check_output(  # noqa: S602  # as a reader of the README types it
        command.replace("local.5f0c2d", portal.client_id),
        shell=True,
        cwd=folder,
        env={
            **environment,
            "BXBI_CLIENT_SECRET": portal.client_secret,
            "BXBI_OAUTH_SERVER": portal.address,
            "XDG_DATA_HOME": str(folder),
        },
        input=re.findall(r"<code>(\w+)", page.text)[0],
        text=True,
    )


@on_the_current_api
def test_a_login_gets_tokens(
    portal: LocalPortal, engine_environment: dict[str, str], tmp_path: Path
) -> None:
    (command,) = commands("bxbi login ")

    printed = log_in(command, portal, tmp_path, engine_environment)

    assert f"Logged in to {portal.address}" in printed
    assert list(tmp_path.rglob("*.json"))


@on_the_current_api
def test_a_login_for_a_pipeline_keeps_the_tokens_there(
    portal: LocalPortal, engine_environment: dict[str, str], tmp_path: Path
) -> None:
    (command,) = commands("GITHUB_REPOSITORY=")
    github = GitHub(tmp_path / "github")
    shutil.copytree(ROOT / "examples" / "pipelines" / "stores", tmp_path / ".github" / "bxbi")
    path = f"{github.programs}{os.pathsep}{engine_environment['PATH']}"

    log_in(
        command, portal, tmp_path, {**engine_environment, "PATH": path, "GH_TOKEN": "writer-token"}
    )

    secret = github.kept()["secrets"]["acme/bi production BITRIX24_TOKENS"]
    kept = json.loads(base64.b64decode(secret))
    assert kept["portal"] == portal.address
    assert list(tmp_path.glob("pulumi-bxbi/*.json")) == []


@on_the_current_api
def test_the_doctor_finds_a_good_set_up(stack: Stack) -> None:
    (command,) = commands("bxbi doctor")

    assert "ok           objects" in stack.bxbi(*command.split()[1:])


@on_the_current_api
def test_a_plan_is_judged_before_it_is_carried_out(portal: LocalPortal, stack: Stack) -> None:
    stack.program("bxbi.BiSource('crm', 'CRM Source', 123, {'login': 'admin'})")
    (stack.folder / "plan.json").write_text(stack.run("preview", "--json").stdout, "utf-8")

    for command in commands("bxbi preflight"):
        ended = subprocess.run(  # noqa: S602  # as a reader of the README types it
            command,
            shell=True,
            cwd=stack.folder,
            env=stack.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"Asking {portal.address}" in ended.stderr

    assert "source #34;CRM Source#34;: created" in (stack.folder / "comment.md").read_text("utf-8")


@on_the_current_api
def test_the_commands_that_adopt_a_portal_work(portal: LocalPortal, stack: Stack) -> None:
    portal.add("source", title="CRM Source", connectorId=123, settings={"login": "admin"})

    for command in (each for each in commands("bxbi import") if " source " not in each):
        stack.bxbi(*command.split()[1:])

    assert len(stack.resources()) == 2
    assert stack.preview() == {}


class TestLocalPortal:
    @pytest.fixture
    def port(self, engine_environment: dict[str, str]) -> Iterator[int]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        (command,) = commands("bxbi emulate --port ")
        with subprocess.Popen(
            command.replace("8899", str(port)).split(),
            env=engine_environment,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout
            assert json.loads(process.stdout.readline())["portal"] == f"http://127.0.0.1:{port}"
            yield port
            process.terminate()

    def test_it_answers_the_vendors_own_request(self, port: int) -> None:
        add, fault = (f"{each} -s".replace("8899", str(port)) for each in commands("curl "))

        answer = json.loads(subprocess.check_output(add, shell=True))  # noqa: S602

        assert answer["result"] == {"id": 1}
        assert "duration" in answer["time"]

        (armed,) = json.loads(subprocess.check_output(fault, shell=True))  # noqa: S602

        assert armed["action"] == "drop_after"
        assert subprocess.call(add, shell=True) == 52  # noqa: S602  # curl's status: an empty reply


@pytest.mark.parametrize("name", ["BiConnector", "BiSource", "BiTable"])
def test_each_property_is_described(name: str) -> None:
    resource = package_schema()["resources"][f"bxbi:index:{name}"]
    section = README.partition(f"\n### {name}\n")[2].partition("\n### ")[0]

    def in_python(name: str) -> str:
        return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)

    for given in resource["inputProperties"]:
        assert f"| `{in_python(given)}` |" in section
    for computed in resource["properties"]:
        assert f"`{in_python(computed)}`" in section


def test_each_setting_is_described() -> None:
    for name in NAMES:
        assert f"`bxbi:{name}`" in README
        assert f"`{variable(name)}`" in README


def test_each_error_is_described() -> None:
    for name in pulumi_bxbi.portal.__all__:
        if issubclass(getattr(pulumi_bxbi.portal, name), pulumi_bxbi.portal.PortalError):
            assert f"`{name}`" in README
