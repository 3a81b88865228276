"""The pipeline for GitLab: its jobs' scripts are run, against the local portal."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.local_portal import on_the_current_api
from tests.pipelines.api import GitLab
from tests.pipelines.github import EXAMPLES
from tests.pipelines.job import Ended, run
from tests.pipelines.noise import is_one_block
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.pipelines.repository import Repository

PIPELINE = EXAMPLES / "pipelines" / "gitlab" / ".gitlab-ci.yml"
#: How a runner runs the lines of a script.
BASH = ("bash", "-eo", "pipefail")


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with serving(GitLab()) as made:
        yield made


@dataclass(slots=True)
class Project:
    """A project with the example's pipeline.

    Attributes:
        repository: What is checked out.
        variables: The variables that GitLab gives the jobs.
    """

    repository: Repository
    variables: dict[str, str]

    def run(self, name: str) -> Ended:
        """Run a job."""
        pipeline = yaml.safe_load(PIPELINE.read_text("utf-8"))
        job = pipeline[name]
        given = {**pipeline["variables"], **self.variables, **job.get("variables", {})}
        return run(
            "\n".join(job["script"]),
            BASH,
            self.repository.folder,
            {
                **self.repository.environment,
                **{key: self._expanded(value) for key, value in given.items()},
            },
        )

    def _expanded(self, text: str) -> str:
        return re.sub(r"\$(\w+)", lambda found: self.variables[found[1]], text)


@pytest.fixture
def project(repository: Repository, gitlab: GitLab) -> Project:
    folder = repository.folder / "ci"
    folder.mkdir()
    shutil.copy(EXAMPLES / "pipelines" / "stores" / "gitlab.sh", folder)
    return Project(
        repository,
        {
            "CI_API_V4_URL": f"{gitlab.address}/api/v4",
            "CI_JOB_URL": "https://gitlab.example/acme/bi/-/jobs/17",
            "CI_MERGE_REQUEST_IID": "5",
            "CI_PROJECT_DIR": str(repository.folder),
            "CI_PROJECT_ID": "7",
            "BXBI_CLIENT_SECRET": repository.secrets["BXBI_CLIENT_SECRET"],
            "COMMENTS_TOKEN": "comments-token",
            "BITRIX24_TOKENS_PROJECT": "8",
            "BITRIX24_TOKENS_VARIABLE": "BITRIX24_TOKENS",
            "BITRIX24_TOKENS_WRITER": "writer-token",
            "PULUMI_BACKEND_URL": f"file://{repository.folder}/backend",
            "PULUMI_CONFIG_PASSPHRASE": repository.secrets["PULUMI_CONFIG_PASSPHRASE"],
        },
    )


@pytest.fixture
def stored(project: Project) -> Project:
    """The project after a login."""
    ended = run(
        'printf %s "$TOKENS" | ci/gitlab.sh set',
        BASH,
        project.repository.folder,
        {
            **project.repository.environment,
            **project.variables,
            "TOKENS": project.repository.secrets["BITRIX24_TOKENS"],
        },
    )
    assert ended.status == 0, ended.log
    return project


@on_the_current_api
@pytest.mark.needs_passphrase
def test_a_change_goes_from_its_preview_to_the_portal(stored: Project, gitlab: GitLab) -> None:
    repository = stored.repository
    kept = gitlab.variables["BITRIX24_TOKENS"]["value"]
    expired = ("connector.get", "source.add")
    repository.portal.faults(
        *({"method": f"biconnector.{each}", "action": "expired_token"} for each in expired)
    )
    up = stored.run("up")
    assert up.status == 0, up.log
    assert repository.portal.source()["title"] == "CRM Source"
    assert gitlab.variables["BITRIX24_TOKENS"]["value"] != kept

    foreign = {
        "author": {"username": "eve"},
        "body": "<!-- bxbi preview of production -->",
    }
    gitlab.notes += [{**foreign, "id": number} for number in range(100)]
    repository.change('"CRM Source"', '"CRM ``` 2"')
    clear = stored.run("preview")
    assert clear.status == 0, clear.log
    *others, ours = map(dict, gitlab.notes)
    assert "Clear: nothing stands in the way" in ours["body"]
    assert '    ~ title      : "CRM Source" => "CRM ``` 2"' in ours["body"]
    assert "https://gitlab.example/acme/bi/-/jobs/17" in ours["body"]

    plan = stored.run("plan")
    assert plan.status == 0, plan.log
    assert "Clear: nothing stands in the way" in plan.log

    # The same merge request, after another push: now the portal would refuse it.
    repository.portal.add_table(next(iter(repository.portal.sources())), "orders")
    (repository.folder / "__main__.py").write_text("", "utf-8")
    blocked = stored.run("preview")
    assert blocked.status == 3, blocked.log
    *still_others, changed = gitlab.notes
    assert changed["id"] == ours["id"]
    assert "Blocked: 1 blocker" in changed["body"]
    assert still_others == others == [{**foreign, "id": number} for number in range(100)]

    own = ("writer-token", "comments-token", gitlab.variables["BITRIX24_TOKENS"]["value"])
    shown = [up.log, clear.log, blocked.log, ours["body"], changed["body"]]
    assert [each for each in own for text in shown if each in text] == []
    assert repository.shown_in(*shown) == []


@on_the_current_api
def test_a_preview_that_fails_is_told_with_its_reason(stored: Project, gitlab: GitLab) -> None:
    stored.repository.change('"login": "admin"', '"user": "admin"')

    failed = stored.run("preview")

    assert failed.status not in {0, 3}, failed.log
    (note,) = gitlab.notes
    report, log = note["body"].split("<details><summary>")
    assert "Blocked: 1 blocker" in report
    assert "settings.user" in report
    assert "settings.user" in log


@on_the_current_api
def test_a_plan_that_cannot_be_judged_is_no_success(stored: Project, gitlab: GitLab) -> None:
    repository = stored.repository
    repository.stack.up()
    (repository.folder / "__main__.py").write_text("", "utf-8")
    repository.portal.faults(
        {"method": "biconnector.source.list", "action": "http_500", "times": 99}
    )

    assert stored.run("preview").status == 4

    (note,) = gitlab.notes
    assert "Could not tell" in note["body"]


@on_the_current_api
@pytest.mark.needs_passphrase
def test_a_fork_gets_a_preview_without_any_secret(project: Project) -> None:
    project.variables = {"CI_PROJECT_DIR": str(project.repository.folder)}

    with project.repository.portal.recording() as calls:
        shown = project.run("offline")

    assert shown.status == 0, shown.log
    assert "+ 2 to create" in shown.log
    assert calls == []


@on_the_current_api
@pytest.mark.needs_passphrase
def test_drift_opens_one_issue(stored: Project, gitlab: GitLab) -> None:
    repository = stored.repository
    repository.stack.up()
    assert stored.run("drift").status == 0
    assert gitlab.issues == []

    (source,) = repository.portal.sources()
    for title in ("By hand", "By hand again"):
        repository.portal.call("source.update", id=source, fields={"title": title})
        assert stored.run("drift").status == 0

    (issue,) = gitlab.issues
    assert issue["title"] == "Drift in production"
    assert '~ title      : "CRM Source" => "By hand again"' in issue["description"]
    assert repository.shown_in(issue["description"]) == []


@on_the_current_api
def test_schema_drift_opens_one_issue_and_closes_it(
    stored: Project, gitlab: GitLab, tmp_path: Path
) -> None:
    """What `bxbi verify --drift` itself finds is the matter of its own tests."""
    stored.repository.stack.up()
    folder = tmp_path / "verifying"
    folder.mkdir()
    bxbi = folder / "bxbi"
    environment = stored.repository.environment
    environment["PATH"] = f"{folder}{os.pathsep}{environment['PATH']}"

    def ended(status: int, report: str) -> int:
        bxbi.write_text(
            f"#!/bin/sh\n[ \"$*\" = 'verify --drift --format markdown' ] || exit 9\n"
            f"echo '{report}'\nexit {status}\n",
            "utf-8",
        )
        bxbi.chmod(0o700)
        return stored.run("drift").status

    assert ended(0, "Fine") == 0
    assert gitlab.issues == []
    assert ended(3, "A column is gone") == 0
    assert ended(3, "A table is gone") == 0
    assert ended(4, "Nobody could tell") == 4
    (issue,) = gitlab.issues
    assert issue["title"] == "Schema drift in production"
    assert issue["description"].endswith("-/jobs/17)\n\nA table is gone\n")
    assert "state_event" not in issue
    assert ended(0, "Fine") == 0
    assert issue["state_event"] == "close"


@on_the_current_api
def test_what_may_be_another_applications_is_not_to_be_made_again(
    stored: Project, gitlab: GitLab
) -> None:
    repository = stored.repository
    repository.stack.up()
    repository.stack.forget({})
    (source,) = repository.portal.sources()
    repository.portal.call("source.delete", id=source)

    assert stored.run("drift").status == 4, "the outside system of such a source is not asked"

    (issue,) = gitlab.issues
    assert "look for them in the portal's Analytics hub" in issue["description"]
    assert "pulumi up --refresh" not in issue["description"]


@on_the_current_api
def test_what_pulumi_says_stays_in_its_block(stored: Project, gitlab: GitLab) -> None:
    repository = stored.repository
    repository.stack.up()
    (source,) = repository.portal.sources()
    repository.portal.call("source.update", id=source, fields={"title": "By hand"})
    repository.add_noise()

    for job in ("preview", "drift"):
        ended = stored.run(job)
        assert ended.status == 0, ended.log

    (note,), (issue,) = gitlab.notes, gitlab.issues
    assert is_one_block(note["body"])
    assert is_one_block(issue["description"])


MERGE_REQUEST = {
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_MERGE_REQUEST_PROJECT_ID": "7",
}


@pytest.mark.parametrize(
    ("variables", "jobs"),
    [
        pytest.param(
            {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"},
            {"plan": "on_success", "up": "manual"},
            id="a push to the default branch",
        ),
        pytest.param(
            {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "feature"},
            {},
            id="a push to another branch",
        ),
        pytest.param(
            {"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BRANCH": "main"},
            {"drift": "on_success"},
            id="a schedule",
        ),
        pytest.param(
            {**MERGE_REQUEST, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "7"},
            {"preview": "on_success"},
            id="a merge request",
        ),
        pytest.param(
            {**MERGE_REQUEST, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "9"},
            {"offline": "on_success"},
            id="a merge request from a fork",
        ),
    ],
)
def test_each_event_starts_its_own_jobs(variables: dict[str, str], jobs: dict[str, str]) -> None:
    pipeline = yaml.safe_load(PIPELINE.read_text("utf-8"))
    known = {"CI_DEFAULT_BRANCH": "main", **variables}

    started = {}
    if when(pipeline["workflow"]["rules"], known):
        for name, job in pipeline.items():
            if name not in {"workflow", "stages", "variables", "default"} and (
                how := when(job["rules"], known)
            ):
                started[name] = how

    assert started == jobs


def when(rules: list[dict[str, str]], variables: dict[str, str]) -> str | None:
    """Give how the first rule that applies starts a job; none of them, and it is left out."""
    for rule in rules:
        if all(holds(each, variables) for each in rule["if"].split(" && ")):
            return rule.get("when", "on_success")
    return None


def holds(comparison: str, variables: dict[str, str]) -> bool:
    """Evaluate `$NAME == "text"` or `$NAME != $OTHER`: undefined variables are equal."""
    found = re.fullmatch(r'\$(\w+) (==|!=) (?:\$(\w+)|"(\w+)")', comparison)
    assert found is not None, comparison
    left, operator, other, text = found.groups()
    right = variables.get(other) if other else text
    return (variables.get(left) == right) == (operator == "==")


@pytest.mark.parametrize("name", ["preview", "offline", "plan", "up", "drift"])
def test_the_scripts_are_clean(name: str) -> None:
    script = "\n".join(yaml.safe_load(PIPELINE.read_text("utf-8"))[name]["script"])

    checked = subprocess.run(
        ["shellcheck", "--shell=bash", "-"],
        input=script,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )

    assert checked.stdout == ""
