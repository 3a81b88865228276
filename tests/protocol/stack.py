"""A stack under the engine's protocol: what the CLI does in seconds, in milliseconds."""

from __future__ import annotations

import textwrap
import threading
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.protocol.deployment import Deployment, FailedError
from tests.protocol.program import Monitor, Start, run, serving
from tests.protocol.provider_process import DYNAMIC, ProviderProcess
from tests.protocol.values import from_state, in_state, without_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.protocol.provider_process import Adapter
    from tests.protocol.state import Resource

_PROJECT: Final = "test"
_STACK: Final = "test"
_REPLACE: Final = "--replace="
PREAMBLE: Final = """\
import pulumi
import pulumi_bxbi as bxbi

config = pulumi.Config()
"""


@dataclass(slots=True)
class _Kept:
    """What a stack keeps from one command to the next.

    Attributes:
        resources: The resources of the state.
        outputs: The outputs of the last deployment.
        configuration: The values of the stack's configuration, and whether each is a secret.
        deployed: The configuration of the last deployment, which commands without a program get.
    """

    resources: list[Resource] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    configuration: dict[str, tuple[str, bool]] = field(default_factory=dict)
    deployed: dict[str, str] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        return {key: value for key, (value, _) in self.configuration.items()}


@dataclass(slots=True)
class Stack:
    """A project with one stack, whose state is kept in this process.

    The program runs in this process, the provider in one of its own for each command. Both have the
    stack's environment.

    Attributes:
        folder: The folder of the project.
        environment: The variables of its program and of its provider.
        adapter: What serves its resources.
        output: All that the commands printed.
    """

    folder: Path
    environment: dict[str, str]
    adapter: Adapter = DYNAMIC
    output: str = field(default="", repr=False)
    _kept: _Kept = field(default_factory=_Kept, repr=False)

    def program(self, text: str) -> None:
        """Write the program; ``pulumi``, ``bxbi`` and ``config`` are there already."""
        (self.folder / "__main__.py").write_text(PREAMBLE + textwrap.dedent(text), "utf-8")

    def configure(self, key: str, value: str, *, secret: bool = False) -> None:
        self._kept.configuration[key if ":" in key else f"{_PROJECT}:{key}"] = (value, secret)

    def preview(self, *options: str, **environment: str) -> dict[str, str]:
        """What a preview would do: the operation on each of the provider's resources."""
        command = _Command(self, "preview", options, environment)
        assert command.succeeds(), command.output
        return command.steps()

    def up(self, *options: str, **environment: str) -> str:
        return self.succeeds("up", *options, **environment)

    def refresh(self, **environment: str) -> str:
        return self.succeeds("refresh", **environment)

    def destroy(self, **environment: str) -> str:
        return self.succeeds("destroy", **environment)

    def succeeds(self, name: str, *options: str, **environment: str) -> str:
        command = _Command(self, name, options, environment)
        assert command.succeeds(), command.output
        return command.output

    def fails(self, name: str, *options: str, **environment: str) -> str:
        command = _Command(self, name, options, environment)
        assert not command.succeeds(), command.output
        assert "Traceback" not in command.output, command.output
        assert "During handling" not in command.output, command.output
        return command.output

    def outputs(self) -> dict[str, Any]:
        """The outputs of the stack, secrets in plain text."""
        outputs: dict[str, Any] = without_secrets(self._kept.outputs)
        return outputs

    def resources(self) -> dict[str, dict[str, Any]]:
        """The provider's resources in the state, by their names in the program."""
        return {
            each.name: each.exported()
            for each in self._kept.resources
            if self.adapter.type in each.urn
        }

    def state(self) -> str:
        """Everything that the state shows."""
        exported = [each.exported() for each in self._kept.resources]
        return f"{exported} {in_state(self._kept.outputs)}"

    def forget(self, marks: dict[str, Any], **outputs: Any) -> None:
        """Put marks of 0.1.0 in the place of what the state remembers, and change outputs."""
        for each in self._kept.resources:
            if each.outputs.pop("__memory", None):
                each.outputs |= from_state({**marks, **outputs})


class _Command:
    """A command of the CLI on a stack, carried out when it is made.

    Attributes:
        output: All that it printed.
    """

    def __init__(
        self, stack: Stack, name: str, options: tuple[str, ...], environment: Mapping[str, str]
    ) -> None:
        replaced = [each for each in options if each.startswith(_REPLACE)]
        unknown = {name, *options} - {
            *("preview", "up", "refresh", "destroy"),
            *("--yes", "--skip-preview", "--refresh", *replaced),
        }
        assert not unknown, f"this engine does not know {unknown}"
        self._folder = stack.folder
        self._adapter = stack.adapter
        self._kept = kept = stack._kept  # noqa: SLF001  # one subject, two classes
        self._name = name
        self._error = ""
        self._said = ""
        self._starting = threading.Lock()
        self._providers: list[ProviderProcess] = []
        self._environment = {**stack.environment, **environment}
        self._monitor = Monitor(_PROJECT, _STACK, stack.adapter)
        with serving(self._monitor) as self._address:
            old = [copy(each) for each in kept.resources]
            self._deployment = Deployment(
                self._started,
                old,
                preview=name == "preview",
                replace=[each.removeprefix(_REPLACE) for each in replaced],
            )
            with suppress(FailedError):
                self._carry_out(refreshes=name == "refresh" or "--refresh" in options)
            printed = "".join(each.end() for each in self._providers)
        self.output = self._shown(printed)
        stack.output += self.output
        if name != "preview":
            kept.resources = self._deployment.state()
        if name == "up":
            kept.outputs = self._monitor.exported

    def succeeds(self) -> bool:
        return not self._error and not self._deployment.stopped.is_set()

    def steps(self) -> dict[str, str]:
        """What it did to each resource that a provider manages, unless it is the same."""
        return dict(self._deployment.steps)

    def _carry_out(self, *, refreshes: bool) -> None:
        if refreshes:
            self._deployment.refresh()
        if self._name == "destroy":
            self._deployment.delete_the_rest(everything=True)
        elif self._name != "refresh":
            self._monitor.deployment = self._deployment
            start = Start(
                self._address,
                (_PROJECT, _STACK),
                self._kept.configuration,
                preview=self._name == "preview",
            )
            program = self._folder / "__main__.py"
            error, self._said = run(program, self._environment, start)
            if not self._deployment.stopped.is_set():
                self._error = error
            if self.succeeds():
                self._deployment.delete_the_rest()

    def _started(self) -> ProviderProcess:
        with self._starting:
            if not self._providers:
                with_program = self._name in ("preview", "up")
                given = self._kept.values if with_program else self._kept.deployed
                if self._name == "up":
                    self._kept.deployed = given
                started = (self._folder, self._environment, self._address, given)
                self._providers.append(ProviderProcess(self._adapter, *started))
            return self._providers[0]

    def _shown(self, printed: str) -> str:
        """Put together what the CLI prints under the name of each resource."""
        told = [*self._monitor.log, *self._deployment.diagnostics]
        told += [("", line) for line in (self._said + printed).splitlines()]
        lines = ["Diagnostics:"]
        for where in dict.fromkeys(where for where, _ in told):
            lines.append(f"  {where or f'pulumi:pulumi:Stack ({_PROJECT}-{_STACK})'}:")
            texts = [text for each, text in told if each == where]
            lines += [f"    {line}" for text in texts for line in text.splitlines()]
        return "\n".join([*lines, self._error, ""])
