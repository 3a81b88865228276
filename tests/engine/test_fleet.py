"""One program on three portals at the same time, by the example's workflows."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.engine.prepared import PREPARED
from tests.engine.stack import Stack
from tests.local_portal import running
from tests.pipelines.github import EXAMPLES, FLEET, GitHub, Job, secret_of
from tests.pipelines.repository import tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_portal import LocalPortal

CALLER = yaml.safe_load((FLEET / "up.yml").read_text("utf-8"))["jobs"]["up"]
#: What runs for each portal.
WORKFLOW = FLEET / CALLER["uses"].rpartition("/")[2]
NAMES = CALLER["strategy"]["matrix"]["portal"]


@pytest.fixture
def prepared_environment(
    engine_environment: dict[str, str], quick: dict[str, str]
) -> dict[str, str]:
    """The engine's variables with prepared processes, and with a passphrase as in the workflows."""
    return {**engine_environment, **{name: quick[name] for name in PREPARED}}


@pytest.fixture
def portals() -> Iterator[dict[str, LocalPortal]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(running("current")) for name in NAMES}


@pytest.fixture
def stacks(
    portals: dict[str, LocalPortal], prepared_environment: dict[str, str], tmp_path: Path
) -> dict[str, Stack]:
    """A checkout for each portal, with its stack; all of them share one place for their states."""
    backend = tmp_path / "backend"
    backend.mkdir()
    environment = {**prepared_environment, "PULUMI_BACKEND_URL": f"file://{backend}"}

    def made(name: str) -> Stack:
        folder = tmp_path / name / "repository"
        shutil.copytree(FLEET, folder)
        shutil.copytree(EXAMPLES / "pipelines" / "stores", folder / ".github" / "bxbi")
        stack = Stack(folder, {**environment, "PULUMI_STACK": name})
        stack.succeeds("stack", "init", name)
        settings = {
            "bxbi:portal": portals[name].address,
            "bxbi:oauthServer": portals[name].address,
            "bxbi:clientId": portals[name].client_id,
            "connector": "Local database",
        }
        given = (f"--plaintext={key}={value}" for key, value in settings.items())
        stack.succeeds("config", "set-all", *given, f"--secret=password=secret of {name}")
        return stack

    with ThreadPoolExecutor(len(NAMES)) as pool:
        return dict(zip(NAMES, pool.map(made, NAMES), strict=True))


def test_each_portal_gets_its_own(
    portals: dict[str, LocalPortal], stacks: dict[str, Stack], tmp_path: Path
) -> None:
    def job_of(name: str, what: str) -> Job:
        stack, portal = stacks[name], portals[name]
        values = {
            "inputs.portal": name,
            "vars.PULUMI_BACKEND_URL": stack.environment["PULUMI_BACKEND_URL"],
            "secrets.PULUMI_CONFIG_PASSPHRASE": stack.environment["PULUMI_CONFIG_PASSPHRASE"],
            "secrets.BXBI_CLIENT_SECRET": portal.client_secret,
            "secrets.BITRIX24_TOKENS": secret_of(tokens_of(portal)),
            "secrets.BITRIX24_TOKENS_WRITER": "writer-token",
        }
        github = GitHub(tmp_path / name / what)
        return Job(WORKFLOW, what, github, stack.folder, stack.environment, values)

    def up(name: str) -> str:
        portals[name].faults({"method": "biconnector.source.add", "action": "expired_token"})
        job = job_of(name, "up")
        ended = job.run("Up")
        assert ended.status == 0, ended.log
        (kept,) = job.github.kept()["secrets"]
        return str(kept)

    plan = job_of(NAMES[0], "plan")
    planned = plan.run("Plan")
    assert planned.status == 0, planned.log
    assert f"### Plan of `{NAMES[0]}`" in plan.written("summary")
    assert portals[NAMES[0]].sources() == {}

    with ThreadPoolExecutor(len(NAMES)) as pool:
        kept = list(pool.map(up, NAMES))

    assert kept == [f"acme/bi {name} BITRIX24_TOKENS" for name in NAMES]
    for name, portal in portals.items():
        source = portal.source()
        assert source["title"] == f"CRM {name.title()}"
        assert source["settings"] == {"login": name.title(), "password": f"secret of {name}"}
        (recorded,) = stacks[name].resources().values()
        assert recorded["id"] == str(source["id"])


def test_a_fork_gets_a_preview_without_any_secret(
    prepared_environment: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "repository"
    shutil.copytree(FLEET, folder)
    offline = Job(
        FLEET / "preview.yml", "offline", GitHub(tmp_path / "github"), folder, prepared_environment
    )

    shown = offline.run("Preview offline")

    assert shown.status == 0, shown.log
    assert "+ 2 to create" in offline.written("summary")
