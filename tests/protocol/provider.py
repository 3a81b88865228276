"""What the engine asks of a provider that runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from typing import TypeAlias

    #: The old inputs and outputs of a resource.
    Olds: TypeAlias = tuple[dict[str, Any], dict[str, Any]]


class CheckFailedError(Exception):
    """Inputs that the provider does not accept.

    Args:
        failures: The name of a property, or an empty text, and what is wrong, of each failure.
    """

    def __init__(self, failures: list[tuple[str, str]]) -> None:
        super().__init__(failures)
        self.failures = failures


class ProviderError(Exception):
    """What the provider said of a call that failed, or that its process has ended."""


class KilledError(BaseException):
    """The engine was killed while it waited for an answer; from a provider in the same process."""


@dataclass(frozen=True, slots=True)
class Diff:
    """What the provider said of a difference."""

    changes: bool
    replaces: bool
    delete_before_replace: bool


class Provider(Protocol):
    """A provider that runs.

    Every method raises ``ProviderError`` where it fails.
    """

    def check(self, urn: str, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        """Return the inputs in their normal form.

        Raises:
            CheckFailedError: The provider does not accept them.
        """

    def diff(self, urn: str, id_: str, olds: Olds, news: dict[str, Any]) -> Diff:
        """Compare the state of a resource with checked inputs."""

    def planned_creation(self, urn: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the outputs that a preview knows of an object that would be created."""

    def create(self, urn: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Create an object, and return its id and its outputs."""

    def read(
        self, urn: str, id_: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
        """Return an object's id, which is empty where it is gone, its outputs, and its inputs.

        Inputs of ``None`` stay as they are.
        """

    def planned_update(
        self, urn: str, id_: str, olds: Olds, news: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the outputs that a preview knows of an object that would be changed."""

    def update(self, urn: str, id_: str, olds: Olds, news: dict[str, Any]) -> dict[str, Any]:
        """Change an object, and return its outputs."""

    def delete(self, urn: str, id_: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        """Delete an object."""
