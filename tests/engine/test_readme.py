"""Every command of the README and of the guides is run, and their tables and links are complete."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

import pulumi_bxbi.portal
from pulumi_bxbi.plugin.schema import package_schema
from pulumi_bxbi.settings.declared import SETTINGS
from pulumi_bxbi.settings.names import variable
from tests.local_portal import on_the_current_api
from tests.pipelines.github import GitHub

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

pytestmark = pytest.mark.as_users_have_it

ROOT = Path(__file__).parents[2]
README = "README.md"
ADOPTION = "pulumi_bxbi/adoption/README.md"
FLEET = "examples/fleet/README.md"
YAML = "examples/yaml/README.md"
TYPESCRIPT = "examples/typescript/README.md"
EMULATOR = "pulumi_bxbi/emulator/README.md"
PIPELINES = "examples/pipelines/README.md"
CONFIGURATION = "pulumi_bxbi/settings/README.md"
CREDENTIALS = "pulumi_bxbi/portal/oauth/README.md"
PREFLIGHT = "pulumi_bxbi/preflight/README.md"
RESOURCES = "pulumi_bxbi/resources/README.md"
RECOVERY = "pulumi_bxbi/recovery/README.md"
PLUGIN = "pulumi_bxbi/plugin/README.md"

#: The README and the guides, by their places.
GUIDES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in (
        ROOT / "README.md",
        ROOT / "SECURITY.md",
        *sorted((ROOT / "pulumi_bxbi").rglob("README.md")),
        *sorted((ROOT / "examples").rglob("README.md")),
    )
}
#: What the tests below run of each guide: the beginnings of its commands.
RUN = {
    README: (
        "make ",
        *(f"{each} " for each in ("mkdir", "cd", "python3", ".", "cp", "pip", "echo", "pulumi")),
        "bxbi doctor",
    ),
    ADOPTION: ("bxbi import",),
    FLEET: ("bxbi doctor", "bxbi preflight"),
    YAML: ("mkdir ", "export ", "pulumi ", "bxbi emulate "),
    # By test_typescript.py, where Node.js is.
    TYPESCRIPT: ("mkdir ", "export ", "pulumi ", "bxbi emulate "),
    EMULATOR: ("pip install ", "bxbi emulate ", "curl "),
    PIPELINES: (
        "GITHUB_REPOSITORY=",
        "pip wheel ",
        "echo ",
        "git add ",
        "mkdir ",
        "cp ",
        "pulumi ",
    ),
    CONFIGURATION: ("pulumi ",),
    CREDENTIALS: ("bxbi login ", "bxbi doctor"),
    PREFLIGHT: ("bxbi preflight", "pulumi "),
    RECOVERY: ("bxbi recover", "pulumi "),
    PLUGIN: ("bxbi migrate ",),
}


#: What an absolute link to a file begins with; empty where pyproject.toml names no repository.
IN_REPOSITORY = "".join(
    f"{address}/blob/main/"
    for address in re.findall(
        r'^Repository = "(.+?)/?"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE
    )
)


def blocks(guide: str) -> list[str]:
    """The blocks of commands of a guide, each as a script."""
    found = re.findall(r"^ *```sh\n(.*?)^ *```", GUIDES[guide], re.MULTILINE | re.DOTALL)
    return [re.sub(r"^ +", "", each, flags=re.MULTILINE).replace("\\\n", "") for each in found]


def commands(start: str, guide: str) -> list[str]:
    lines = [line for block in blocks(guide) for line in block.splitlines()]
    return [line for line in lines if line.startswith(start)]


@pytest.mark.parametrize("guide", GUIDES)
def test_each_command_is_run_below(guide: str) -> None:
    covered = RUN.get(guide, ())

    assert [each for each in commands("", guide) if not f"{each} ".startswith(covered)] == []


@on_the_current_api
def test_the_commands_for_all_stacks_work(stack: Stack) -> None:
    stack.program('bxbi.BiSource("crm", "CRM", 123, {"login": "a", "password": "b"})')
    stack.hosted = True

    for command in commands("bxbi ", FLEET):
        assert "test" in stack.bxbi(*command.split()[1:])


@on_the_current_api
def test_the_example_in_yaml_runs_as_its_guide_says(
    portal: LocalPortal, stack: Stack, tmp_path: Path
) -> None:
    folder = tmp_path / "yaml"
    folder.mkdir()
    shutil.copy(ROOT / "examples" / "yaml" / "Pulumi.yaml", folder)
    kept = {key: each for key, each in stack.environment.items() if key != "PULUMI_STACK"}

    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", *blocks(YAML)],
        cwd=folder,
        env={key: each for key, each in kept.items() if not key.startswith("BXBI_")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "+ 3 created" in ended.stdout
    assert portal.sources() == {}


@on_the_current_api
def test_the_commands_that_move_a_stack_work(stack: Stack) -> None:
    stack.program('bxbi.BiSource("crm", "CRM", 123, {"login": "a", "password": "b"})')
    stack.hosted = True
    stack.up()

    told = [stack.bxbi(*command.split()[1:]) for command in commands("bxbi migrate ", PLUGIN)]

    assert [each.split(".")[0] for each in told] == ["Would move 1: crm", "Moved 1: crm"]


def test_all_that_is_said_to_be_run_is_in_its_guide() -> None:
    assert [
        (guide, start)
        for guide, starts in RUN.items()
        for start in starts
        if not any(f"{each} ".startswith(start) for each in commands("", guide))
    ] == []


def test_the_two_commands_of_the_beginning_are_those_of_ci() -> None:
    ci = (ROOT / ".ci" / "run").read_text("utf-8")

    assert commands("make ", README) == ["make demo", "make test"]
    for command in commands("make ", README):
        assert command in ci


#: What is installed is there already; a clean environment is the packaging tests' matter.
PIP = {"PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "false", "PIP_FORCE_REINSTALL": "1"}


@pytest.mark.parametrize("command", commands("pip install ", EMULATOR))
def test_the_package_can_be_installed(
    command: str, tmp_path: Path, engine_environment: dict[str, str]
) -> None:
    target = {**PIP, "PIP_TARGET": str(tmp_path)}

    subprocess.run(command, shell=True, cwd=ROOT, env=engine_environment | target, check=True)  # noqa: S602

    assert (tmp_path / "pulumi_bxbi" / "schema.json").is_file()


@pytest.fixture
def beside_a_clone(tmp_path: Path) -> Path:
    """A folder with the clone that the guides speak of."""
    folder = tmp_path / "beside"
    folder.mkdir()
    (folder / "pulumi-bxbi").symlink_to(ROOT)
    return folder


class TestFirstStack:
    def run(self, stack: Stack, portal: LocalPortal, command: str, folder: Path) -> str:
        ended = subprocess.run(  # noqa: S602  # as a reader of the README types it
            command.replace("https://acme.bitrix24.com", portal.address),
            shell=True,
            cwd=folder,
            env={
                **stack.environment,
                **PIP,
                "PYTHONPATH": sysconfig.get_path("purelib"),
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

    @on_the_current_api
    def test_the_steps_lead_to_the_source(
        self, portal: LocalPortal, stack: Stack, beside_a_clone: Path
    ) -> None:
        """From the first to the last, in one shell."""
        del stack.environment["PULUMI_STACK"]
        steps = [each for each in blocks(README) if not each.startswith("make ")]

        printed = self.run(stack, portal, "set -e\n" + "".join(steps), beside_a_clone)

        source = portal.source()
        assert (source["title"], source["description"]) == ("CRM Source", "Источник данных CRM")
        assert source["settings"] == {"login": "admin", "password": "correct horse"}
        assert "ok           permissions" in printed
        assert portal.access_token not in printed

    def test_the_engines_commands_of_the_guides_work(
        self, portal: LocalPortal, stack: Stack
    ) -> None:
        shutil.copy(ROOT / "examples" / "crm" / "__main__.py", stack.folder)
        stack.configure("bxbi:portal", portal.address)
        stack.configure("bxbi:accessToken", portal.access_token, secret=True)
        stack.configure("crmPassword", "correct horse", secret=True)

        for command in (
            each
            for guide in (CONFIGURATION, PREFLIGHT, RECOVERY)
            for each in commands("pulumi ", guide)
        ):
            self.run(stack, portal, command, stack.folder)
        self.run(stack, portal, "pulumi up --yes", stack.folder)

        assert portal.source()["title"] == "CRM Source"

    def test_a_preview_runs_beside_a_local_portal(self, portal: LocalPortal, stack: Stack) -> None:
        shutil.copy(ROOT / "examples" / "crm" / "__main__.py", stack.folder)
        stack.configure("crmPassword", "x", secret=True)

        (command,) = commands("bxbi emulate -- ", EMULATOR)

        assert "+ 2 to create" in self.run(stack, portal, command, stack.folder)


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


@pytest.mark.parametrize(
    ("platform", "there"),
    [
        ("On GitHub", [".github/workflows/up.yml", ".github/bxbi/github.sh"]),
        ("On GitLab", [".gitlab-ci.yml", "ci/gitlab.sh"]),
    ],
)
def test_the_files_of_a_pipeline_get_into_a_repository(
    platform: str, there: list[str], stack: Stack, beside_a_clone: Path
) -> None:
    repository = beside_a_clone / "crm"
    repository.mkdir()
    shutil.copy(ROOT / "examples" / "crm" / "Pulumi.yaml", repository)
    subprocess.run(["git", "init", "--quiet"], cwd=repository, check=True)
    made, wheel, github, gitlab, _ = blocks(PIPELINES)
    copied = {"On GitHub": github, "On GitLab": gitlab}[platform]
    environment = {
        name: value for name, value in stack.environment.items() if name != "PULUMI_STACK"
    }

    subprocess.run(  # noqa: S602  # as a reader of the guide types it
        f"set -e\n{made}{wheel}{copied}",
        shell=True,
        cwd=repository,
        env=environment | PIP,
        check=True,
    )

    listed = subprocess.check_output(["git", "ls-files", "--stage"], cwd=repository, text=True)
    modes = {
        path: line.split()[0] for line in listed.splitlines() for path in [line.split("\t")[1]]
    }
    assert {*there, "Pulumi.offline.yaml", "requirements.txt"} <= set(modes)
    assert {modes[path] for path in modes if path.endswith(".sh")} == {"100755"}
    (required,) = (repository / "requirements.txt").read_text("utf-8").splitlines()
    assert required.removeprefix("./") in modes
    assert "bxbi:clientId" in (repository / "Pulumi.production.yaml").read_text("utf-8")


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


@pytest.mark.parametrize("name", ["BiConnector", "BiSource", "BiTable"])
def test_each_property_is_described(name: str) -> None:
    resource = package_schema()["resources"][f"bxbi:index:{name}"]
    section = GUIDES[RESOURCES].partition(f"\n### {name}\n")[2].partition("\n### ")[0]

    def in_python(name: str) -> str:
        return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)

    for given, described in resource["inputProperties"].items():
        need = "required " if given in resource["requiredInputs"] else ""
        assert f"| `{in_python(given)}` | {need}| {described['description']}" in section
    for computed in resource["properties"]:
        assert f"`{in_python(computed)}`" in section


@pytest.mark.parametrize("name", SETTINGS)
def test_each_setting_is_described_as_it_is_declared(name: str) -> None:
    row = f"| `bxbi:{name}` | `{variable(name)}` | {SETTINGS[name].meaning}"

    assert row in GUIDES[CONFIGURATION]


def test_no_setting_is_described_that_is_none() -> None:
    assert re.findall(r"^\| `bxbi:(\w+)` \|", GUIDES[CONFIGURATION], re.MULTILINE) == list(SETTINGS)


def test_each_error_is_described() -> None:
    for name in pulumi_bxbi.portal.__all__:
        if issubclass(getattr(pulumi_bxbi.portal, name), pulumi_bxbi.portal.PortalError):
            assert f"`{name}`" in GUIDES[RESOURCES]


@pytest.mark.parametrize(
    "name", ["doctor", "emulate", "import", "login", "migrate", "preflight", "recover"]
)
def test_each_command_is_in_the_table(name: str) -> None:
    assert f"\n| `bxbi {name}` |" in GUIDES[README]


def test_each_guide_is_linked_from_the_readme() -> None:
    seed = "pulumi_bxbi/emulator/seed/README.md"  # the guide of the local portal links it

    assert [each for each in GUIDES if f"]({IN_REPOSITORY}{each})" not in GUIDES[README]] == [
        README,
        seed,
    ]


def test_the_readme_is_short() -> None:
    assert len(GUIDES[README].splitlines()) <= 160


#: All texts whose links are checked.
LINKED = GUIDES | {
    name: (ROOT / name).read_text("utf-8") for name in ("CHANGELOG.md", "CONTRIBUTING.md")
}


def test_links_of_the_readme_work_in_the_package_index_too() -> None:
    """There nothing stands beside it, so where the repository has an address they begin with it."""
    links = re.findall(r"\]\((?!https?://|#)([^)\s]+)\)", GUIDES[README])

    assert not IN_REPOSITORY or links == []


def anchors(text: str) -> set[str]:
    """The anchors of a text's headings, as GitHub makes them."""
    prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("guide", LINKED)
def test_each_link_leads_somewhere(guide: str) -> None:
    prose = re.sub(r"^ *```.*?^ *```", "", LINKED[guide], flags=re.MULTILINE | re.DOTALL)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        is_ours = bool(IN_REPOSITORY) and link.startswith(IN_REPOSITORY)
        if re.match(r"https?://", link) and not is_ours:
            continue
        place, _, anchor = (link.removeprefix(IN_REPOSITORY) if is_ours else link).partition("#")
        folder = ROOT if is_ours else (ROOT / guide).parent
        path = folder / place if place else ROOT / guide
        if not path.exists() or (anchor and anchor not in anchors(path.read_text("utf-8"))):
            broken.append(link)

    assert broken == []
