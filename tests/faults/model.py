"""The fast level: the real resources and HTTP, under a small model of the engine's state."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pulumi_bxbi.portal import AccessToken, Catalog, Portal
from pulumi_bxbi.portal.oauth.application import Application
from pulumi_bxbi.portal.oauth.server import OAuthServer
from pulumi_bxbi.resources.connector import ConnectorLifecycle
from pulumi_bxbi.resources.source import SourceLifecycle
from pulumi_bxbi.resources.table import TableLifecycle
from pulumi_bxbi.resources.values import UNKNOWN, State
from tests.faults.level import Outcome
from tests.faults.provider import Calls, Clock, FailedError, KilledError, Provider, Watched
from tests.faults.scenario import KINDS, Fault, IdOf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pulumi_bxbi.portal import Credentials
    from pulumi_bxbi.resources.lifecycle import Lifecycle
    from pulumi_bxbi.resources.memory import Memory
    from tests.faults.portal import ControlledPortal
    from tests.faults.scenario import Detour, Kind, Program, Resource, Run


T = TypeVar("T")


LIFECYCLES: Final[dict[Kind, Lifecycle[Any]]] = {
    "connector": ConnectorLifecycle(),
    "source": SourceLifecycle(),
    "table": TableLifecycle(),
}


#: Seconds that an answer may take, which pass, and seconds that limits may take, which do not.
_PATIENT: Final = 10.0


_IMPATIENT: Final = 0.1


_MOST_WAIT: Final = 60.0


@dataclass(slots=True)
class Entry:
    """A resource in the state.

    Attributes:
        memory: What else the state remembers of the object.
        pending_replacement: Whether its object is gone, and a new one has not come yet.
    """

    kind: Kind
    name: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    memory: Memory
    pending_replacement: bool = False

    @property
    def state(self) -> State:
        """What the engine hands to a lifecycle."""
        return State(self.id, travelled(self.outputs), self.memory)


@dataclass(slots=True)
class Stack:
    """A stack's state.

    Attributes:
        entries: The resources, by their names.
        obsolete: Replaced ones whose objects are still to be deleted.
        creating: Resources whose creation a killed engine did not record.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    obsolete: list[Entry] = field(default_factory=list)
    creating: list[tuple[Resource, dict[str, Any]]] = field(default_factory=list)


class ModelLevel:
    """Plays runs without an engine, one resource at a time.

    Args:
        portal: The portal.
        store: Where an OAuth application keeps its tokens; ``None`` for one token that stays.
    """

    delay = 0.15

    def __init__(self, portal: ControlledPortal, store: Path | None = None) -> None:
        self._portal = portal
        self._stacks: dict[str, Stack] = {}
        self._store = store
        self._tokens: set[str] = set()
        self._clock = Clock()
        self._shown: list[str] = []

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

    def detour(self, detour: Detour, program: Program) -> Outcome:
        state = self._stack(detour.stack)
        access = self._portal.access_to(detour.to)
        calls = Calls(None, self._lose, None)
        if detour.command == "refresh":
            return self._refreshed(state, access)
        if detour.command == "destroy":
            return self._command(
                calls, lambda provider: self._delete_the_rest(state, set(), provider), access=access
            )
        return self._command(
            calls, lambda provider: self._up_all(state, program, (), provider), access=access
        )

    def refresh(self, stack: str, _program: Program) -> Outcome:
        return self._refreshed(self._stack(stack))

    def _refreshed(self, state: Stack, access: Mapping[str, str] | None = None) -> Outcome:
        def refresh(provider: Provider) -> None:
            for entry in list(state.entries.values()):
                found = self._read(entry.kind, entry.name, entry.state, provider)
                if found is None:
                    del state.entries[entry.name]
                    continue
                entry.outputs, entry.memory = found.outputs, found.memory
                entry.inputs = entry.inputs if found.inputs is None else found.inputs

        return self._command(Calls(None, self._lose, None), refresh, access=access)

    def preview(self, stack: str, program: Program, *, refresh: bool) -> list[str]:
        state = self._stack(stack)
        if refresh:
            refreshed = self.refresh(stack, program)
            if not refreshed.succeeded:
                return [refreshed.text]
        planned: list[str] = []

        def preview(provider: Provider) -> None:
            ids: dict[str, Any] = {name: entry.id for name, entry in state.entries.items()}
            for resource in program:
                inputs = self._checked(resource, ids, provider)
                entry = state.entries.get(resource.name)
                if entry is None or entry.pending_replacement:
                    planned.append(f"create {resource.name}")
                    ids[resource.name] = UNKNOWN
                    continue
                diff = self._diff(entry, inputs, provider)
                if diff.replaces:
                    ids[resource.name] = UNKNOWN
                if diff.changes:
                    planned.append(f"{'replace' if diff.replaces else 'update'} {resource.name}")
            declared = {each.name for each in program}
            planned.extend(f"delete {name}" for name in state.entries if name not in declared)
            planned.extend(f"delete the replaced {each.name}" for each in state.obsolete)
            planned.extend(f"pending creation of {each.name}" for each, _ in state.creating)

        outcome = self._command(Calls(None, self._lose, None), preview)
        return planned if outcome.succeeded else [*planned, outcome.text]

    def recover(self, stack: str, _program: Program) -> Outcome:
        state = self._stack(stack)
        undecided: list[str] = []

        def recover(provider: Provider) -> None:
            while state.creating:
                resource, inputs = state.creating.pop()
                known = self.known(stack)
                lifecycle = LIFECYCLES[resource.kind]
                objects = lifecycle.collection(provider.catalog)
                candidates = objects.candidates(lifecycle.fields(inputs), objects.list({}))
                complete, partial = (
                    [each.id for each in found if (resource.kind, each.id) not in known]
                    for found in (candidates.complete, candidates.partial)
                )
                if len(complete) == 1 and not partial and resource.name not in state.entries:
                    self._import(state, resource.kind, complete[0], resource.name, provider)
                    continue
                undecided.extend(
                    f"bxbi import {resource.kind} {each}" for each in (*complete, *partial)
                )

        outcome = self._command(Calls(None, self._lose, None), recover)
        return Outcome(outcome.succeeded, "\n".join([outcome.text, *undecided]))

    def take(self, stack: str, kind: Kind, number: int, name: str) -> Outcome:
        state = self._stack(stack)
        return self._command(
            Calls(None, self._lose, None),
            lambda provider: self._import(state, kind, number, name, provider),
        )

    def tracked(self, stack: str) -> dict[str, tuple[Kind, int]]:
        entries = self._stack(stack).entries
        return {name: (entry.kind, int(entry.id)) for name, entry in entries.items()}

    def outputs(self, stack: str) -> dict[str, dict[str, Any]]:
        return {name: entry.outputs for name, entry in self._stack(stack).entries.items()}

    def known(self, stack: str) -> set[tuple[Kind, int]]:
        state = self._stack(stack)
        entries = [*state.entries.values(), *state.obsolete]
        return {(entry.kind, int(entry.id)) for entry in entries}

    def shown(self) -> str:
        return "\n".join(self._shown)

    def tokens(self) -> set[str]:
        return self._tokens

    def _stack(self, name: str) -> Stack:
        return self._stacks.setdefault(name, Stack())

    def _lose(self) -> None:
        self._portal.arm_first(Fault("drop_after"))

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

    def _command(
        self,
        calls: Calls,
        work: Callable[[Provider], None],
        *,
        timeout: float = _PATIENT,
        access: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Run a command, with a token at an address where both are given."""
        credentials = AccessToken(access["accessToken"]) if access else self._credentials()
        portal = Portal(
            access["portal"] if access else self._portal.address,
            Watched(credentials, calls, self._tokens),
            timeout=timeout,
            max_wait=_MOST_WAIT,
            sleep=self._clock.sleep,
            clock=self._clock.read,
            before_write=calls.before_write,
        )
        try:
            with self._listening():
                work(Provider(Catalog(portal, writers=1), calls))
        except FailedError as error:
            self._shown.append(str(error))
            return Outcome(
                succeeded=False, text=str(error), failed=(error.name,), killed=calls.ended_by
            )
        except KilledError:
            return Outcome(succeeded=False, killed=calls.ended_by)
        finally:
            portal.close()
        return Outcome(succeeded=True, killed=calls.ended_by)

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Keep everything that is written to the log."""
        log = logging.getLogger("pulumi_bxbi")
        level, log.level, log.propagate = log.level, logging.DEBUG, False
        handler = _Keeping(self._shown)
        log.addHandler(handler)
        try:
            yield
        finally:
            log.removeHandler(handler)
            log.level, log.propagate = level, True

    def _up(
        self, run: Run, beside: tuple[int, Callable[[], None]] | None, *, delayed: bool
    ) -> Outcome:
        state = self._stack(run.stack)

        def up(provider: Provider) -> None:
            self._up_all(state, run.program, run.replace, provider)

        calls = Calls(run.kill, self._lose, beside)
        return self._command(calls, up, timeout=_IMPATIENT if delayed else _PATIENT)

    def _up_all(
        self, state: Stack, program: Program, replaced: Sequence[str], provider: Provider
    ) -> None:
        for resource in program:
            ids = {name: entry.id for name, entry in state.entries.items()}
            inputs = self._checked(resource, ids, provider)
            self._deploy(state, resource, inputs, provider, forced=resource.name in replaced)
        self._delete_the_rest(state, {each.name for each in program}, provider)

    def _checked(
        self, resource: Resource, ids: Mapping[str, Any], provider: Provider
    ) -> dict[str, Any]:
        given = {
            key: ids[value.name] if isinstance(value, IdOf) else value
            for key, value in resource.properties.items()
        }
        checked = provider.ask(
            resource.name,
            lambda catalog: LIFECYCLES[resource.kind].check(travelled(given), catalog),
        )
        if checked.failures:
            raise FailedError(resource.name, "\n".join(each.reason for each in checked.failures))
        return checked.inputs

    def _diff(self, entry: Entry, inputs: dict[str, Any], provider: Provider) -> Any:
        return provider.ask(
            entry.name,
            lambda catalog: LIFECYCLES[entry.kind].diff(entry.state, travelled(inputs), catalog),
        )

    def _deploy(
        self,
        state: Stack,
        resource: Resource,
        inputs: dict[str, Any],
        provider: Provider,
        *,
        forced: bool,
    ) -> None:
        entry = state.entries.get(resource.name)
        if entry is None or entry.pending_replacement:
            self._create(state, resource, inputs, provider)
            return
        diff = self._diff(entry, inputs, provider)
        if not diff.replaces and not forced:
            if diff.changes:
                updated = provider.ask(
                    entry.name,
                    lambda catalog: LIFECYCLES[entry.kind].update(
                        entry.state, travelled(inputs), catalog
                    ),
                )
                entry.outputs, entry.memory = updated.outputs, updated.memory
            entry.inputs = inputs
            return
        if diff.delete_before_replace:
            self._delete(entry, provider)
            entry.pending_replacement = True
            self._create(state, resource, inputs, provider)
            return
        self._create(state, resource, inputs, provider)
        state.obsolete.append(entry)

    def _create(
        self, state: Stack, resource: Resource, inputs: dict[str, Any], provider: Provider
    ) -> None:
        lifecycle = LIFECYCLES[resource.kind]
        try:
            made = provider.ask(
                resource.name, lambda catalog: lifecycle.create(travelled(inputs), catalog)
            )
        except KilledError:
            if provider.calls.kill and provider.calls.kill.process == "cli":
                state.creating.append((resource, inputs))
            raise
        state.entries[resource.name] = Entry(
            resource.kind, resource.name, made.id, inputs, made.outputs, made.memory
        )

    def _delete_the_rest(self, state: Stack, declared: set[str], provider: Provider) -> None:
        """Delete what is not declared any more and what was replaced, dependents first."""
        removed = [each for each in state.entries.values() if each.name not in declared]
        rest = [*removed, *state.obsolete]
        for kind in reversed(KINDS):
            for entry in [each for each in rest if each.kind == kind]:
                if not entry.pending_replacement:
                    self._delete(entry, provider)
                if entry in state.obsolete:
                    state.obsolete.remove(entry)
                else:
                    del state.entries[entry.name]

    def _delete(self, entry: Entry, provider: Provider) -> None:
        provider.ask(
            entry.name,
            lambda catalog: LIFECYCLES[entry.kind].delete(entry.state, catalog),
        )

    def _read(self, kind: Kind, name: str, old: State, provider: Provider) -> State | None:
        return provider.ask(name, lambda catalog: LIFECYCLES[kind].read(old, catalog))

    def _import(self, state: Stack, kind: Kind, number: int, name: str, provider: Provider) -> None:
        lifecycle = LIFECYCLES[kind]
        found = self._read(kind, name, State(str(number), {}), provider)
        assert found
        inputs = {
            key: found.outputs[key] for key in lifecycle.input_names() if key in found.outputs
        }
        memory = found.memory.with_(looked_at=False)
        state.entries[name] = Entry(kind, name, str(number), inputs, found.outputs, memory)


class _Keeping(logging.Handler):
    """Keeps the text of records."""

    def __init__(self, shown: list[str]) -> None:
        super().__init__()
        self._shown = shown
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._shown.append(self.format(record))


def travelled(value: Any) -> Any:
    """Give a value as it arrives from the engine, which knows floating-point numbers only."""
    if isinstance(value, dict):
        return {key: travelled(each) for key, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [travelled(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
