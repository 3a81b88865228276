"""The command `bxbi preflight` with a plan that is given, away from its project."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.engine.prepared import command_of_bxbi
from tests.preflight.recorded import PLANS, plan_text
from tests.variables import inherited

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_portal import LocalPortal


@pytest.fixture(scope="session", params=["current"])
def running_portal(running_portal: LocalPortal) -> LocalPortal:
    return running_portal


def bxbi(
    *arguments: str, folder: Path, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command where no `pulumi` is on PATH."""
    return run(
        command_of_bxbi(), "preflight", *arguments, folder=folder, given=given, **environment
    )


def run(
    *arguments: str, folder: Path, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments,
        cwd=folder,
        env={**inherited(), "PATH": str(folder), **environment},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_file_is_judged_by_the_portal_of_the_environment(
    deployed: LocalPortal, tmp_path: Path
) -> None:
    by_hand = deployed.add_table(2, "by_hand")

    ended = bxbi(str(PLANS / "destroy.json"), folder=tmp_path, **deployed.access)

    assert ended.returncode == 3
    assert ended.stdout.startswith("Blocked: 1 blocker")
    assert f'table {by_hand} "by_hand"' in ended.stdout
    assert ended.stderr == f"Asking {deployed.address} about 8 objects ...\n"
    assert deployed.access_token not in ended.stdout + ended.stderr


def test_types_of_the_schema_are_known_too(deployed: LocalPortal, tmp_path: Path) -> None:
    deployed.add_table(2, "by_hand")
    plan = plan_text("destroy").replace("pulumi-python:dynamic/bxbi:", "bxbi:index:")

    told = bxbi("-", folder=tmp_path, given=plan, **deployed.access)

    assert told.stdout.startswith("Blocked: 1 blocker"), told.stderr
    assert "bxbi:index" not in told.stdout


def test_a_misspelt_setting_is_told(deployed: LocalPortal, tmp_path: Path) -> None:
    ended = bxbi(str(PLANS / "destroy.json"), folder=tmp_path, BXBI_TIME_OUT="5", **deployed.access)

    assert ended.returncode == 0
    assert "Warning: BXBI_TIME_OUT is not a setting, BXBI_TIMEOUT is.\n" in ended.stderr


def test_standard_input_is_judged_in_each_form(deployed: LocalPortal, tmp_path: Path) -> None:
    plan = plan_text("rename-table")

    as_json = bxbi("-", "--format", "json", folder=tmp_path, given=plan, **deployed.access)
    as_markdown = bxbi("-", "--format", "markdown", folder=tmp_path, given=plan, **deployed.access)

    document = json.loads(as_json.stdout)
    assert (as_json.returncode, document["verdict"]) == (0, "clear")
    assert document["changes"] == {"create": 0, "update": 0, "replace": 1, "delete": 0}
    assert "```mermaid" in as_markdown.stdout
    assert as_markdown.returncode == 0


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_report_for_a_platform_is_utf_8_and_one_for_a_terminal_as_it_can_show(
    deployed: LocalPortal, tmp_path: Path, encoding: str, form: str
) -> None:
    title = "Источник «Щука»"
    settings = {"token": "hunter2", "year": "2026"}
    deployed.add("source", title=title, connectorId=124, settings=settings)
    plan = str(PLANS / "destroy.json")

    ended = subprocess.run(
        [sys.executable, "-m", "pulumi_bxbi.cli", "preflight", plan, "--format", form],
        cwd=tmp_path,
        env={**inherited(), "PATH": str(tmp_path), "PYTHONIOENCODING": encoding, **deployed.access},
        capture_output=True,
        check=False,
    )

    assert ended.returncode == 3, ended.stderr
    if form == "text":
        shown = title.encode(encoding, "backslashreplace").decode(encoding)
        assert shown in ended.stdout.decode(encoding)
    else:
        assert title in ended.stdout.decode("utf-8")


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, "no credentials for the portal"),
        ({"BXBI_OFFLINE": "1"}, "because BXBI_OFFLINE (or bxbi:offline) is set"),
        (
            {"BXBI_PORTAL": "http://127.0.0.1:9", "BXBI_ACCESS_TOKEN": "t0ken"},
            "127.0.0.1:9",
        ),
    ],
    ids=["no credentials", "offline", "unreachable"],
)
def test_without_the_portal_it_cannot_tell(
    tmp_path: Path, environment: dict[str, str], reason: str
) -> None:
    ended = bxbi(str(PLANS / "rename-table.json"), folder=tmp_path, **environment)

    assert ended.returncode == 4
    assert reason in " ".join(ended.stdout.split())
    assert 'table 2 "orders" is replaced by a new one' in ended.stdout
    assert "t0ken" not in ended.stdout + ended.stderr


def test_nothing_has_to_be_known_of_a_plan_that_does_nothing(tmp_path: Path) -> None:
    ended = bxbi(str(PLANS / "nothing.json"), folder=tmp_path)

    assert (ended.returncode, ended.stderr) == (0, "")


def test_what_is_no_plan_is_an_error(tmp_path: Path) -> None:
    ended = bxbi("-", folder=tmp_path, given="error: no stack selected")

    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: the plan is no JSON")


def test_without_a_plan_and_without_pulumi_it_says_what_to_install(tmp_path: Path) -> None:
    ended = bxbi(folder=tmp_path)

    assert ended.returncode == 1
    assert "the command `pulumi` is not on PATH" in ended.stderr


def test_a_plan_of_another_stack_than_the_one_that_is_named_is_refused(tmp_path: Path) -> None:
    ended = bxbi(str(PLANS / "nothing.json"), "--stack", "acme/x/production", folder=tmp_path)

    assert ended.returncode == 1
    assert "the plan is of the stack test, and --stack says acme/x/production" in ended.stderr


def test_a_stack_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    ended = bxbi(str(PLANS / "nothing.json"), "--stack", "test", folder=tmp_path)

    assert ended.returncode == 1
    assert "is not on PATH" in ended.stderr


#: A `pulumi` that tells what it was asked: previews as `preview.json` says, and has no stack, or
#: one with the state in `state.json`.
PULUMI = """\
#!{python}
import sys
from pathlib import Path
with open("asked", "a") as asked:
    print(*sys.argv[1:], file=asked)
if sys.argv[1] == "preview":
    print(Path("preview.json").read_text("utf-8"))
    print("{said}", file=sys.stderr)
    sys.exit({status})
if sys.argv[1:3] == ["stack", "export"] and {stack}:
    print(Path("state.json").read_text("utf-8"))
elif sys.argv[1] == "config":
    print("{{}}")
else:
    sys.exit("error: no stack named 'test' found")
"""


def project(
    folder: Path,
    name: str,
    *,
    stack: bool = True,
    ended: tuple[int, str] = (0, ""),
    plan: str | None = None,
) -> None:
    """Make a folder a project, with a `pulumi` in it.

    Args:
        folder: The folder.
        name: The name of the project.
        stack: Whether it has a stack, whose state is empty.
        ended: The exit status of a preview, and what it says on standard error.
        plan: The recorded plan that a preview prints; ``None`` for nothing.
    """
    (folder / "Pulumi.yaml").write_text(f"runtime:\n  name: python\nname: {name}\n", "utf-8")
    program = folder / "pulumi"
    status, said = ended
    written = PULUMI.format(python=sys.executable, stack=stack, said=said, status=status)
    program.write_text(written, "utf-8")
    program.chmod(stat.S_IRWXU)
    (folder / "preview.json").write_text(plan_text(plan) if plan else "", "utf-8")
    (folder / "state.json").write_text('{"deployment": {}}', "utf-8")


@pytest.mark.parametrize(("status", "passed_on"), [(255, 255), (1, 1), (3, 1), (4, 1), (0, 1)])
def test_a_preview_without_a_plan_passes_on_what_it_said(
    tmp_path: Path, status: int, passed_on: int
) -> None:
    """And its status, unless that would be a verdict."""
    project(tmp_path, "test", ended=(status, "error: no stack selected"))

    ended = bxbi(folder=tmp_path)

    assert (ended.returncode, ended.stdout) == (passed_on, "")
    assert ended.stderr == "Running pulumi preview ...\nerror: no stack selected\n"


def test_a_preview_that_fails_with_a_whole_plan_is_a_blocker(tmp_path: Path) -> None:
    project(tmp_path, "test", ended=(1, "policy no-tables is violated"), plan="nothing")

    ended = bxbi(folder=tmp_path)

    assert ended.returncode == 3
    assert "The preview failed: `pulumi preview` ended with status 1:" in ended.stdout
    assert "policy no-tables is violated" in ended.stdout


def test_a_stack_that_was_previewed_is_asked_by_the_name_that_was_given(tmp_path: Path) -> None:
    """The stack of the plan is `test`, without the organization."""
    project(tmp_path, "test", plan="destroy")

    assert bxbi(folder=tmp_path).returncode == 4
    assert bxbi("--stack", "acme/test", folder=tmp_path).returncode == 4

    asked = (tmp_path / "asked").read_text("utf-8").splitlines()
    of_selected, of_named = asked[: len(asked) // 2], asked[len(asked) // 2 :]
    assert len(of_named) == 3
    assert all(each.endswith("--stack acme/test") for each in of_named)
    assert not any("--stack" in each for each in of_selected)


def test_a_plan_in_a_file_names_its_stack(tmp_path: Path) -> None:
    project(tmp_path, "test")

    assert bxbi(str(PLANS / "nothing.json"), folder=tmp_path).returncode == 0

    assert (tmp_path / "asked").read_text("utf-8").rstrip().endswith("--stack test")


@pytest.mark.parametrize(
    ("name", "status", "told"),
    [
        ("test", 4, "no stack named 'test' found"),
        ("another", 0, "another project than test, the plan's"),
    ],
)
def test_a_state_that_is_not_found_is_judged_by_the_project(
    tmp_path: Path, name: str, status: int, told: str
) -> None:
    project(tmp_path, name, stack=False)

    ended = bxbi(str(PLANS / "nothing.json"), folder=tmp_path)

    assert ended.returncode == status
    assert told in " ".join(ended.stdout.split())


def test_a_project_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    project(tmp_path, "test", stack=False)
    (tmp_path / "Pulumi.yaml").write_text("name: [", "utf-8")

    ended = bxbi(str(PLANS / "nothing.json"), folder=tmp_path)

    assert ended.returncode == 4
    assert "Pulumi.yaml is not YAML as of a project." in " ".join(ended.stdout.split())


def test_the_state_of_another_project_is_not_that_of_the_plan(tmp_path: Path) -> None:
    project(tmp_path, "test")
    state = {"resources": [{"urn": "urn:pulumi:test::another::random:index:Id::some"}]}
    (tmp_path / "state.json").write_text(json.dumps({"deployment": state}), "utf-8")

    ended = bxbi(str(PLANS / "nothing.json"), folder=tmp_path)

    assert ended.returncode == 0
    assert "another project than test, the plan's" in " ".join(ended.stdout.split())


def test_a_provider_that_the_state_does_not_have_is_told(tmp_path: Path) -> None:
    """Its portal is not known, because a plan does not show its secrets."""
    project(tmp_path, "test")
    provider = "urn:pulumi:test::test::pulumi:providers:bxbi::tokyo::7"
    plan = json.loads(plan_text("destroy").replace("pulumi-python:dynamic/bxbi:", "bxbi:index:"))
    for step in plan["steps"]:
        step["oldState"]["provider"] = step["provider"] = provider

    ended = bxbi("-", folder=tmp_path, given=json.dumps(plan))

    assert ended.returncode == 4
    told = " ".join(ended.stdout.split())
    assert "The portal was not asked: the state does not have the provider." in told


def test_without_pulumi_the_state_of_the_project_is_not_judged(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: test\n", "utf-8")

    ended = bxbi(str(PLANS / "nothing.json"), folder=tmp_path)

    assert ended.returncode == 4
    assert "the command `pulumi` is not on PATH" in " ".join(ended.stdout.split())


def test_a_file_that_powershell_wrote_is_read(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(plan_text("nothing").encode("utf-16"))

    assert bxbi("plan.json", folder=tmp_path).returncode == 0
