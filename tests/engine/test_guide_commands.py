"""The commands of the guides."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import socket
import subprocess
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # what is read was written here

import pytest
import requests

from tests.local_portal import on_the_current_api
from tests.pipelines.github import GitHub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

from tests.engine.guides import (
    ADOPTION,
    CREDENTIALS,
    EMULATOR,
    FLEET,
    GUIDES,
    PIP,
    PIPELINES,
    PLUGIN,
    PREFLIGHT,
    RECOVERY,
    ROOT,
    RUN,
    VERIFICATION,
    YAML,
    blocks,
    commands,
    run_blocks,
)


@pytest.mark.parametrize("guide", GUIDES)
def test_each_command_is_run_below(guide: str) -> None:
    covered = RUN.get(guide, ())

    assert [each for each in commands("", guide) if not f"{each} ".startswith(covered)] == []


def test_all_that_is_said_to_be_run_is_in_its_guide() -> None:
    assert [
        (guide, start)
        for guide, starts in RUN.items()
        for start in starts
        if not any(f"{each} ".startswith(start) for each in commands("", guide))
    ] == []


@on_the_current_api
def test_the_commands_for_all_stacks_work(stack: Stack) -> None:
    stack.program('bxbi.BiSource("crm", "CRM", 123, {"login": "a", "password": "b"})')
    stack.hosted = True

    for command in commands("bxbi ", FLEET):
        assert "test" in stack.bxbi(*command.split()[1:])


@on_the_current_api
@pytest.mark.as_users_have_it
def test_the_example_in_yaml_runs_as_its_guide_says(
    portal: LocalPortal, stack: Stack, tmp_path: Path
) -> None:
    folder = tmp_path / "yaml"
    folder.mkdir()
    shutil.copy(ROOT / "examples" / "yaml" / "Pulumi.yaml", folder)
    printed = run_blocks(YAML, folder, stack.environment)

    assert "+ 3 created" in printed
    assert portal.sources() == {}


@on_the_current_api
def test_the_commands_that_move_a_stack_work(stack: Stack) -> None:
    stack.program('bxbi.BiSource("crm", "CRM", 123, {"login": "a", "password": "b"})')
    stack.hosted = True
    stack.up()

    told = [stack.bxbi(*command.split()[1:]) for command in commands("bxbi migrate ", PLUGIN)]

    assert [each.split(".")[0] for each in told] == ["Would move 1: crm", "Moved 1: crm"]


@pytest.mark.parametrize("command", commands("pip install ", EMULATOR))
def test_the_package_can_be_installed(
    command: str, tmp_path: Path, engine_environment: dict[str, str]
) -> None:
    target = {**PIP, "PIP_TARGET": str(tmp_path)}

    subprocess.run(command, shell=True, cwd=ROOT, env=engine_environment | target, check=True)  # noqa: S602

    assert (tmp_path / "pulumi_bxbi" / "schema.json").is_file()


@on_the_current_api
def test_the_commands_after_a_killed_run_work(portal: LocalPortal, stack: Stack) -> None:
    source_id = portal.add("source", title="CRM Source", connectorId=123, settings={})

    for command in [
        *commands("bxbi import source ", ADOPTION),
        *commands("bxbi recover", RECOVERY),
    ]:
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
    (command,) = commands("bxbi login ", CREDENTIALS)

    printed = log_in(command, portal, tmp_path, engine_environment)

    assert f"Logged in to {portal.address}" in printed
    assert list(tmp_path.rglob("*.json"))


@on_the_current_api
def test_a_login_for_a_pipeline_keeps_the_tokens_there(
    portal: LocalPortal, engine_environment: dict[str, str], tmp_path: Path
) -> None:
    (command,) = commands("GITHUB_REPOSITORY=", PIPELINES)
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
def test_the_files_of_a_pipeline_get_into_a_repository(stack: Stack, beside_a_clone: Path) -> None:
    repository = beside_a_clone / "crm"
    repository.mkdir()
    shutil.copy(ROOT / "examples" / "crm" / "Pulumi.yaml", repository)
    subprocess.run(["git", "init", "--quiet"], cwd=repository, check=True)
    made, wheel, github, gitlab, _ = blocks(PIPELINES)
    environment = {
        name: value for name, value in stack.environment.items() if name != "PULUMI_STACK"
    }

    def run(script: str, folder: Path) -> None:
        subprocess.run(  # noqa: S602  # as a reader of the guide types it
            f"set -e\n{script}", shell=True, cwd=folder, env=environment | PIP, check=True
        )

    run(f"{made}{wheel}", repository)
    for name, copied, there in (
        ("github", github, [".github/workflows/up.yml", ".github/bxbi/github.sh"]),
        ("gitlab", gitlab, [".gitlab-ci.yml", "ci/gitlab.sh"]),
    ):
        of_platform = beside_a_clone / name
        shutil.copytree(repository, of_platform)
        run(copied, of_platform)

        listed = subprocess.check_output(["git", "ls-files", "--stage"], cwd=of_platform, text=True)
        modes = {
            path: line.split()[0] for line in listed.splitlines() for path in [line.split("\t")[1]]
        }
        assert {*there, "Pulumi.offline.yaml", "requirements.txt"} <= set(modes)
        assert {modes[path] for path in modes if path.endswith(".sh")} == {"100755"}
        (required,) = (of_platform / "requirements.txt").read_text("utf-8").splitlines()
        assert required.removeprefix("./") in modes
        assert "bxbi:clientId" in (of_platform / "Pulumi.production.yaml").read_text("utf-8")


@on_the_current_api
def test_the_doctor_finds_a_good_set_up(stack: Stack) -> None:
    (command,) = commands("bxbi doctor", CREDENTIALS)

    assert "ok           objects" in stack.bxbi(*command.split()[1:])


@on_the_current_api
def test_a_plan_is_judged_before_it_is_carried_out(portal: LocalPortal, stack: Stack) -> None:
    stack.program("bxbi.BiSource('crm', 'CRM Source', 123, {'login': 'admin'})")
    (stack.folder / "plan.json").write_text(stack.run("preview", "--json").stdout, "utf-8")

    for command in commands("bxbi preflight", PREFLIGHT):
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
def test_the_commands_that_try_endpoints_work(portal: LocalPortal, stack: Stack) -> None:
    stack.program('bxbi.BiSource("crm", "CRM", 123, {"login": "a", "password": "b"})')
    stack.up()
    (stack.folder / "token").write_text("t0p\n", "utf-8")
    served = f"{portal.address}/__emulator__/endpoints/{{check,tables,description,data}}"

    for command in commands("bxbi verify", VERIFICATION):
        ended = subprocess.run(  # noqa: S602  # as a reader of the guide types it
            command.replace("https://erp.example/{check,tables,columns,data}", served),
            shell=True,
            cwd=stack.folder,
            env=stack.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr

    (suite,) = ET.parse(stack.folder / "verify.xml").getroot()  # noqa: S314  # our own
    assert suite.get("name") == 'source 1 "CRM"'
    assert json.loads((stack.folder / "report.json").read_text("utf-8"))["version"] == 1
    assert 'source 1 "CRM"' in (stack.folder / "comment.md").read_text("utf-8")


@on_the_current_api
def test_the_commands_that_adopt_a_portal_work(portal: LocalPortal, stack: Stack) -> None:
    portal.add("source", title="CRM Source", connectorId=123, settings={"login": "admin"})

    for command in (each for each in commands("bxbi import", ADOPTION) if " source " not in each):
        stack.bxbi(*command.split()[1:])

    assert len(stack.resources()) == 2
    assert stack.preview() == {}


class TestLocalPortal:
    @pytest.fixture
    def port(self, engine_environment: dict[str, str]) -> Iterator[int]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        (command,) = commands("bxbi emulate --port ", EMULATOR)
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
        add, fault = (
            f"{each} -s".replace("8899", str(port)) for each in commands("curl ", EMULATOR)
        )

        answer = json.loads(subprocess.check_output(add, shell=True))  # noqa: S602

        assert answer["result"] == {"id": 1}
        assert "duration" in answer["time"]

        (armed,) = json.loads(subprocess.check_output(fault, shell=True))  # noqa: S602

        assert armed["action"] == "drop_after"
        assert subprocess.call(add, shell=True) == 52  # noqa: S602  # curl's status: an empty reply
