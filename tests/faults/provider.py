"""A provider's process under the model of the engine: its calls, its time, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pulumi_bxbi.portal import Catalog, PortalError
from pulumi_bxbi.resources.values import InvalidInputsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_bxbi.portal import Credentials
    from pulumi_bxbi.portal.rest.credentials import Holder
    from tests.faults.scenario import Kill


T = TypeVar("T")


class KilledError(BaseException):
    """A process was killed, so nothing that it runs goes on."""


class FailedError(Exception):
    """A resource failed, and with it the run."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


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
    """Counts the calls of a run, and does what belongs between them.

    Attributes:
        kill: Which process is killed, and when.
        lose: Has the portal execute the next call and withhold the answer.
        beside: Another run, and the call at which it happens.
    """

    kill: Kill | None
    lose: Callable[[], None]
    beside: tuple[int, Callable[[], None]] | None
    made: int = 0
    killed: bool = False

    @property
    def ended_by(self) -> str:
        """Which process was killed; empty where none was."""
        return self.kill.process if self.kill and self.killed else ""

    @property
    def is_lost(self) -> bool:
        """Whether what the provider answers reaches nobody."""
        return self.ended_by in {"cli", "provider"}

    def next(self) -> None:
        """Take note of a call that is about to be sent."""
        if self.killed and self.kill and self.kill.process == "provider":
            raise KilledError
        number, self.made = self.made, self.made + 1
        if self.beside and number == self.beside[0]:
            self.beside[1]()
        if not self.kill or number != self.kill.call:
            return
        self.killed = True
        if self.kill.process == "provider":
            if not self.kill.executed:
                raise KilledError
            self.lose()

    def before_write(self) -> None:
        """Stop a provider without an engine, as soon as the call in flight has been made."""
        if self.is_lost and self.kill and self.made > self.kill.call + 1:
            raise KilledError


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
class Provider:
    """A provider's process, which lives for one command."""

    catalog: Catalog
    calls: Calls

    def ask(self, name: str, operation: Callable[[Catalog], T]) -> T:
        """Have the provider do something for a resource, unless the run was interrupted.

        Raises:
            FailedError: It failed.
            KilledError: A process was killed, so nobody takes the answer.
        """
        if self.calls.killed:
            raise KilledError
        try:
            answer = operation(self.catalog)
        except (PortalError, InvalidInputsError) as error:
            if self.calls.is_lost:
                raise KilledError from None
            raise FailedError(name, f"{type(error).__name__}: {error}") from None
        if self.calls.is_lost:
            raise KilledError
        return answer
