"""A stack of the user, accessed through the command `pulumi`.

Pulumi's Automation API is not used, because it passes secrets as arguments of commands, which other
users of the machine can read.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.settings.declared import SETTINGS
from pulumi_bxbi.settings.loading import Settings, load_settings
from pulumi_bxbi.stack.handing_over import readable_file
from pulumi_bxbi.stack.import_file import import_file
from pulumi_bxbi.stack.project import project_in
from pulumi_bxbi.stack.pulumi_environment import pulumi_environment, settings_as_variables
from pulumi_bxbi.stack.state import objects_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pulumi_bxbi.resources.values import Properties
    from pulumi_bxbi.stack.state import StateObject

#: Parts of the messages of Pulumi's backends and of Pulumi Cloud about a locked stack.
_LOCKED: Final = ("currently locked", "another update is currently in progress")
#: Parts of the messages of Pulumi about a missing stack or project.
_MISSING: Final = ("no Pulumi.yaml project file found", "no stack named", "no stack selected")

#: Parts of the messages of Pulumi about what is wrong around it, and what the user can do.
_LACKING: Final = {
    "failed to get the home path": "What to do: set PULUMI_HOME to a folder for Pulumi that this "
    "user may write to.",
    "failed to load checkpoint": "What to do: the state cannot be read, perhaps because Pulumi was "
    "killed while it wrote it. Where states are kept in a folder or a bucket, the state before "
    "lies beside it: put .pulumi/stacks/PROJECT/STACK.json.bak into the place of STACK.json, then "
    "run `bxbi recover`.",
}

#: How much one variable of the environment can hold. Linux allows 128 KiB with its name, Windows
#: 32,767 characters for all variables of a process.
_LARGEST_VARIABLE_BYTES: Final = 16_000 if sys.platform == "win32" else 120_000


class StackError(Exception):
    """The command `pulumi` refused or failed; the message quotes it and says what to do."""


class LockedError(StackError):
    """The stack is locked by another command, so this command changed nothing."""


class NoStackError(StackError):
    """There is no such stack, no project in the current folder, or no command `pulumi`."""


def stack_names(environment: Mapping[str, str]) -> list[str]:
    """Return the names of the stacks of the project in the current folder.

    Args:
        environment: The environment's variables.

    Raises:
        StackError: There is no project, or the stacks cannot be listed.
    """
    return [each["name"] for each in Stack("", environment).listed()]


@dataclass(frozen=True, slots=True)
class CompletedProcess:
    """The result of a command `pulumi`.

    Attributes:
        status: Its exit status.
        stdout: Its standard output.
        stderr: Its standard error, with what to do about some messages.
    """

    status: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack of the project in the current folder.

    Attributes:
        name: Its name; empty for the selected stack.
        environment: The environment's variables.
        shielded: Whether the command `pulumi` is protected from Ctrl-C in the terminal.
    """

    name: str
    environment: Mapping[str, str]
    shielded: bool = False
    #: What Pulumi has told of the configuration, or nothing where it has to be asked.
    _read: list[dict[str, dict[str, Any]]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    def export(self) -> dict[str, Any]:
        """Read the state (``deployment``), with secrets in plain text.

        Raises:
            StackError: There is no such stack, or its secrets cannot be read.
        """
        deployment: dict[str, Any] = self._json("stack", "export", "--show-secrets")["deployment"]
        return deployment

    def state(self) -> dict[str, Any]:
        """Read the state (``deployment``), with secrets encrypted, which needs no passphrase.

        Raises:
            StackError: There is no such stack.
        """
        deployment: dict[str, Any] = self._json("stack", "export")["deployment"]
        return deployment

    def settings(self) -> Settings:
        """Read the provider's settings, as a deployment of this stack would read them.

        Raises:
            StackError: The stack's configuration cannot be read.
            SettingsError: A setting is wrong.
        """
        configured = self._configuration()
        return load_settings(_settings_in(configured).get, self.environment, configured)

    def require(self) -> None:
        """Make sure that there is such a stack, without its passphrase and before any login.

        Raises:
            NoStackError: There is no such stack, or no project.
            StackError: Pulumi failed.
        """
        # Without a project this fails; an export would ask for a login to Pulumi first.
        self._json("config", "--json")

    def listed(self) -> list[dict[str, Any]]:
        """Read the list of all stacks of the project.

        Returns:
            The stacks as ``pulumi stack ls --json`` prints them.

        Raises:
            StackError: There is no project, or the stacks cannot be listed.
        """
        stacks: list[dict[str, Any]] = self._json("stack", "ls", "--json")
        return stacks

    def preview(self) -> CompletedProcess:
        """Preview the program of the current folder as JSON, unchanged resources included.

        Raises:
            StackError: The command `pulumi` could not be run.
        """
        return self._run("preview", "--json", "--show-sames")

    def configured(self) -> list[str]:
        """Read the keys of the stack's configuration, without namespaces.

        Raises:
            StackError: The stack's configuration cannot be read.
        """
        return [key.partition(":")[2] for key in self._configuration()]

    def values(self, project: str) -> dict[str, str]:
        """Read the values of the stack's configuration in the namespace of a project, by the keys.

        Args:
            project: The project's name.

        Raises:
            StackError: The stack's configuration cannot be read.
        """
        return {
            key.partition(":")[2]: each.get("value", "")
            for key, each in self._configuration().items()
            if key.startswith(f"{project}:")
        }

    def configure_secrets(self, values: Mapping[str, str]) -> None:
        """Set secrets of the stack's configuration, in the namespace of the project.

        They are passed in the environment of `pulumi`, which only its owner can read, or on its
        standard input where they are too large for that. Other users could read its arguments.

        Args:
            values: The secrets by their keys.

        Raises:
            StackError: Pulumi did not set them.
        """
        self._read.clear()
        entries = {key: _config_entry(key, value) for key, value in values.items()}
        small = {
            key: each for key, each in entries.items() if _size(each) < _LARGEST_VARIABLE_BYTES
        }
        for batch in _batches(small.values()):
            self._pulumi("config", "set-all", PULUMI_OPTION_JSON=f"{{{','.join(batch)}}}")
        for key in entries.keys() - small.keys():
            # Pulumi removes one line end from its standard input.
            self._pulumi("config", "set", "--secret", key, given=f"{values[key]}\n")

    def remove_configured(self, keys: Iterable[str]) -> None:
        """Remove keys from the stack's configuration, in the namespace of the project.

        Args:
            keys: The keys, without the namespace.

        Raises:
            StackError: Pulumi did not remove them.
        """
        self._read.clear()
        self._pulumi("config", "rm-all", *keys)

    def import_objects(
        self, resources: Iterable[Mapping[str, Any]], *, protect: bool = False
    ) -> None:
        """Import existing objects into the state.

        Pulumi takes over an entry of a dynamic resource as it is, and has the plugin read an entry
        of its own from the portal.

        The import file holds secrets in plain text, so it is passed on standard input and not
        written to disk. On Windows, where standard input has no file name, it is a file in the
        user's own folder for temporary files until Pulumi has read it.

        Args:
            resources: The entries of an import file; their ``parent`` is a URN.
            protect: Whether they are protected from deletion until an `up` finds them in the
                program.

        Raises:
            LockedError: The stack is locked by another command.
            StackError: Pulumi did not import them, or not all of them.
        """
        try:
            with readable_file(import_file(resources)) as (file, given):
                self._pulumi(
                    *("import", "--file", file, "--yes", "--skip-preview"),
                    *("--generate-code=false", f"--protect={str(protect).lower()}"),
                    given=given,
                    BXBI_OFFLINE="true",
                )
        except OSError as error:
            raise StackError(
                f"no temporary file could be written ({error.strerror}), so nothing was imported: "
                "make sure that TEMP names a folder that this user may write to."
            ) from None

    def refresh(self, urns: Iterable[str]) -> None:
        """Update some resources of the state from the portal.

        Args:
            urns: The resources.

        Raises:
            StackError: Pulumi did not refresh them.
        """
        targets = [f"--target={urn}" for urn in urns]
        present = settings_as_variables(_settings_in(self._configuration()), self.environment)
        self._pulumi("refresh", "--yes", "--skip-preview", *targets, **present)

    def forget(self, *urns: str, even_protected: bool = False) -> None:
        """Remove resources from the state.

        Args:
            urns: The resources.
            even_protected: Whether to remove protected resources as well.

        Raises:
            StackError: Pulumi refused, for example because others depend on one of them.
        """
        force = ["--force"] if even_protected else []
        self._pulumi("state", "delete", *urns, "--yes", *force)

    def replace_state(self, before: Properties, after: Properties) -> None:
        """Replace the whole state.

        Args:
            before: The state as it was read.
            after: The state derived from it, with secrets encrypted as there.

        Raises:
            LockedError: The stack is locked by another command.
            StackError: Another run has changed the state, or Pulumi did not take the new one over.
        """
        exported = self._json("stack", "export")
        if exported["deployment"] != before:
            raise StackError(
                "another run has changed the state meanwhile, so nothing was changed. Run the same "
                "command again."
            )
        self._pulumi("stack", "import", given=json.dumps({**exported, "deployment": after}))

    def clear_pending_operations(self, dependencies: Mapping[str, Properties]) -> None:
        """Remove the pending operations from the state.

        Args:
            dependencies: The dependencies of resources, as the state writes them, by their URNs.

        Raises:
            StackError: Pulumi did not import the changed state.
        """
        # The import of an exported state drops pending operations. An imported resource depends on
        # nothing, so without its dependencies a destroy would use the wrong order.
        state = self._json("stack", "export")
        before: set[str] = set()
        for each in state["deployment"].get("resources") or ():
            known = dependencies.get(each["urn"], {})
            if before.issuperset(known.get("dependencies") or ()):
                each.update(known)
            before.add(each["urn"])
        self._pulumi("stack", "import", given=json.dumps(state))

    def _configuration(self) -> dict[str, dict[str, Any]]:
        """Read the stack's configuration with its secrets, once until it is changed here."""
        if not self._read:
            self._read.append(self._json("config", "--json", "--show-secrets"))
        return self._read[0]

    def _json(self, *arguments: str) -> Any:
        """Run a command that has to succeed, and return its output, parsed as JSON."""
        printed = self._pulumi(*arguments)
        try:
            return json.loads(printed)
        except ValueError:
            raise StackError(
                f"`pulumi {arguments[0]}` printed something other than JSON on standard output. If "
                "the `pulumi` on PATH is a script, let it print its own text on standard error."
            ) from None

    def _pulumi(self, *arguments: str, given: str | None = None, **environment: str) -> str:
        """Run a command that has to succeed, and return its standard output."""
        ended = self._run(*arguments, given=given, **environment)
        if ended.status == 0:
            return ended.stdout
        said = (ended.stderr.strip() + "\n" + ended.stdout.strip()).strip()
        shown = " ".join(arguments[: 2 if arguments[0] in {"stack", "state"} else 1])
        if any(text in said.lower() for text in _LOCKED):
            raise LockedError(
                f"the stack is locked, so `pulumi {shown}` changed nothing: another `pulumi` is "
                "working on it, or was killed while it did. If you are sure that none is working "
                f"on it, run `pulumi cancel --yes{self.option}`, then this command again."
            )
        is_missing = any(text in said for text in _MISSING) or self._is_without_project()
        failed = NoStackError if is_missing else StackError
        raise failed(f"`pulumi {shown}` failed:\n{said}")

    def _is_without_project(self) -> bool:
        """Return whether the current folder is outside of any project."""
        if self.environment.get("PULUMI_OPTION_CWD"):
            return False
        try:
            return project_in(Path()) is None
        except ValueError:
            return False

    def _run(
        self, *arguments: str, given: str | None = None, **environment: str
    ) -> CompletedProcess:
        """Run a command, and return its result even if it failed.

        Raises:
            StackError: It could not be run.
        """
        command = ["pulumi", *arguments, "--non-interactive", "--color=never"]
        try:
            ended = subprocess.run(  # noqa: S603  # no shell, and no argument is a secret
                _for_system([*command, "--stack", self.name] if self.name else command),
                env={**pulumi_environment(self.environment, arguments[0]), **environment},
                input=given,
                stdin=subprocess.DEVNULL if given is None else None,
                capture_output=True,
                encoding="utf-8",
                errors="backslashreplace",
                check=False,
                start_new_session=self.shielded,
            )
        except OSError as error:
            raise self._not_run(error) from None
        said = ended.stderr
        cures = [cure for text, cure in _LACKING.items() if ended.returncode and text in said]
        return CompletedProcess(ended.returncode, ended.stdout, "\n".join([said.rstrip(), *cures]))

    def _not_run(self, error: OSError) -> StackError:
        """Return the error for a `pulumi` that is missing, or that cannot be run."""
        if shutil.which("pulumi", os.F_OK, self.environment.get("PATH", os.defpath)) is None:
            return NoStackError(
                "the command `pulumi` is not on PATH: install Pulumi (3.254 or later)."
            )
        return StackError(
            f"the `pulumi` on PATH cannot be run ({error.strerror}): make sure that this user may "
            "execute it and that it is made for this machine, or install Pulumi (3.254 or later)."
        )

    @property
    def option(self) -> str:
        """The option that names this stack, for a command that is shown to the user."""
        return f" --stack {self.name}" if self.name else ""


def _settings_in(configured: Mapping[str, Any]) -> dict[str, str]:
    """Return the provider's settings in a stack's configuration, by their names."""
    return {
        name: configured[key]["value"]
        for name in SETTINGS
        if "value" in configured.get(key := f"bxbi:{name}", {})
    }


def _config_entry(key: str, value: str) -> str:
    """Return a secret as a member of the JSON object that ``pulumi config set-all`` takes.

    It is in ASCII, because some locales allow nothing else in variables of the environment.
    """
    secret = json.dumps({"value": value, "secret": True})
    return f"{json.dumps(key)}:{secret}"


def _for_system(arguments: list[str]) -> list[bytes] | list[str]:
    """Return arguments in the encoding that Pulumi reads, UTF-8, whatever the locale."""
    if sys.platform == "win32":
        return arguments
    return [each.encode("utf-8", "surrogateescape") for each in arguments]


def _size(text: str) -> int:
    return len(text.encode()) + 1


def _batches(entries: Iterable[str]) -> Iterator[list[str]]:
    """Group texts so that each group fits into one variable of the environment."""
    batch: list[str] = []
    for entry in entries:
        if batch and sum(map(_size, batch)) + _size(entry) > _LARGEST_VARIABLE_BYTES:
            yield batch
            batch = []
        batch.append(entry)
    if batch:
        yield batch


def settings_of(stack_name: str, environment: Mapping[str, str]) -> Settings:
    """Read the settings of a stack, or of the environment alone where no stack is selected.

    Args:
        stack_name: The stack's name; empty for the selected stack.
        environment: The environment's variables.

    Raises:
        StackError: The stack's configuration cannot be read, or there is no such stack.
        SettingsError: A setting is wrong.
    """
    try:
        return Stack(stack_name, environment).settings()
    except NoStackError:
        if stack_name:
            raise
        return load_settings(lambda _: None, environment)


def state_of(stack_name: str, environment: Mapping[str, str]) -> tuple[StateObject, ...]:
    """Read the objects in the state of a stack, or none where no stack is selected.

    Args:
        stack_name: The stack's name; empty for the selected stack.
        environment: The environment's variables.

    Raises:
        StackError: There is no such stack, or its state cannot be read.
        MemoryUnreadableError: A newer version of this package wrote the state, or it is damaged.
    """
    stack = Stack(stack_name, environment)
    try:
        stack.require()
        return objects_in(stack.state().get("resources") or ())
    except NoStackError:
        if stack_name:
            raise
        return ()
