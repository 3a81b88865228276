"""The option `--all-stacks`, where each stack gives another result."""

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

#: A `pulumi` whose stacks are folders: a preview prints `plan`, and on standard error `said`.
PULUMI = """\
#!{python}
import json
import sys
from pathlib import Path

arguments = sys.argv[1:]
if arguments[:2] == ["stack", "ls"]:
    names = sorted(each.name for each in Path("stacks").glob("*"))
    print(json.dumps([{{"name": each}} for each in names]))
    sys.exit()
stack = Path("stacks", arguments[arguments.index("--stack") + 1])
if arguments[0] == "config":
    sys.exit("error: the configuration cannot be read")
if arguments[0] == "stack":
    print('{{"deployment": {{}}}}')
if arguments[0] == "preview":
    print((stack / "plan").read_text("utf-8"))
    print((stack / "said").read_text("utf-8"), file=sys.stderr)
    sys.exit((stack / "said").read_text("utf-8") != "")
"""


class Project:
    """A project whose stacks are the arguments of `add`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n", "utf-8")
        (folder / "stacks").mkdir()
        program = folder / "pulumi"
        program.write_text(PULUMI.format(python=sys.executable), "utf-8")
        program.chmod(stat.S_IRWXU)

    def add(self, stack: str, plan: str, said: str = "") -> None:
        folder = self._folder / "stacks" / stack
        folder.mkdir()
        (folder / "plan").write_text(plan, "utf-8")
        (folder / "said").write_text(said, "utf-8")

    def bxbi(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [command_of_bxbi(), command, "--all-stacks", *options],
            cwd=self._folder,
            env={**inherited(), "PATH": str(self._folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_each_stack_is_told_in_one_line(project: Project) -> None:
    nothing = plan_text("nothing")
    project.add("clear", nothing)
    project.add("policy", nothing, "policy no-tables is violated")
    project.add("program", "", "first\nerror: Program failed")
    project.add("silent", "", "\n")
    project.add("truncated", '{"steps": [')
    project.add("unasked", plan_text("destroy"))
    invalid = json.loads(plan_text("failed-check"))
    first = invalid["diagnostics"][0]
    invalid["diagnostics"].append({**first, "urn": f"{first['urn']}2"})
    project.add("invalid", json.dumps(invalid), "error: preview failed")

    ended = project.bxbi("preflight")

    told = dict(line.split(maxsplit=1) for line in ended.stdout.splitlines())
    assert ended.returncode == 3
    assert told["clear"].startswith("Clear: nothing stands in the way of this plan.")
    assert told["policy"].startswith("Blocked: 1 blocker, ")
    assert told["policy"].endswith(
        "The preview failed: `pulumi preview` ended with status 1: policy no-tables is violated"
    )
    assert told["program"] == "could not tell: error: Program failed"
    assert told["silent"] == "could not tell: pulumi preview gave no plan"
    assert told["truncated"].startswith("could not tell: the plan is no JSON")
    assert told["unasked"].startswith("Could not tell: ")
    assert told["unasked"].endswith("error: the configuration cannot be read")
    assert told["invalid"].startswith("Blocked: 2 blockers, ")
    assert told["invalid"].endswith(" (and 1 more)")
    assert ended.stderr.startswith("Looking at 7 stacks ...\n")


def test_as_json_each_stack_has_its_report(project: Project) -> None:
    project.add("clear", plan_text("nothing"))
    project.add("program", "", "first\nerror: Program failed")

    ended = project.bxbi("preflight", "--format", "json")

    reports = json.loads(ended.stdout)
    assert ended.returncode == 4
    assert list(reports) == ["clear", "program"]
    assert reports["clear"]["verdict"] == "clear"
    assert reports["program"] == {"problem": "first\nerror: Program failed"}
    assert "program  could not tell: error: Program failed\n" in ended.stderr


def test_the_doctor_has_a_report_for_each_stack_too(project: Project) -> None:
    project.add("test", "")

    ended = project.bxbi("doctor", "--json")

    reports = json.loads(ended.stdout)
    assert ended.returncode == 1
    assert not reports["test"]["healthy"]
    (check,) = reports["test"]["checks"]
    assert check["found"].endswith("error: the configuration cannot be read")
    assert ended.stderr.startswith("Looking at 1 stack ...\ntest  failed settings: ")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([str(PLANS / "nothing.json")], "give either a plan or --all-stacks."),
        (["--format", "markdown"], "--all-stacks writes text or json; markdown is for one stack."),
        ([], "the project has no stacks: `pulumi stack init` makes one."),
    ],
)
def test_what_it_cannot_do_is_told_at_once(project: Project, options: list[str], told: str) -> None:
    ended = project.bxbi("preflight", *options)

    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", f"Error: {told}\n")


@pytest.mark.parametrize("command", ["doctor", "preflight"])
def test_one_stack_or_all_of_them(project: Project, command: str) -> None:
    ended = project.bxbi(command, "--stack", "test")

    told = "Error: give either --stack or --all-stacks.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", told)
