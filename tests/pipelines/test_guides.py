"""What the guides say of the pipelines is so, and those of the fleet are the guide's own."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.engine.stack import Stack
from tests.pipelines.github import EXAMPLES, FLEET, WORKFLOWS

if TYPE_CHECKING:
    from pathlib import Path

GUIDE = (EXAMPLES / "pipelines" / "README.md").read_text("utf-8")
GITLAB = EXAMPLES / "pipelines" / "gitlab" / ".gitlab-ci.yml"


def loaded(file: Path) -> dict[Any, Any]:
    workflow: dict[Any, Any] = yaml.safe_load(file.read_text("utf-8"))
    return workflow


def with_environment(jobs: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: job for name, job in jobs.items() if isinstance(job, dict) and "environment" in job
    }


def environments_of(jobs: dict[str, Any]) -> dict[str, str]:
    """Give the environment of each job that has one."""
    return {
        name: each if isinstance(each := job["environment"], str) else each["name"]
        for name, job in with_environment(jobs).items()
    }


def test_the_guide_says_which_job_uses_which_environment() -> None:
    _, table = GUIDE.split("| environment | used by | protection |\n|---|---|---|\n")
    rows = [line.split("|") for line in table.partition("\n\n")[0].splitlines()]
    told = {
        job: environment.strip(" `")
        for _, environment, jobs, *_ in rows
        for job in re.findall(r"`(\w+)`", jobs)
    }

    on_github = [loaded(file)["jobs"] for file in WORKFLOWS.glob("*.yml")]
    assert told == {
        name: each for jobs in on_github for name, each in environments_of(jobs).items()
    }
    assert told == environments_of(loaded(GITLAB))


@pytest.mark.parametrize("file", sorted([*WORKFLOWS.glob("*.yml"), *FLEET.glob("*.yml")]), ids=str)
def test_a_job_keeps_tokens_in_its_own_environment_alone(file: Path) -> None:
    for job in with_environment(loaded(file)["jobs"]).values():
        kept = {
            step["env"]["BITRIX24_TOKENS_ENVIRONMENT"]
            for step in job["steps"]
            if "BITRIX24_TOKENS" in step.get("env", {})
        }
        assert kept == {job["environment"]}
        # Others that have the same tokens wait, and those of other portals do not.
        assert job["concurrency"] == {"group": f"bxbi-{job['environment']}", "queue": "max"}


def renamed(text: str, portal: str) -> str:
    """Give a text of the guide's pipelines as the table of the fleet's guide has it."""
    return text.replace("production", portal).replace("preview", f"{portal}-preview")


def of_a_portal(job: dict[str, Any], portal: str) -> dict[str, Any]:
    """Give a job of the guide's workflows with the names of a portal."""
    job["environment"] = renamed(job["environment"], portal)
    job["concurrency"]["group"] = renamed(job["concurrency"]["group"], portal)
    for step in job["steps"]:
        if "BITRIX24_TOKENS_ENVIRONMENT" in step.get("env", {}):
            step["env"]["BITRIX24_TOKENS_ENVIRONMENT"] = job["environment"]
    return job


PORTALS = loaded(FLEET / "up.yml")["jobs"]["up"]["strategy"]["matrix"]["portal"]


@pytest.mark.parametrize("name", ["preview.yml", "drift.yml"])
def test_a_workflow_of_the_fleet_is_the_guides_for_each_portal(name: str) -> None:
    portal = "${{ matrix.portal }}"
    jobs = loaded(WORKFLOWS / name)["jobs"]
    for job in with_environment(jobs).values():
        of_a_portal(job, portal)
        job["strategy"] = {"fail-fast": False, "matrix": {"portal": PORTALS}}
        job["env"] = {"PULUMI_STACK": portal}

    fleet = loaded(FLEET / name)
    fleet["jobs"].pop("previewed", None)
    assert fleet["jobs"] == jobs
    assert fleet[True] == loaded(WORKFLOWS / name)[True]


def test_a_deployment_of_the_fleet_is_the_guides_for_each_portal() -> None:
    portal = "${{ inputs.portal }}"
    guides = loaded(WORKFLOWS / "up.yml")
    fleet, called = loaded(FLEET / "up.yml"), loaded(FLEET / "portal.yml")

    for job in guides["jobs"].values():
        of_a_portal(job, portal)
    assert called["jobs"] == guides["jobs"]
    assert called["env"] == {"PULUMI_STACK": portal}
    assert fleet[True] == guides[True]
    (caller,) = fleet["jobs"].values()
    assert caller["strategy"] == {"fail-fast": False, "matrix": {"portal": PORTALS}}
    assert caller["with"] == {"portal": "${{ matrix.portal }}"}
    assert caller["secrets"] == "inherit"


def test_each_portal_has_its_own_jobs_on_gitlab() -> None:
    guides, fleet = loaded(GITLAB), loaded(FLEET / "gitlab" / ".gitlab-ci.yml")
    assert fleet.pop("include") == [{"local": "ci/portal.yml"}]
    assert fleet.pop(".everywhere") == {"parallel": {"matrix": [{"PULUMI_STACK": PORTALS}]}}

    def expected(job: dict[str, Any]) -> dict[str, Any]:
        environment = job["environment"]
        return {
            "extends": ".everywhere",
            "environment": renamed(environment, "$PULUMI_STACK")
            if isinstance(environment, str)
            else {"name": renamed(environment["name"], "$PULUMI_STACK")},
            "resource_group": renamed(job["resource_group"], "$PULUMI_STACK"),
        }

    # GitLab merges these into the jobs of the file that is included.
    assert fleet == {name: expected(job) for name, job in with_environment(guides).items()}


def test_each_portal_has_its_stack() -> None:
    stacks = {file.name.split(".")[1] for file in FLEET.glob("Pulumi.*.yaml")}

    assert stacks == {*PORTALS, "offline"}


def test_what_is_committed_is_what_the_jobs_need(
    engine_environment: dict[str, str], tmp_path: Path
) -> None:
    """The stack of the guide can be previewed from a clone, and nothing else is in it."""
    (tmp_path / "pulumi-bxbi").symlink_to(EXAMPLES.parent)
    folder, backend = tmp_path / "crm", tmp_path / "backend"
    for made in (folder / "venv", backend):
        made.mkdir(parents=True)
    (folder / "venv" / "pyvenv.cfg").touch()
    for file in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(EXAMPLES / "crm" / file, folder)
    environment = {
        **engine_environment,
        "PULUMI_BACKEND_URL": f"file://{backend}",
        "CRM_PASSWORD": "correct horse",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "false",
    }
    stack, package = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)[:2]

    subprocess.run(  # noqa: S602  # as a reader of the guide types it
        f"set -e\ngit init --quiet\n{stack}{package}",
        shell=True,
        cwd=folder,
        env=environment,
        check=True,
    )

    listed = subprocess.check_output(["git", "ls-files"], cwd=folder, text=True).splitlines()
    told = re.search(r"\*\*Commit\*\* (.*?)\. In these", GUIDE, re.DOTALL)
    assert told is not None
    (wheel,) = {*listed} - {*re.findall(r"`(.+?)`", told[1])}
    assert re.fullmatch(r"wheels/pulumi_bxbi-.*\.whl", wheel)
    clone = tmp_path / "clone"
    command = ["git", "checkout-index", "--all", f"--prefix={clone}/"]
    subprocess.run(command, cwd=folder, check=True)
    offline = {"PULUMI_STACK": "production", "BXBI_OFFLINE": "true"}
    assert "+ 2 to create" in Stack(clone, environment | offline).succeeds("preview")
