"""The names of resources in states and plans: URNs, and the types of this provider's resources.

Vendor's page: "Resource names" (https://www.pulumi.com/docs/iac/concepts/resources/names/).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.resources.lifecycle import Lifecycle

#: Pulumi's resource at the root of every stack.
ROOT: Final = "pulumi:pulumi:Stack"
#: What the types of all providers begin with.
PROVIDERS: Final = "pulumi:providers:"
#: The type of this package's providers.
PROVIDER: Final = f"{PROVIDERS}bxbi"
_DEFAULT_PROVIDER: Final = re.compile(r"default(_\d+_\d+_\d+.*)?")


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of this provider's resources.

    Attributes:
        name: The resource's name, for example ``BiSource``.
        kind: What the portal calls its object, for example ``source``.
        label: The property that people know the object by.
    """

    name: str
    kind: str
    label: str

    @property
    def token(self) -> str:
        """The type of a dynamic resource, without those of its parents."""
        return f"pulumi-python:dynamic/bxbi:{self.name}"

    @property
    def schema_token(self) -> str:
        """The type in the schema of the package."""
        return f"bxbi:index:{self.name}"

    @property
    def lifecycle(self) -> Lifecycle[Any]:
        """The lifecycle of its objects."""
        # A program that declares resources needs none, and would wait for its imports.
        from pulumi_bxbi.resources.lifecycles import LIFECYCLES  # noqa: PLC0415

        return LIFECYCLES[self.kind]


CONNECTOR: Final = ResourceType("BiConnector", "connector", "title")
SOURCE: Final = ResourceType("BiSource", "source", "title")
TABLE: Final = ResourceType("BiTable", "table", "name")
#: The types. The type of an owner comes before the types of the objects that it owns.
TYPES: Final = (CONNECTOR, SOURCE, TABLE)
_BY_TOKEN: Final = {token: each for each in TYPES for token in (each.token, each.schema_token)}


class Urn(NamedTuple):
    """The parts of ``urn:pulumi:STACK::PROJECT::TYPES::NAME``.

    Attributes:
        stack: The stack's name.
        project: The project's name.
        types: The types of its parents and its own type: ``parent$type``.
        name: The name in the program.
    """

    stack: str
    project: str
    types: str
    name: str

    @classmethod
    def parse(cls, urn: str) -> Urn:
        """Parse a URN, whose name may contain two colons."""
        head, project, types, name = urn.split("::", 3)
        return cls(head.rpartition(":")[2], project, types, name)

    def __str__(self) -> str:
        """Return the URN."""
        return f"urn:pulumi:{self.stack}::{self.project}::{self.types}::{self.name}"

    @property
    def type(self) -> str:
        """The type without those of its parents."""
        return self.types.rpartition("$")[2]

    @property
    def in_stack(self) -> tuple[str, str]:
        """The types and the name, which identify a resource in its stack."""
        return self.types, self.name


def types_below(token: str, parent: str) -> str:
    """Return the types in the URN of a resource.

    Args:
        token: The type of the resource.
        parent: The URN of its parent; empty for the stack itself.
    """
    of_parent = Urn.parse(parent).types if parent else ROOT
    return token if of_parent == ROOT else f"{of_parent}${token}"


def is_default_provider(name: str) -> bool:
    """Return whether a provider is the engine's own one, which has the stack's configuration.

    Args:
        name: Its name: ``default``, ``default_0_1_0``, or that of an explicit provider.
    """
    return bool(_DEFAULT_PROVIDER.fullmatch(name))


def explicit_provider_of(resource: Mapping[str, Any]) -> str:
    """Return the URN of the explicit provider of a resource; empty where it has none.

    Only an explicit provider may lead to another portal than the stack's own.

    Args:
        resource: The resource as a state or a plan has it.
    """
    urn, _, _ = str(resource.get("provider") or "").rpartition("::")
    if not urn or Urn.parse(urn).type != PROVIDER:
        return ""
    return "" if is_default_provider(Urn.parse(urn).name) else urn


def resource_type_of(urn: str) -> ResourceType | None:
    """Return the type of a resource; ``None`` where it belongs to another provider."""
    return _BY_TOKEN.get(Urn.parse(urn).type)
