"""The values that travel between an engine and a resource.

Properties have the names of the API (``camelCase``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from pulumi_bxbi.resources.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Mapping

Properties: TypeAlias = dict[str, Any]
#: How the value of a property changes from a state to the inputs of a program.
PathChange: TypeAlias = Literal["add", "update", "delete"]


class Unknown(Enum):
    """The type of :data:`UNKNOWN`."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


#: A value that a preview does not know yet, because another resource will give it.
UNKNOWN: Final = Unknown.UNKNOWN


def known_parts(value: object) -> list[Properties] | None:
    """Return columns or parameters; ``None`` where something of them is not known yet.

    Args:
        value: What an input has, or is to have.
    """
    if isinstance(value, list | tuple) and all(
        isinstance(each, dict) and UNKNOWN not in each.values() for each in value
    ):
        return list(value)
    return None


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that cannot be deployed.

    Attributes:
        property: The top-level property.
        reason: What is wrong and what to write instead. It begins with the path of the value
            (``settings.login``) and can be read by itself.
    """

    property: str
    reason: str


class Owner(NamedTuple):
    """What objects of a kind belong to.

    Attributes:
        kind: The kind of the owner, ``connector`` or ``source``.
        reference: The input that names the owner by its id.
    """

    kind: str
    reference: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer of a check.

    Attributes:
        inputs: The inputs in their normal form.
        failures: What is wrong with them; empty where they can be deployed.
    """

    inputs: Properties
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a program knows of a resource besides its inputs.

    Attributes:
        name: The resource's name in the program; empty where it is not known.
        parameters: The parameters of the connector that a source belongs to, by the API's names,
            where the same program declares that connector and they are known.
    """

    name: str = ""
    parameters: tuple[Properties, ...] | None = None


#: Where nothing is known of a program but the inputs.
NOT_DECLARED: Final = Declaration()


@dataclass(frozen=True, slots=True)
class Note:
    """What a change means, where the engine's own display does not show it.

    Attributes:
        text: A sentence that begins with the object: ``source 42 "CRM" ...``.
        is_warning: Whether it is probably not what the program's author wants.
    """

    text: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Diff:
    """The answer of a diff.

    Attributes:
        paths: How values change, by their property paths: ``columns[1].type``, ``settings.login``.
        replaces: The changed properties that can only change with a new object.
        delete_before_replace: Whether a replacement has to delete the old object before it creates
            the new one.
        is_incomplete: Whether the computed outputs could not be read after the last write, so that
            an update has to read them.
    """

    paths: Mapping[str, PathChange] = field(default_factory=dict)
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False
    is_incomplete: bool = False

    @property
    def changes(self) -> bool:
        """Whether an update, or a replacement, is to be made."""
        return bool(self.paths) or self.is_incomplete


@dataclass(frozen=True, slots=True)
class State:
    """An object as the engine remembers it.

    Attributes:
        id: Its id on the portal.
        outputs: The inputs and the computed outputs.
        memory: What else the state remembers of it.
        inputs: The inputs as the portal has them; ``None`` where the program's stay as they are.
    """

    id: str
    outputs: Properties = field(repr=False)
    memory: Memory = field(default_factory=Memory)
    inputs: Properties | None = field(default=None, repr=False)


class InvalidInputsError(Exception):
    """Inputs turned out to be undeployable when their values became known.

    Nothing was changed on the portal.

    Args:
        what: The resource, for example ``BiSource``.
        failures: What is wrong.
    """

    def __init__(self, what: str, failures: tuple[Failure, ...]) -> None:
        reasons = "\n".join(f"- {failure.reason}" for failure in failures)
        super().__init__(f"{what} was not sent to the portal, because of its inputs:\n{reasons}")
        self.failures = failures
