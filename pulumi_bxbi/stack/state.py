"""This provider's objects in a state of Pulumi, and the memory of each object.

The dynamic resources store the memory of an object among its outputs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.portal.display import named
from pulumi_bxbi.resources.memory import Memory, upgrade_marks_to_version_1
from pulumi_bxbi.stack.urns import PROVIDERS, ROOT, Urn, explicit_provider_of, resource_type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulumi_bxbi.portal.identity import Identity, PortalIdentity
    from pulumi_bxbi.resources.values import Properties, State
    from pulumi_bxbi.stack.urns import ResourceType

#: The output that holds the memory of an object. The engine hides names that begin with ``__``.
MEMORY: Final = "__memory"
#: The keys under which a resource of the state lists its dependencies.
DEPENDENCIES: Final = ("dependencies", "propertyDependencies")


@dataclass(frozen=True, slots=True)
class StateObject:
    """An object of the portal that a state holds.

    Attributes:
        name: The object, for people: ``source 42 "CRM"``.
        identity: The portal and the application of the object, as the state remembers them.
    """

    name: str
    identity: PortalIdentity


@dataclass(frozen=True, slots=True)
class PendingOperation:
    """An operation that a killed deployment began and did not complete.

    Attributes:
        action: ``creating``, ``updating``, ``deleting``, ``reading`` or ``importing``.
        urn: The resource's URN.
        kind: The type of the resource; ``None`` where it belongs to another provider.
        inputs: Its inputs as in the state, with secrets marked.
        parent: The URN of its parent; empty for the stack itself.
        dependencies: Its dependencies, as the state writes them.
        provider: The URN of its explicit provider; empty where it has none.
    """

    action: str
    urn: str
    kind: ResourceType | None
    inputs: Properties = field(repr=False)
    parent: str
    dependencies: Properties = field(default_factory=dict)
    provider: str = ""

    @property
    def is_of_plugin(self) -> bool:
        """Whether the plugin manages the resource, and not the dynamic provider."""
        return self.kind is not None and Urn.parse(self.urn).type == self.kind.schema_token

    @property
    def is_of_provider(self) -> bool:
        """Whether it is about a provider, of any package, which exists in the state alone."""
        return Urn.parse(self.urn).type.startswith(PROVIDERS)

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return Urn.parse(self.urn).name


def pending_in(deployment: Mapping[str, Any]) -> tuple[PendingOperation, ...]:
    """Return the pending operations that a killed deployment has left in a state.

    Args:
        deployment: The value of ``deployment`` in the output of ``pulumi stack export``.
    """
    return tuple(map(_operation, deployment.get("pending_operations") or ()))


def _operation(entry: Mapping[str, Any]) -> PendingOperation:
    resource = entry["resource"]
    parent = resource.get("parent", "")
    return PendingOperation(
        entry["type"],
        resource["urn"],
        resource_type_of(resource["urn"]),
        resource.get("inputs") or {},
        "" if parent and Urn.parse(parent).type == ROOT else parent,
        {key: resource[key] for key in DEPENDENCIES if key in resource},
        explicit_provider_of(resource),
    )


def memory_in(outputs: Mapping[str, Any]) -> Memory:
    """Return the memory of an object from its outputs.

    Args:
        outputs: The outputs, by their names in the state.

    Raises:
        MemoryUnreadableError: A newer version of this package wrote it, or it is damaged.
    """
    if MEMORY in outputs:
        return Memory.parse(outputs[MEMORY])
    return upgrade_marks_to_version_1(outputs)


def outputs_of(state: State) -> Properties:
    """Return the outputs of an object as the engine stores them, with its memory among them."""
    return {**state.outputs, MEMORY: state.memory.to_json()}


def providers_in(deployment: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the URNs of the explicit providers of what a state holds, or has pending.

    Args:
        deployment: The value of ``deployment`` in the output of ``pulumi stack export``.
    """
    resources = deployment.get("resources") or ()
    managed = (explicit_provider_of(each) for each in resources if resource_type_of(each["urn"]))
    pending = (each.provider for each in pending_in(deployment) if each.kind)
    return tuple(dict.fromkeys(each for each in (*managed, *pending) if each))


def objects_in(
    resources: Iterable[Mapping[str, Any]], provider: str = ""
) -> tuple[StateObject, ...]:
    """Return the objects of one portal in a state, including those that are still to be deleted.

    Args:
        resources: The resources of an exported state.
        provider: The URN of an explicit provider; empty for the stack's own portal.

    Raises:
        MemoryUnreadableError: A newer version of this package wrote the state, or it is damaged.
    """
    found = []
    for each in resources:
        known = resource_type_of(each["urn"])
        if known is None or each.get("pendingReplacement"):
            continue
        if explicit_provider_of(each) != provider:
            continue
        outputs = each.get("outputs") or {}
        name = named(known.kind, each.get("id", ""), outputs.get(known.label, ""))
        found.append(StateObject(name, memory_in(outputs).identity))
    return tuple(found)


def require_same_portal(objects: Iterable[StateObject], identity: Identity) -> None:
    """Refuse a state that holds an object of another portal.

    Args:
        objects: The objects in the state.
        identity: The identity of the portal of the settings.

    Raises:
        WrongPortal: An object belongs to another portal.
    """
    for each in objects:
        identity.require_same_portal(each.identity, each.name)
