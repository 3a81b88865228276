"""A provider in the test's own process: its calls, its time, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pulumi_bxbi.portal import Catalog, PortalError
from pulumi_bxbi.resources.secrets import with_secrets
from pulumi_bxbi.resources.values import UNKNOWN as UNKNOWN_TO_LIFECYCLES
from pulumi_bxbi.resources.values import InvalidInputsError, State
from pulumi_bxbi.stack.state import memory_in, outputs_of
from pulumi_bxbi.stack.urns import resource_type_of
from tests.protocol.provider import CheckFailedError, Diff, KilledError, ProviderError
from tests.protocol.values import UNKNOWN, Secret, with_secrets_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_bxbi.portal import Credentials
    from pulumi_bxbi.portal.rest.credentials import Holder
    from pulumi_bxbi.resources.lifecycle import Lifecycle
    from tests.faults.scenario import Kill
    from tests.protocol.provider import Olds


T = TypeVar("T")


class EndedError(BaseException):
    """The provider has ended, so nothing that it runs goes on."""


@dataclass(slots=True)
class Clock:
    """Time that passes by waiting alone."""

    now: float = 1000.0

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass(slots=True)
class Calls:
    """Counts the calls of a command, and does what belongs between them.

    Attributes:
        lose: Has the portal execute the next call and withhold the answer.
        interrupt: Does what one Ctrl-C does.
        kill: Which process is killed, and when.
        beside: Another run, and the call at which it happens.
    """

    lose: Callable[[], None]
    interrupt: Callable[[], None]
    kill: Kill | None = None
    beside: tuple[int, Callable[[], None]] | None = None
    made: int = 0
    killed: bool = False

    @property
    def ended_by(self) -> Literal["", "cli", "provider", "interrupt"]:
        """Which process was killed; empty where none was. Two Ctrl-C end the engine as well."""
        if not self.kill or not self.killed:
            return ""
        return "cli" if self.kill.process == "interrupts" else self.kill.process

    def next(self) -> None:
        """Take note of a call that is about to be sent.

        Raises:
            EndedError: The provider was killed.
        """
        if self.ended_by == "provider":
            raise EndedError
        number, self.made = self.made, self.made + 1
        if self.beside and number == self.beside[0]:
            self.beside[1]()
        if not self.kill or number != self.kill.call:
            return
        self.killed = True
        if self.kill.process == "interrupt":
            self.interrupt()
        elif self.kill.process == "provider":
            if not self.kill.executed:
                raise EndedError
            self.lose()

    def before_write(self) -> None:
        """Stop a provider without an engine, as soon as the call in flight has been made.

        Raises:
            EndedError: The engine was killed.
        """
        if self.ended_by == "cli" and self.kill and self.made > self.kill.call + 1:
            raise EndedError

    def answered(self, operation: Callable[[], T]) -> T:
        """Return the answer of an operation, if somebody is left to take it.

        Raises:
            ProviderError: The operation failed, or the provider was killed.
            KilledError: The engine was killed.
        """
        problem = "the provider's process has ended"
        if self.ended_by != "provider":
            try:
                answer = operation()
            except ProviderError as error:
                problem = str(error)
            except (PortalError, InvalidInputsError) as error:
                problem = f"{type(error).__name__}: {error}"
            except EndedError:
                pass
            else:
                if self.ended_by not in {"provider", "cli"}:
                    return answer
        if self.ended_by == "cli":
            raise KilledError
        raise ProviderError(problem)


@dataclass(frozen=True, slots=True)
class Watched:
    """Credentials that tell of each call."""

    credentials: Credentials
    calls: Calls
    used: set[str]

    @property
    def identifying_method(self) -> str:
        return self.credentials.identifying_method

    def holder(self) -> Holder:
        return self.credentials.holder()

    def path(self, method: str) -> str:
        return self.credentials.path(method)

    def body(self, params: dict[str, Any]) -> dict[str, Any]:
        self.calls.next()
        body = self.credentials.body(params)
        self.used.add(body["auth"])
        return body

    def renew(self, body: Mapping[str, Any]) -> bool:
        return self.credentials.renew(body)

    def require(self) -> None:
        self.credentials.require()

    def address(self, configured: str) -> str:
        return self.credentials.address(configured)

    def moved(self, address: str) -> None:
        self.credentials.moved(address)


@dataclass(frozen=True, slots=True)
class LifecycleProvider:
    """A provider without a process of its own, which lives for one command.

    Attributes:
        catalog: The portal's objects.
        calls: The calls of the command.
    """

    catalog: Catalog
    calls: Calls

    def check(self, urn: str, _olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        checked = self.calls.answered(lambda: _lifecycle(urn).check(received(news), self.catalog))
        if checked.failures:
            raise CheckFailedError([(each.property, each.reason) for each in checked.failures])
        return _answered(checked.inputs, news)

    def diff(self, urn: str, id_: str, olds: Olds, news: dict[str, Any]) -> Diff:
        old = _state(id_, olds[1])
        diff = self.calls.answered(lambda: _lifecycle(urn).diff(old, received(news), self.catalog))
        return Diff(diff.changes, bool(diff.replaces), diff.delete_before_replace)

    def planned_creation(self, _urn: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return inputs

    def create(self, urn: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        made = self.calls.answered(lambda: _lifecycle(urn).create(received(inputs), self.catalog))
        return made.id, _answered(outputs_of(made), inputs)

    def read(
        self, urn: str, id_: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
        old, model = _state(id_, outputs), _lifecycle(urn).inputs
        found = self.calls.answered(lambda: _lifecycle(urn).read(old, self.catalog))
        if found is None:
            return "", {}, None
        read = _answered(with_secrets(model, outputs_of(found), Secret), outputs)
        if found.inputs is None:
            return found.id, read, None
        return found.id, read, _answered(with_secrets(model, found.inputs, Secret), inputs)

    def planned_update(
        self, _urn: str, _id: str, _olds: Olds, news: dict[str, Any]
    ) -> dict[str, Any]:
        return news

    def update(self, urn: str, id_: str, olds: Olds, news: dict[str, Any]) -> dict[str, Any]:
        old = _state(id_, olds[1])
        updated = self.calls.answered(
            lambda: _lifecycle(urn).update(old, received(news), self.catalog)
        )
        return _answered(outputs_of(updated), news)

    def delete(self, urn: str, id_: str, _inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        old = _state(id_, outputs)
        self.calls.answered(lambda: _lifecycle(urn).delete(old, self.catalog))


def _lifecycle(urn: str) -> Lifecycle[Any]:
    kind = resource_type_of(urn)
    assert kind
    return kind.lifecycle


def _state(id_: str, outputs: dict[str, Any]) -> State:
    """Return what a lifecycle gets of a state: the memory apart from the outputs."""
    known = received(outputs)
    shown = {key: value for key, value in known.items() if not key.startswith("__")}
    return State(id_, shown, memory_in(known))


def received(properties: dict[str, Any]) -> dict[str, Any]:
    """Return properties as a provider that takes no secrets receives them."""
    plain: dict[str, Any] = _in_plain_text(properties)
    return plain


def _in_plain_text(value: Any) -> Any:
    if value is UNKNOWN:
        return UNKNOWN_TO_LIFECYCLES
    if isinstance(value, Secret):
        return _in_plain_text(value.value)
    if isinstance(value, dict):
        return {key: _in_plain_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_in_plain_text(each) for each in value]
    # The engine's messages know no other number.
    return float(value) if type(value) is int else value


def _answered(properties: Mapping[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Return properties as the engine receives them from a provider.

    Args:
        properties: The answer.
        asked: What the provider was asked with: what was secret in it is so in the answer.
    """
    answer = {key: value for key, value in properties.items() if value is not None}
    return with_secrets_of(_with_unknowns(answer, UNKNOWN_TO_LIFECYCLES, UNKNOWN), asked)


def _with_unknowns(value: Any, mark: object, other: object) -> Any:
    """Return a value with another mark of what is not known yet."""
    if value is mark:
        return other
    if isinstance(value, dict):
        return {key: _with_unknowns(each, mark, other) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_unknowns(each, mark, other) for each in value]
    return value
