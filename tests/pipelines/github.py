"""GitHub, as far as a workflow sees it: contexts, files for outputs, and the command `gh`."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tests.pipelines.job import Ended, run

EXAMPLES = Path(__file__).parents[2] / "examples"
WORKFLOWS = EXAMPLES / "pipelines" / "github"
FLEET = EXAMPLES / "fleet"
#: What GitHub runs for `shell: bash`.
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")


def secret_of(tokens: str) -> str:
    """Give the value of the secret in which the store of the examples keeps tokens."""
    return base64.b64encode(tokens.encode()).decode()


class GitHub:
    """A repository `acme/bi`, and the command `gh` that works on it.

    Args:
        folder: Where to keep it.
    """

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "bin"
        self.temporary = folder / "temp"
        self._kept = folder / "github.json"
        for made in (self.programs, self.temporary):
            made.mkdir(parents=True)
        gh = self.programs / "gh"
        script = (Path(__file__).parent / "gh.py").read_text("utf-8")
        gh.write_text(f"#!{sys.executable}\n{script}", "utf-8")
        gh.chmod(0o700)
        self.keep(
            calls=[],
            comments=[],
            issues=[],
            secrets={},
            failures=0,
            tokens={"api": ["job-token"], "issue": ["job-token"], "secret": ["writer-token"]},
        )

    def keep(self, **changes: Any) -> None:
        before = self.kept() if self._kept.exists() else {}
        self._kept.write_text(json.dumps(before | changes), "utf-8")

    def kept(self) -> dict[str, Any]:
        kept: dict[str, Any] = json.loads(self._kept.read_text("utf-8"))
        return kept

    def new_job(self) -> None:
        """Empty what a runner empties between two jobs."""
        shutil.rmtree(self.temporary)
        self.temporary.mkdir()


@dataclass
class Job:
    """A job of a workflow of the examples.

    Attributes:
        file: The workflow.
        name: The job's name.
        github: The repository.
        folder: Where it is checked out.
        environment: What a runner has in its environment.
        values: The values of expressions: `{"secrets.NAME": …}`. Others that begin with `secrets.`
            or `vars.` are empty, as on GitHub.
    """

    file: Path
    name: str
    github: GitHub
    folder: Path
    environment: dict[str, str]
    values: dict[str, str] = field(default_factory=dict)

    @cached_property
    def workflow(self) -> dict[str, Any]:
        """What its file holds."""
        workflow: dict[str, Any] = yaml.safe_load(self.file.read_text("utf-8"))
        return workflow

    def run(self, name: str) -> Ended:
        """Run one step."""
        job = self.workflow["jobs"][self.name]
        (step,) = (each for each in job["steps"] if each.get("name") == name)
        assert "${{" not in step["run"], "a text from outside would be run as a command"
        assert self.workflow["defaults"]["run"]["shell"] == "bash"
        given = {**self.workflow.get("env", {}), **job.get("env", {}), **step["env"]}
        path = os.pathsep.join([str(self.github.programs), self.environment["PATH"]])
        return run(
            step["run"],
            BASH,
            self.folder,
            {
                **self.environment,
                "PATH": path,
                "GITHUB_REPOSITORY": "acme/bi",
                "GITHUB_OUTPUT": str(self.github.temporary / "output"),
                "GITHUB_STEP_SUMMARY": str(self.github.temporary / "summary"),
                "RUNNER_TEMP": str(self.github.temporary),
                **{key: self._evaluated(str(value)) for key, value in given.items()},
            },
        )

    def written(self, name: str) -> str:
        """Give what steps have written into the runner's file `output` or `summary`."""
        file = self.github.temporary / name
        return file.read_text("utf-8") if file.exists() else ""

    def _evaluated(self, text: str) -> str:
        return re.sub(r"\${{ (\S+) }}", lambda found: self._value(found[1]), text)

    def _value(self, expression: str) -> str:
        known = {
            "github.token": "job-token",
            "github.server_url": "https://github.com",
            "github.repository": "acme/bi",
            "github.run_id": "17",
            "github.event.pull_request.number": "5",
            "github.workspace": str(self.folder),
            "runner.temp": str(self.github.temporary),
            **self.values,
        }
        if expression.startswith(("secrets.", "vars.")):
            return known.get(expression, "")
        return known[expression]
