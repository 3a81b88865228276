"""A stack of the real engine, used by its command line as a user uses it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import textwrap
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.engine.inline import host_of
from tests.protocol.processes import MEASURING
from tests.protocol.stack import PREAMBLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.local_portal import LocalPortal

#: The types of this provider's resources, of the dynamic provider and of the plugin.
OURS = re.compile(r"pulumi-python:dynamic/bxbi:|[:$]bxbi:index:")


@dataclass(frozen=True, slots=True)
class Run:
    """What a command of the engine printed, and how it ended."""

    output: str
    status: int


#: Commands that run the program, or might.
OPERATIONS = ("preview", "up", "refresh", "destroy")


@dataclass(slots=True)
class Stack:
    """A project with one stack on a file backend of its own.

    The program runs in this process, unless ``hosted`` asks for Pulumi's own Python host, which a
    user has and which sees the stack's environment.
    """

    folder: Path
    environment: dict[str, str]
    hosted: bool = False
    output: str = field(default="", repr=False)

    def program(self, text: str) -> None:
        """Write the program; ``pulumi``, ``bxbi`` and ``config`` are there already."""
        (self.folder / "__main__.py").write_text(PREAMBLE + textwrap.dedent(text), "utf-8")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command, whatever its end."""
        program = self.folder / "__main__.py"
        inline = arguments[0] in OPERATIONS and not self.hosted and program.exists()
        with host_of(program) if inline else nullcontext(()) as host:
            process = subprocess.run(
                ["pulumi", "--non-interactive", *arguments, *host],
                cwd=self.folder,
                env={**self.environment, **environment},
                capture_output=True,
                text=True,
                check=False,
            )
        self.output += process.stdout + process.stderr
        return process

    def pulumi(self, *arguments: str, **environment: str) -> Run:
        """Run a command, whatever its end, and give all that it printed."""
        process = self.run(*arguments, **environment)
        return Run(process.stdout + process.stderr, process.returncode)

    def succeeds(self, *arguments: str, **environment: str) -> str:
        run = self.pulumi(*arguments, **environment)
        assert run.status == 0, run.output
        return run.output

    def fails(self, *arguments: str, **environment: str) -> str:
        run = self.pulumi(*arguments, **environment)
        assert run.status != 0, run.output
        assert "Traceback" not in run.output, run.output
        assert "During handling" not in run.output, run.output
        return run.output

    def bxbi(self, *arguments: str, status: int = 0, **environment: str) -> str:
        """Run the command `bxbi`, and give all that it printed."""
        ended = subprocess.run(
            ["bxbi", *arguments],
            cwd=self.folder,
            env={**self.environment, MEASURING: os.environ.get(MEASURING, ""), **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        printed = ended.stdout + ended.stderr
        self.output += printed
        assert ended.returncode == status, printed
        assert "Traceback" not in printed
        return printed

    def preview(self, **environment: str) -> dict[str, str]:
        """What a preview would do: the operation on each of the provider's resources."""
        process = self.run("preview", "--json", **environment)
        assert process.returncode == 0, process.stdout + process.stderr
        steps = json.loads(process.stdout)["steps"]
        return {
            step["urn"].rpartition("::")[2]: step["op"]
            for step in steps
            if OURS.search(step["urn"])
        }

    def up(self, **environment: str) -> str:
        return self.succeeds("up", "--yes", "--skip-preview", **environment)

    def refresh(self, **environment: str) -> str:
        return self.succeeds("refresh", "--yes", "--skip-preview", **environment)

    def destroy(self, **environment: str) -> str:
        return self.succeeds("destroy", "--yes", "--skip-preview", **environment)

    def configure(self, key: str, value: str, *, secret: bool = False) -> None:
        options = ("--secret",) if secret else ()
        self.succeeds("config", "set", *options, "--", key, value)

    def outputs(self) -> dict[str, Any]:
        text = self.succeeds("stack", "output", "--json", "--show-secrets")
        outputs: dict[str, Any] = json.loads(text)
        return outputs

    def resources(self) -> dict[str, dict[str, Any]]:
        """The provider's resources in the state, by their names in the program."""
        return {
            resource["urn"].rpartition("::")[2]: resource
            for resource in self.deployment().get("resources") or []
            if OURS.search(resource["urn"])
        }

    def deployment(self) -> dict[str, Any]:
        """The state, read from the backend's file, which ``pulumi stack export`` shows as it is."""
        backend = Path(self.environment["PULUMI_BACKEND_URL"].removeprefix("file://"))
        (file,) = backend.glob(f".pulumi/stacks/*/{self.environment['PULUMI_STACK']}.json")
        latest: dict[str, Any] = json.loads(file.read_text("utf-8"))["checkpoint"]["latest"] or {}
        return latest

    def forget(self, marks: dict[str, Any], **outputs: Any) -> None:
        """Put marks of 0.1.0 in the place of what the state remembers, and change outputs."""
        document = json.loads(self.succeeds("stack", "export"))
        for each in document["deployment"]["resources"]:
            if each.get("outputs", {}).pop("__memory", None):
                each["outputs"] |= {**marks, **outputs}
        file = self.folder / "state.json"
        file.write_text(json.dumps(document), "utf-8")
        self.succeeds("stack", "import", "--file", str(file))
        file.unlink()

    def state(self) -> str:
        """Everything that is on the disk."""
        return "".join(
            path.read_text("utf-8", errors="replace")
            for path in self.folder.rglob("*")
            if path.is_file()
        )


def copied(
    project: Path, folder: Path, environment: Mapping[str, str], portal: LocalPortal
) -> Stack:
    """Copy a project with its stack, and lead it to a portal.

    Args:
        project: The project, whose backend is in it.
        folder: Where the copy is to be.
        environment: The engine's variables.
        portal: The portal.
    """
    shutil.copytree(project, folder)
    places = {"PULUMI_BACKEND_URL": f"file://{folder}/backend", "PULUMI_STACK": "test"}
    return Stack(folder, {**environment, **places, **portal.access})


def pulumi_with(stack: Stack, folder: Path, command: str) -> None:
    """Let a command of the shell run before each `pulumi`."""
    shim = folder / "bin" / "pulumi"
    shim.parent.mkdir()
    shim.write_text(f"#!/bin/sh\n{command}\nexec '{shutil.which('pulumi')}' \"$@\"\n", "utf-8")
    shim.chmod(0o755)
    stack.environment["PATH"] = f"{shim.parent}:{stack.environment['PATH']}"
