"""One run of the engine: what it asks the provider for a program, a refresh, or a deletion.

Read from the engine's own source (``step_generator.go``, ``step_executor.go``, ``step.go``,
``snapshot.go``): resources are checked and compared one at a time, in the order in which the
program registers them, and their steps run beside each other.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from tests.protocol.provider import CheckFailedError, Diff, KilledError, ProviderError
from tests.protocol.state import Pending, Resource, deletable_together, depending_on
from tests.protocol.values import UNKNOWN, Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from tests.protocol.provider import Provider

Operation = Literal["create", "update", "replace", "delete", "delete-replaced", "read"]
Result = TypeVar("Result")
#: How many calls the dynamic provider answers at a time.
_PARALLEL: Final = 4
#: What the engine takes for the answer to a comparison of what ``--replace`` names. Nobody is asked
#: whether the old object has to go first.
_REPLACED: Final = Diff(changes=True, replaces=True, delete_before_replace=False)


class FailedError(Exception):
    """The deployment has failed or was interrupted, and its message is told already."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a program declares of a resource.

    Attributes:
        resource: The resource, with the inputs of the program.
        delete_before_replace: What the program says of it, if it does.
        ignored: The inputs whose changes do not count.
        secret_outputs: The outputs that are secrets besides those whose inputs are.
    """

    resource: Resource
    delete_before_replace: bool | None = None
    ignored: tuple[str, ...] = ()
    secret_outputs: tuple[str, ...] = ()


@dataclass(slots=True)
class Deployment:
    """One run of the engine.

    Args:
        provider: Starts the provider, at its first use.
        old: The resources of the state, those first that others depend on.
        preview: Whether it only tells what it would do.
        replace: The URNs of the resources that are replaced whether or not they change.
        parallel: How many steps it works on at a time.

    Attributes:
        steps: What was done to each resource, or would be, by its name.
        pending: The steps that have begun and not ended; where the engine is killed they stay.
        diagnostics: What it has to say: a resource's type and name, or empty texts, and a text.
        failed: The names of the resources that have failed.
        stopped: Set as soon as no step begins any more, after a failure or an interruption.
    """

    provider: Callable[[], Provider]
    old: list[Resource]
    preview: bool
    replace: Collection[str] = ()
    parallel: int = _PARALLEL
    steps: dict[str, Operation] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)
    diagnostics: list[tuple[str, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    _new: dict[str, Resource] = field(default_factory=dict)
    _gone: set[int] = field(default_factory=set)
    _again: set[str] = field(default_factory=set)
    _generating: threading.Lock = field(default_factory=threading.Lock)
    _changing: threading.Lock = field(default_factory=threading.Lock)
    _working: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._working = threading.Semaphore(self.parallel)

    def state(self) -> list[Resource]:
        """Return the resources of the state as it is now."""
        left = [each for each in self.old if id(each) not in self._gone]
        kept = [each for each in left if each.replaced or each.urn not in self._new]
        return [*self._new.values(), *kept]

    def interrupt(self) -> None:
        """Do what one Ctrl-C does: steps that have begun end, and no other begins."""
        self.stopped.set()

    def register(self, goal: Goal) -> Resource:
        """Bring a resource into the state that a program declares.

        Raises:
            FailedError: It cannot be, or something else has failed.
        """
        resource = goal.resource
        if not resource.custom:
            self._done(resource, None)
            return resource
        with self._generating:
            self._require_success()
            old = self._old(resource.urn)
            work = self._told(resource, lambda: self._plan(goal, old))
        with self._working:
            self._require_success()
            self._told(resource, work)
        return resource

    def read(self, resource: Resource) -> Resource:
        """Read a resource that somebody else manages.

        Raises:
            FailedError: There is none, or it cannot be read.
        """
        self._require_success()
        self._told(resource, lambda: self._read(resource))
        resource.external = True
        self._note(resource, "read")
        self._done(resource, self._old(resource.urn))
        return resource

    def refresh(self, *targets: str) -> None:
        """Read resources of the state; what follows in this run starts from what was found.

        Args:
            targets: The URNs of the resources; none for every resource.

        Raises:
            FailedError: One of them cannot be read.
        """
        managed = [
            each
            for each in self.old
            if each.custom and not each.pending_replacement and (not targets or each.urn in targets)
        ]
        self._beside_each_other(managed, self._refresh)
        self.old = self.state()

    def delete_the_rest(self, *, everything: bool = False) -> None:
        """Delete what the program has not declared, and what was replaced.

        Raises:
            FailedError: One of them cannot be deleted.
        """
        rest = [
            each
            for each in self.old
            if id(each) not in self._gone
            and (everything or each.replaced or each.urn not in self._new)
        ]
        for group in deletable_together(rest):
            self._require_success()
            self._beside_each_other(group, self._delete)

    def _plan(self, goal: Goal, old: Resource | None) -> Callable[[], None]:
        """Check and compare; return what is to be done."""
        resource, provider = goal.resource, self.provider()
        declared, is_named = resource.inputs, resource.urn in self.replace
        compared = old if old and resource.urn not in self._again and not old.external else None
        if compared is None or is_named:
            resource.inputs = provider.check(resource.urn, {}, declared)
        else:
            given = self._with_ignored(goal, compared)
            resource.inputs = provider.check(resource.urn, compared.inputs, given)
        if old is None or compared is None:
            return lambda: self._create(goal, old)
        diff = _REPLACED
        if not is_named:
            diff = provider.diff(resource.urn, old.id, old.known, resource.inputs)
        if diff.replaces or old.pending_replacement:
            if not is_named:
                # A new object gets what the program declares, whatever the old one ignored.
                resource.inputs = provider.check(resource.urn, {}, declared)
            return self._replacement(goal, old, diff)
        if diff.changes:
            return lambda: self._update(goal, old)
        return lambda: self._keep(goal, old)

    def _replacement(self, goal: Goal, old: Resource, diff: Diff) -> Callable[[], None]:
        before = goal.delete_before_replace
        first = diff.delete_before_replace if before is None else before
        if not first or old.pending_replacement:
            return lambda: self._create(goal, old)
        dependents = self._replaced_with(old)
        self._again |= {each.urn for each in dependents}

        def replace() -> None:
            for each in (*reversed(dependents), old):
                self._delete(each, pending_replacement=True)
                self._require_success()
            self._create(goal, old)

        return replace

    def _replaced_with(self, root: Resource) -> list[Resource]:
        """Return the dependents that are replaced where another object takes the root's place."""
        replaced: list[Resource] = []
        urns = {root.urn}
        for each in depending_on(root.urn, self.old):
            unknown = {key for key, found in each.dependencies_of.items() if urns & set(found)}
            if not each.custom or each.external or not unknown:
                continue
            news = {key: UNKNOWN if key in unknown else value for key, value in each.inputs.items()}
            if self.provider().diff(each.urn, each.id, each.known, news).replaces:
                urns.add(each.urn)
                replaced.append(each)
        return [each for each in replaced if not each.pending_replacement]

    def _create(self, goal: Goal, old: Resource | None) -> None:
        resource = goal.resource
        replaces = old is not None and not old.external
        self._note(resource, "replace" if replaces else "create")
        if self.preview:
            outputs = self.provider().planned_creation(resource.urn, resource.inputs)
        else:
            resource.id, outputs = self._in_step(
                Pending("creating", resource),
                lambda: self.provider().create(resource.urn, resource.inputs),
            )
        resource.outputs = _marked(outputs, goal)
        if old and id(old) not in self._gone and not old.pending_replacement and not old.external:
            old.replaced = not self.preview
        self._done(resource, old)

    def _update(self, goal: Goal, old: Resource) -> None:
        resource = goal.resource
        self._note(resource, "update")
        resource.id = old.id
        change = (resource.urn, old.id, old.known, resource.inputs)
        if self.preview:
            outputs = self.provider().planned_update(*change)
        else:
            outputs = self._in_step(
                Pending("updating", old), lambda: self.provider().update(*change)
            )
        resource.outputs = _marked(outputs, goal)
        self._done(resource, old)

    def _keep(self, goal: Goal, old: Resource) -> None:
        resource = goal.resource
        resource.id, resource.outputs = old.id, _marked(old.outputs, goal)
        self._done(resource, old)

    def _read(self, resource: Resource) -> None:
        id_, outputs, _ = self._in_step(
            Pending("reading", resource),
            lambda: self.provider().read(resource.urn, resource.id, resource.inputs, {}),
        )
        if not id_:
            raise ProviderError(f"resource '{resource.id}' does not exist")
        resource.id, resource.outputs = id_, outputs

    def _refresh(self, resource: Resource) -> None:
        id_, outputs, inputs = self.provider().read(
            resource.urn, resource.id, resource.inputs, resource.outputs
        )
        if not id_:
            self._note(resource, "delete")
            self._gone.add(id(resource))
            return
        declared = resource.inputs
        resource.id, resource.outputs = id_, outputs
        resource.inputs = declared if inputs is None else inputs
        if not resource.external:
            self.provider().diff(resource.urn, id_, resource.known, declared)

    def _delete(self, resource: Resource, *, pending_replacement: bool = False) -> None:
        if resource.protected and not pending_replacement:
            raise ProviderError(f'resource "{resource.urn}" cannot be deleted')
        if resource.replaced:
            self.steps.setdefault(resource.name, "delete-replaced")
        elif not pending_replacement:
            self._note(resource, "delete")
        gone_with = resource.deleted_with and resource.deleted_with not in self._new
        managed = resource.custom and not resource.external and not resource.pending_replacement
        if managed and not resource.retained and not gone_with and not self.preview:
            self._in_step(
                Pending("deleting", resource),
                lambda: self.provider().delete(resource.urn, resource.id, *resource.known),
            )
        if pending_replacement and not self.preview:
            resource.pending_replacement = True
        else:
            self._gone.add(id(resource))

    def _in_step(self, step: Pending, call: Callable[[], Result]) -> Result:
        """Call the provider in a step.

        The engine writes the state before a step and after it. So a state shows a step as pending
        for good where the engine was killed meanwhile, and never where only the provider was.
        """
        self.pending.append(step)
        try:
            answer = call()
        except ProviderError:
            self.pending.remove(step)
            raise
        self.pending.remove(step)
        return answer

    def _done(self, resource: Resource, old: Resource | None) -> None:
        with self._changing:
            if old is not None and not old.replaced:
                self._gone.add(id(old))
            self._new[resource.urn] = resource

    def _note(self, resource: Resource, operation: Operation) -> None:
        if resource.custom:
            self.steps[resource.name] = operation

    def _old(self, urn: str) -> Resource | None:
        found = [each for each in self.old if each.urn == urn and not each.replaced]
        return found[0] if found else None

    @staticmethod
    def _with_ignored(goal: Goal, old: Resource) -> dict[str, Any]:
        kept = {key: old.inputs[key] for key in goal.ignored if key in old.inputs}
        rest = {key: v for key, v in goal.resource.inputs.items() if key not in goal.ignored}
        return {**rest, **kept}

    def _require_success(self) -> None:
        if self.stopped.is_set():
            raise FailedError

    def _told(self, resource: Resource, work: Callable[[], Result]) -> Result:
        """Do something, and tell what goes wrong."""
        try:
            return work()
        except CheckFailedError as error:
            who = f"{resource.type} resource '{resource.name}'"
            texts = [
                f"{who}{f' property {name!r}' if name else ''} has a problem: {reason}"
                for name, reason in error.failures
            ]
            raise self._fail(resource, *texts) from None
        except ProviderError as error:
            raise self._fail(resource, str(error)) from None
        except KilledError:
            self.stopped.set()
            raise

    def _fail(self, resource: Resource, *texts: str) -> FailedError:
        where = f"{resource.type} ({resource.name})"
        self.diagnostics += [(where, f"error: {text}") for text in texts]
        self.failed.append(resource.name)
        self.stopped.set()
        return FailedError()

    def _beside_each_other(
        self, resources: Iterable[Resource], work: Callable[[Resource], None]
    ) -> None:
        with ThreadPoolExecutor(self.parallel) as pool:
            steps = [pool.submit(self._unless_stopped, each, work) for each in resources]
        for each in steps:
            each.result()  # raises what has ended the engine
        self._require_success()

    def _unless_stopped(self, resource: Resource, work: Callable[[Resource], None]) -> None:
        if not self.stopped.is_set():
            with suppress(FailedError):
                self._told(resource, lambda: work(resource))


def _marked(outputs: dict[str, Any], goal: Goal) -> dict[str, Any]:
    """Mark the outputs that the program wants to be secrets."""
    return {
        key: Secret(each) if key in goal.secret_outputs and not isinstance(each, Secret) else each
        for key, each in outputs.items()
    }
