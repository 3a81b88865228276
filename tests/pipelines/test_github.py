"""The workflows for GitHub: their steps are run, against the local portal."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.local_portal import on_the_current_api
from tests.pipelines.github import EXAMPLES, FLEET, WORKFLOWS, GitHub, Job, secret_of
from tests.pipelines.noise import NOISE, is_one_block

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.pipelines.repository import Repository


@pytest.fixture
def github(tmp_path: Path) -> GitHub:
    return GitHub(tmp_path / "github")


@pytest.fixture
def job(repository: Repository, github: GitHub) -> Callable[[str, str], Job]:
    """Gives jobs of the repository, with its secrets."""
    store = repository.folder / ".github" / "bxbi"
    store.mkdir(parents=True)
    shutil.copy(EXAMPLES / "pipelines" / "stores" / "github.sh", store)
    values = {f"secrets.{name}": value for name, value in repository.secrets.items()} | {
        "secrets.BITRIX24_TOKENS": secret_of(repository.secrets["BITRIX24_TOKENS"]),
        "secrets.BITRIX24_TOKENS_WRITER": "writer-token",
        "vars.PULUMI_BACKEND_URL": f"file://{repository.folder}/backend",
    }

    def made(file: str, name: str) -> Job:
        github.new_job()
        return Job(
            WORKFLOWS / file, name, github, repository.folder, repository.environment, dict(values)
        )

    return made


@on_the_current_api
@pytest.mark.needs_passphrase
def test_a_change_goes_from_its_preview_to_the_portal(
    repository: Repository, github: GitHub, job: Callable[[str, str], Job]
) -> None:
    up = job("up.yml", "up").run("Up")
    assert up.status == 0, up.log
    assert "is not a setting" not in up.log
    assert repository.portal.source()["title"] == "CRM Source"

    repository.change('"CRM Source"', '"CRM ``` 2"')
    foreign = {"pull_request": 5, "user": {"login": "eve"}}
    github.keep(
        comments=[
            {**foreign, "id": number, "body": "<!-- bxbi preview of production -->"}
            for number in (1, 2)
        ]
    )
    clear = previewed(job, 0)
    *others, ours = github.kept()["comments"]
    assert "Clear: nothing stands in the way" in ours["body"]
    assert '    ~ title      : "CRM Source" => "CRM ``` 2"' in ours["body"]
    assert "https://github.com/acme/bi/actions/runs/17" in ours["body"]
    assert repository.portal.source()["title"] == "CRM Source"

    # The same pull request, after another push: now the portal would refuse it.
    repository.portal.add_table(next(iter(repository.portal.sources())), "orders")
    (repository.folder / "__main__.py").write_text("", "utf-8")
    blocked = previewed(job, 3)
    *still_others, changed = github.kept()["comments"]
    assert changed["id"] == ours["id"]
    assert "Blocked: 1 blocker" in changed["body"]
    assert [each["body"] for each in others] == ["<!-- bxbi preview of production -->"] * 2
    assert still_others == others

    shown = [up.log, clear, blocked, json.dumps(github.kept())]
    assert repository.shown_in(*shown) == []


def previewed(job: Callable[[str, str], Job], status: int) -> str:
    """Run the preview of a pull request, and give its log."""
    preview = job("preview.yml", "preview")
    shown = preview.run("Preview")
    assert shown.status == status, shown.log
    comment = preview.run("Comment")
    assert comment.status == 0, comment.log
    return shown.log + comment.log


@on_the_current_api
@pytest.mark.needs_passphrase
def test_whoever_approves_sees_what_will_be_applied(
    repository: Repository, job: Callable[[str, str], Job]
) -> None:
    plan = job("up.yml", "plan")
    shown = plan.run("Plan")
    assert shown.status == 0, shown.log
    summary = plan.written("summary")
    assert "Clear: nothing stands in the way" in summary
    assert "    + 2 to create" in summary.replace("        +", "    +")
    assert repository.portal.sources() == {}

    repository.change("123", "124")
    blocked = job("up.yml", "plan")
    ended = blocked.run("Plan")

    assert ended.status != 0
    assert "Blocked" in blocked.written("summary")
    assert repository.shown_in(shown.log, ended.log, summary) == []


@on_the_current_api
def test_a_preview_that_fails_is_told_with_its_reason(
    repository: Repository, github: GitHub, job: Callable[[str, str], Job]
) -> None:
    repository.change('"login": "admin"', '"user": "admin"')

    preview = job("preview.yml", "preview")
    assert preview.run("Preview").status not in {0, 3}
    assert preview.run("Comment").status == 0

    (comment,) = github.kept()["comments"]
    report, log = comment["body"].split("<details><summary>")
    assert "Blocked: 1 blocker" in report
    assert "settings.user" in report
    assert "settings.user" in log


@on_the_current_api
def test_a_plan_that_cannot_be_judged_is_no_success(
    repository: Repository, github: GitHub, job: Callable[[str, str], Job]
) -> None:
    repository.stack.up()
    (repository.folder / "__main__.py").write_text("", "utf-8")
    repository.portal.faults(
        {"method": "biconnector.source.list", "action": "http_500", "times": 99}
    )

    previewed(job, 4)

    (comment,) = github.kept()["comments"]
    assert "Could not tell" in comment["body"]
    repository.environment["BXBI_OFFLINE"] = "true"
    previewed(job, 0)


@on_the_current_api
def test_a_preview_without_a_plan_is_shown_unfolded(
    repository: Repository, github: GitHub, job: Callable[[str, str], Job]
) -> None:
    (repository.folder / "Pulumi.yaml").write_text("name: crm\nruntime: basic\n", "utf-8")

    preview = job("preview.yml", "preview")
    assert preview.run("Preview").status not in {0, 3, 4}
    assert preview.run("Comment").status == 0

    (comment,) = github.kept()["comments"]
    report, log = comment["body"].split("<details open><summary>")
    assert "The preview failed." in report
    assert "basic" in log


@pytest.fixture
def steps(github: GitHub, tmp_path: Path) -> Callable[[str, str], Job]:
    """Gives jobs in a folder of what the step before has written."""
    folder = tmp_path / "written"
    folder.mkdir()
    environment = {"PATH": os.environ["PATH"]}
    return lambda file, name: Job(WORKFLOWS / file, name, github, folder, environment)


@pytest.mark.parametrize(
    ("file", "name", "step", "log"),
    [
        ("preview.yml", "preview", "Comment", "preview.txt"),
        ("drift.yml", "drift", "Open an issue", "drift.txt"),
    ],
)
def test_what_pulumi_says_stays_in_its_block(  # noqa: PLR0913, PLR0917  # fixtures, and a case
    github: GitHub, steps: Callable[[str, str], Job], file: str, name: str, step: str, log: str
) -> None:
    job = steps(file, name)
    (job.folder / log).write_bytes(NOISE.encode())

    ended = job.run(step)

    assert ended.status == 0, ended.log
    kept = github.kept()
    (shown,) = kept["comments"] + kept["issues"]
    assert is_one_block(shown["body"])


class TestLongTexts:
    """GitHub refuses what has more than 65,536 characters."""

    @pytest.mark.parametrize("letters", [30_000, 70_000])
    def test_a_preview_gives_way_to_the_preflight(
        self, github: GitHub, steps: Callable[[str, str], Job], letters: int
    ) -> None:
        preview = steps("preview.yml", "preview")
        preflight = f"Clear\n\n```mermaid\n{'я' * (60_000 - 40)}\n```\n\nEnd of preflight\n"
        (preview.folder / "preflight.md").write_text(preflight, "utf-8")
        (preview.folder / "preview.txt").write_text("ж" * letters, "utf-8")

        ended = preview.run("Comment")

        assert ended.status == 0, ended.log
        (comment,) = github.kept()["comments"]
        before, after = comment["body"].split(preflight)
        assert before.startswith("<!-- bxbi preview of production -->")
        assert "\n\n    жжж" in after
        assert after.endswith("жжж\n\nThe rest is in the log.\n")

    def test_a_preview_of_many_bytes_is_shown_whole(
        self, github: GitHub, steps: Callable[[str, str], Job]
    ) -> None:
        preview = steps("preview.yml", "preview")
        (preview.folder / "preflight.md").write_text("Clear\n", "utf-8")
        (preview.folder / "preview.txt").write_text(f"{'ж' * 60_000}\nEnd\n", "utf-8")

        ended = preview.run("Comment")

        assert ended.status == 0, ended.log
        (comment,) = github.kept()["comments"]
        assert comment["body"].endswith("жжж\n    End\n\n")

    @pytest.mark.parametrize("letters", [60_000, 70_000])
    def test_an_issue_is_cut_by_letters(
        self, github: GitHub, steps: Callable[[str, str], Job], letters: int
    ) -> None:
        drift = steps("drift.yml", "drift")
        (drift.folder / "drift.txt").write_text("ж" * letters, "utf-8")

        ended = drift.run("Open an issue")

        assert ended.status == 0, ended.log
        (issue,) = github.kept()["issues"]
        assert issue["body"].count("ж") == min(letters, 65_000 - len("    "))

    def test_what_may_be_another_applications_is_not_to_be_made_again(
        self, github: GitHub, steps: Callable[[str, str], Job]
    ) -> None:
        drift = steps("drift.yml", "drift")
        told = 'bxbi: source 1 "CRM" was not found by this application, so it counts as deleted.'
        (drift.folder / "drift.txt").write_text(f"warning: {told}\n", "utf-8")

        ended = drift.run("Open an issue")

        assert ended.status == 0, ended.log
        (issue,) = github.kept()["issues"]
        assert "look for them in the portal's Analytics hub" in issue["body"]
        assert "pulumi up" not in issue["body"]


@on_the_current_api
@pytest.mark.needs_passphrase
def test_a_fork_gets_a_preview_without_any_secret(
    repository: Repository, job: Callable[[str, str], Job]
) -> None:
    offline = job("preview.yml", "offline")
    offline.values.clear()

    with repository.portal.recording() as calls:
        shown = offline.run("Preview offline")
        assert shown.status == 0, shown.log
        assert "+ 2 to create" in offline.written("summary")
        repository.change('"CRM Source"', "None")
        assert job("preview.yml", "offline").run("Preview offline").status != 0
    assert calls == []


@on_the_current_api
@pytest.mark.needs_passphrase
def test_what_pulumi_says_without_any_secret_stays_in_its_block(
    repository: Repository, job: Callable[[str, str], Job]
) -> None:
    repository.add_noise()
    offline = job("preview.yml", "offline")

    ended = offline.run("Preview offline")

    assert ended.status == 0, ended.log
    assert is_one_block(offline.written("summary"))


@on_the_current_api
def test_nothing_is_made_twice_after_a_killed_run(
    repository: Repository, job: Callable[[str, str], Job]
) -> None:
    repository.stack.up()
    # What a killed run leaves: the engine has begun, and does not know what the portal made.
    (file,) = repository.folder.glob("backend/.pulumi/stacks/crm/production.json")
    document: dict[str, Any] = json.loads(file.read_text("utf-8"))
    state = document["checkpoint"]["latest"]
    source = state["resources"].pop()
    begun = {name: source[name] for name in ("urn", "custom", "type", "inputs", "parent")}
    state["pending_operations"] = [{"resource": begun, "type": "creating"}]
    file.write_text(json.dumps(document), "utf-8")

    up = job("up.yml", "up").run("Up")

    assert up.status == 3
    assert "Run `bxbi recover` before the next `pulumi up`." in up.log
    assert len(repository.portal.sources()) == 1


@on_the_current_api
def test_renewed_tokens_reach_the_next_job(
    repository: Repository, github: GitHub, job: Callable[[str, str], Job]
) -> None:
    pair = job("up.yml", "up").values["secrets.BITRIX24_TOKENS"]
    logs = []
    # In the first job twice: what is renewed second is what the job has written itself.
    for title, methods in {
        "CRM": ("connector.get", "source.add"),
        "CRM once more": ("source.update",),
    }.items():
        program = repository.folder / "__main__.py"
        text = re.sub('title=".*"', f'title="{title}"', program.read_text("utf-8"))
        program.write_text(text, "utf-8")
        expired = [{"method": f"biconnector.{each}", "action": "expired_token"} for each in methods]
        repository.portal.faults(*expired)
        github.keep(failures=1)
        up = job("up.yml", "up")
        up.values["secrets.BITRIX24_TOKENS"] = pair

        ended = up.run("Up")

        assert ended.status == 0, ended.log
        assert repository.portal.source()["title"] == title
        (name, renewed) = github.kept()["secrets"].popitem()
        assert name == "acme/bi production BITRIX24_TOKENS"
        assert renewed != pair
        logs.append(ended.log)
        pair = renewed

    tokens = json.loads(base64.b64decode(pair))
    secrets = [pair, *(value for key, value in tokens.items() if key.endswith("Token"))]
    shown = json.dumps([github.kept()["calls"], logs])
    assert [each for each in secrets if each in shown] == []
    assert repository.shown_in(shown) == []


@on_the_current_api
class TestDrift:
    @pytest.mark.needs_passphrase
    def test_it_opens_one_issue(
        self, repository: Repository, github: GitHub, job: Callable[[str, str], Job]
    ) -> None:
        repository.stack.up()
        quiet = job("drift.yml", "drift")
        assert quiet.run("Look").status == 0
        assert quiet.written("output") == ""

        (source,) = repository.portal.sources()
        logs = []
        for title in ("By hand", "By hand again"):
            repository.portal.call("source.update", id=source, fields={"title": title})
            drift = job("drift.yml", "drift")
            looked = drift.run("Look")
            assert looked.status == 0, looked.log
            assert drift.written("output") == "drift=true\n"
            opened = drift.run("Open an issue")
            assert opened.status == 0, opened.log
            logs += [looked.log, opened.log]

        (issue,) = github.kept()["issues"]
        assert issue["title"] == "Drift in production"
        assert '~ title      : "CRM Source" => "By hand again"' in issue["body"]
        assert repository.shown_in(issue["body"], *logs) == []

    def test_a_portal_that_does_not_answer_is_no_drift(
        self, repository: Repository, job: Callable[[str, str], Job]
    ) -> None:
        repository.stack.up()
        repository.portal.faults(
            {"method": "biconnector.source.get", "action": "http_500", "times": 99},
            {"method": "biconnector.source.list", "action": "http_500", "times": 99},
        )
        drift = job("drift.yml", "drift")

        assert drift.run("Look").status not in {0, 7}
        assert drift.written("output") == ""


class TestSchemaDrift:
    @on_the_current_api
    @pytest.mark.needs_passphrase
    def test_a_table_that_the_outside_system_does_not_list_opens_an_issue(
        self, repository: Repository, github: GitHub, job: Callable[[str, str], Job]
    ) -> None:
        repository.stack.up()
        fine = job("drift.yml", "drift")
        logs = [fine.run("Look outside").log]
        assert fine.written("output") == "drift=false\n"
        with (repository.folder / "__main__.py").open("a", encoding="utf-8") as program:
            column = 'bxbi.Column("ID", "id", "int")'
            program.write(f'bxbi.BiTable("sold", crm.id, "sold", "Sold", "sold", [{column}])\n')
        repository.stack.up()

        drift = job("drift.yml", "drift")
        logs.append(drift.run("Look outside").log)
        assert drift.written("output") == "drift=true\n"
        drift.values["steps.outside.outputs.drift"] = "true"
        logs.append(drift.run("Open or close an issue of the outside systems").log)

        (issue,) = github.kept()["issues"]
        assert "The outside system lists no table with the code" in issue["body"]
        assert repository.shown_in(issue["body"], *logs) == []

    def test_one_issue_is_opened_kept_up_to_date_and_closed(
        self, github: GitHub, steps: Callable[[str, str], Job]
    ) -> None:
        drift = steps("drift.yml", "drift")

        def issues_after(answer: str, report: str) -> list[dict[str, Any]]:
            (drift.folder / "outside.md").write_text(report, "utf-8")
            drift.values["steps.outside.outputs.drift"] = answer
            ended = drift.run("Open or close an issue of the outside systems")
            assert ended.status == 0, ended.log
            issues: list[dict[str, Any]] = github.kept()["issues"]
            return issues

        assert issues_after("false", "Fine\n") == []
        issues_after("true", "A column is gone\n")
        (issue,) = issues_after("true", "A table is gone\n")
        assert issue["title"] == "Schema drift in production"
        assert issue["body"].endswith(
            "(https://github.com/acme/bi/actions/runs/17)\n\nA table is gone\n"
        )
        assert "A column is gone" not in issue["body"]

        (closed,) = issues_after("false", "Fine\n")
        assert not closed["open"]
        _, reopened = issues_after("true", "A table is gone\n")
        assert reopened["open"]

    @pytest.mark.parametrize(
        ("status", "ended", "told"),
        [(0, 0, "drift=false\n"), (3, 0, "drift=true\n"), (4, 4, ""), (1, 1, "")],
    )
    def test_only_a_verdict_is_one(  # fixtures, and a case
        self,
        github: GitHub,
        steps: Callable[[str, str], Job],
        status: int,
        ended: int,
        told: str,
    ) -> None:
        """What `bxbi verify --drift` itself finds is the matter of its own tests."""
        drift = steps("drift.yml", "drift")
        bxbi = github.programs / "bxbi"
        bxbi.write_text(
            f"#!/bin/sh\n[ \"$*\" = 'verify --drift --format markdown' ] || exit 9\nexit {status}\n"
        )
        bxbi.chmod(0o700)

        assert drift.run("Look outside").status == ended
        assert drift.written("output") == told


@pytest.mark.parametrize("file", sorted([*WORKFLOWS.glob("*.yml"), *FLEET.glob("*.yml")]), ids=str)
def test_a_job_has_no_more_rights_than_it_names(file: Path) -> None:
    """What GitHub would give by default depends on the repository."""
    workflow = yaml.safe_load(file.read_text("utf-8"))
    trigger = workflow[True]  # which YAML takes `on` for

    assert "pull_request_target" not in trigger
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"]["contents"] == "read"
        if "uses" in job:
            called, name = job["uses"].rsplit("/", 1)
            assert called == "./.github/workflows"
            assert (file.parent / name).is_file()
            continue
        for step in job["steps"]:
            assert step.get("uses", "actions/").startswith("actions/")
        assert ("secrets." in str(job)) == ("environment" in job)


@pytest.mark.parametrize(
    ("preview", "offline", "status"),
    [
        ("success", "skipped", 0),
        ("skipped", "success", 0),
        ("failure", "skipped", 1),
        ("skipped", "failure", 1),
        ("cancelled", "skipped", 1),
        ("skipped", "skipped", 1),
    ],
)
def test_the_check_to_require_of_many_portals(
    steps: Callable[[str, str], Job], preview: str, offline: str, status: int
) -> None:
    job = steps(str(FLEET / "preview.yml"), "previewed")
    job.values |= {"needs.preview.result": preview, "needs.offline.result": offline}

    assert job.run("Judge").status == status
    # A job that waits for one that failed is skipped otherwise, which GitHub takes for a success.
    assert yaml.safe_load(job.file.read_text("utf-8"))["jobs"][job.name]["if"] == "always()"
