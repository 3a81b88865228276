"""The fast level: the engine of ``tests/protocol/`` and a provider, both in this process."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.portal import AccessToken, Catalog, Portal
from pulumi_bxbi.portal.oauth.application import Application
from pulumi_bxbi.portal.oauth.server import OAuthServer
from pulumi_bxbi.portal.rest.default_settings import BURST
from tests.faults.level import Outcome
from tests.faults.plugin import PluginProvider
from tests.faults.provider import Calls, Clock, LifecycleProvider, Watched
from tests.faults.scenario import Fault
from tests.faults.stack import Stack
from tests.protocol.deployment import Deployment, FailedError, Goal
from tests.protocol.provider import KilledError, ProviderError
from tests.protocol.provider_process import DYNAMIC
from tests.protocol.values import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pulumi_bxbi.portal import Credentials
    from tests.faults.portal import ControlledPortal
    from tests.faults.scenario import Detour, Kill, Kind, Program, Run
    from tests.protocol.provider import Provider
    from tests.protocol.provider_process import Adapter
    from tests.protocol.state import Resource

#: Seconds that an answer may take, which pass, and seconds that limits may take, which do not.
_PATIENT: Final = 10.0
_IMPATIENT: Final = 0.1
_MOST_WAIT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the CLI.

    Attributes:
        work: What the engine does.
        preview: Whether it only tells what it would do.
        replace: The URNs that ``--replace`` names.
        kill: Which process ends, and when.
        beside: Another run, and the call at which it happens.
        timeout: Seconds that an answer may take.
        access: Address and access token, where the settings lead elsewhere.
    """

    work: Callable[[Deployment], None]
    preview: bool = False
    replace: tuple[str, ...] = ()
    kill: Kill | None = None
    beside: tuple[int, Callable[[], None]] | None = None
    timeout: float = _PATIENT
    access: Mapping[str, str] | None = None


class ModelLevel:
    """Plays runs in this process, one step at a time.

    Args:
        portal: The portal.
        store: Where an OAuth application keeps its tokens; ``None`` for one token that stays.
        adapter: What serves the resources.
        stacks: The stacks that there are already.
        crowded: Whether each call but the first has to wait for the portal's limits.
    """

    delay = 0.15

    def __init__(
        self,
        portal: ControlledPortal,
        store: Path | None = None,
        adapter: Adapter = DYNAMIC,
        *,
        stacks: Iterable[Stack] = (),
        crowded: bool = False,
    ) -> None:
        self._burst = 1 if crowded else BURST
        self._portal = portal
        self._adapter = adapter
        self._stacks = {each.name: each.copy() for each in stacks}
        self._store = store
        self._tokens: set[str] = set()
        self._clock = Clock()
        self._shown: list[str] = []

    def stacks(self) -> tuple[Stack, ...]:
        """Return the stacks."""
        return tuple(self._stacks.values())

    def run(self, runs: Sequence[Run], *, delayed: bool) -> list[Outcome]:
        first, *others = runs
        outcomes: list[Outcome] = []
        beside = None
        if others:
            (other,) = others
            beside = (other.begins, lambda: outcomes.append(self._up(other, None, delayed=delayed)))
        outcomes.insert(0, self._up(first, beside, delayed=delayed))
        if others and len(outcomes) == 1:
            outcomes.append(self._up(others[0], None, delayed=delayed))
        return outcomes

    def refresh(self, stack: str, _program: Program) -> Outcome:
        return self._carry_out(self._stack(stack), Command(Deployment.refresh))[0]

    def detour(self, detour: Detour, program: Program) -> Outcome:
        stack = self._stack(detour.stack)
        works: dict[str, Callable[[Deployment], None]] = {
            "up": lambda deployment: _deploy(program, stack, deployment),
            "refresh": Deployment.refresh,
            "destroy": lambda deployment: deployment.delete_the_rest(everything=True),
        }
        access = self._portal.access_to(detour.to)
        return self._carry_out(stack, Command(works[detour.command], access=access))[0]

    def preview(self, stack: str, program: Program, *, refresh: bool) -> list[str]:
        previewed = self._stack(stack)

        def preview(deployment: Deployment) -> None:
            if refresh:
                deployment.refresh()
            _deploy(program, previewed, deployment)

        outcome, steps = self._carry_out(previewed, Command(preview, preview=True))
        planned = [f"{operation} {name}" for name, operation in steps.items()]
        planned += [f"pending: {each.action} {each.resource.name}" for each in previewed.pending]
        return planned if outcome.succeeded else [*planned, outcome.text]

    def recover(self, stack: str, _program: Program) -> Outcome:
        recovered = self._stack(stack)
        pending, recovered.pending = recovered.pending, []
        changed = [each.resource.urn for each in pending if each.action != "creating"]
        if changed:
            refresh = Command(lambda deployment: deployment.refresh(*changed))
            outcome, _ = self._carry_out(recovered, refresh)
            if not outcome.succeeded:
                return outcome
        created = [each.resource for each in pending if each.action == "creating"]
        with self._connected() as connected:
            undecided = [
                command for each in created for command in recovered.recover(each, *connected)
            ]
        return Outcome(succeeded=True, text="\n".join(undecided))

    def take(self, stack: str, kind: Kind, number: int, name: str) -> Outcome:
        with self._connected() as connected:
            self._stack(stack).take(kind, number, name, *connected)
        return Outcome(succeeded=True)

    def tracked(self, stack: str) -> dict[str, tuple[Kind, int]]:
        return self._stack(stack).tracked()

    def outputs(self, stack: str) -> dict[str, dict[str, Any]]:
        present = self._stack(stack).present()
        return {name: without_secrets(each.outputs) for name, each in present.items()}

    def known(self, stack: str) -> set[tuple[Kind, int]]:
        return self._stack(stack).known()

    def shown(self) -> str:
        states = [each.exported() for stack in self._stacks.values() for each in stack.resources]
        return "\n".join([*self._shown, *map(str, states)])

    def tokens(self) -> set[str]:
        return self._tokens

    def _stack(self, name: str) -> Stack:
        return self._stacks.setdefault(name, Stack(name, self._adapter))

    def _up(
        self, run: Run, beside: tuple[int, Callable[[], None]] | None, *, delayed: bool
    ) -> Outcome:
        stack = self._stack(run.stack)
        kinds = {each.name: each.kind for each in run.program}
        up = Command(
            lambda deployment: _deploy(run.program, stack, deployment),
            replace=tuple(stack.urn(kinds[name], name) for name in run.replace),
            kill=run.kill,
            beside=beside,
            timeout=_IMPATIENT if delayed else _PATIENT,
        )
        return self._carry_out(stack, up)[0]

    def _carry_out(self, stack: Stack, command: Command) -> tuple[Outcome, dict[str, str]]:
        """Carry a command out; return how it ended, and what was done to each resource."""
        deployment = Deployment(
            lambda: provider,
            [copy(each) for each in stack.resources],
            preview=command.preview,
            replace=command.replace,
            parallel=1,
        )
        calls = Calls(self._lose, deployment.interrupt, command.kill, command.beside)
        connected = self._connected(calls, command.timeout, command.access)
        with connected as (_, provider), suppress(FailedError, KilledError):
            command.work(deployment)
        if not command.preview:
            stack.resources = deployment.state()
            stack.pending += deployment.pending
        text = "\n".join(text for _, text in deployment.diagnostics)
        self._shown.append(text)
        succeeded = not deployment.stopped.is_set()
        outcome = Outcome(succeeded, text, tuple(deployment.failed), calls.ended_by)
        return outcome, dict(deployment.steps)

    def _lose(self) -> None:
        self._portal.arm_first(Fault("drop_after"))

    @contextmanager
    def _connected(
        self,
        calls: Calls | None = None,
        timeout: float = _PATIENT,
        access: Mapping[str, str] | None = None,
    ) -> Iterator[tuple[Catalog, Provider]]:
        """Connect a command, and its provider, to a portal; keep what it writes to the log."""
        calls = calls or Calls(self._lose, lambda: None)
        credentials = AccessToken(access["accessToken"]) if access else self._credentials()
        portal = Portal(
            access["portal"] if access else self._portal.address,
            Watched(credentials, calls, self._tokens),
            timeout=timeout,
            burst=self._burst,
            max_wait=_MOST_WAIT,
            sleep=self._clock.sleep,
            clock=self._clock.read,
            before_write=calls.before_write,
        )
        log = logging.getLogger("pulumi_bxbi")
        level, log.level, log.propagate = log.level, logging.DEBUG, False
        handler = _Keeping(self._shown)
        log.addHandler(handler)
        catalog = Catalog(portal)
        try:
            if self._adapter is DYNAMIC:
                yield catalog, LifecycleProvider(catalog, calls)
            else:
                plugin = PluginProvider(portal, calls)
                yield catalog, plugin
                with suppress(ProviderError, KilledError):
                    plugin.cancel()
        finally:
            log.removeHandler(handler)
            log.level, log.propagate = level, True
            portal.close()

    def _credentials(self) -> Credentials:
        ready = self._portal.ready
        if not self._store:
            return AccessToken(ready["accessToken"])
        return Application(
            ready["portal"],
            OAuthServer(ready["clientId"], ready["clientSecret"], ready["oauthServer"]),
            refresh_token=ready["refreshToken"],
            store=str(self._store),
            sleep=self._clock.sleep,
        )


def _deploy(program: Program, stack: Stack, deployment: Deployment) -> None:
    """Run a program, one resource after the other, and delete what it no longer declares."""
    registered: dict[str, Resource] = {}
    for each in program:
        registered[each.name] = deployment.register(Goal(stack.declared(each, registered)))
    deployment.delete_the_rest()


class _Keeping(logging.Handler):
    """Keeps the text of records."""

    def __init__(self, shown: list[str]) -> None:
        super().__init__()
        self._shown = shown
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._shown.append(self.format(record))
