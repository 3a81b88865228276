"""What a state of Pulumi's holds of this provider's objects, and what it remembers of them.

The dynamic resources keep the memory of an object among its outputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.portal.display import named
from pulumi_bxbi.resources.memory import Memory, upgrade_marks_to_version_1
from pulumi_bxbi.resources.types import LIFECYCLES, type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulumi_bxbi.portal.identity import Identity, PortalIdentity
    from pulumi_bxbi.resources.lifecycle import Properties, State

#: Where the memory of an object stands among its outputs. The engine shows no name that begins so.
MEMORY: Final = "__memory"


@dataclass(frozen=True, slots=True)
class StateObject:
    """An object of the portal that a state holds.

    Attributes:
        name: The object, for people: ``source 42 "CRM"``.
        identity: The portal and the application that the state remembers of it.
    """

    name: str
    identity: PortalIdentity


def memory_in(outputs: Mapping[str, Any]) -> Memory:
    """Return what the outputs of a state hold as the memory of their object.

    Args:
        outputs: The outputs, by their names in the state.

    Raises:
        MemoryUnreadableError: A newer version of this package wrote it, or it is damaged.
    """
    if MEMORY in outputs:
        return Memory.parse(outputs[MEMORY])
    return upgrade_marks_to_version_1(outputs)


def outputs_of(state: State) -> Properties:
    """Return the outputs of an object as the engine keeps them, its memory among them."""
    return {**state.outputs, MEMORY: state.memory.to_json()}


def objects_in(resources: Iterable[Mapping[str, Any]]) -> tuple[StateObject, ...]:
    """Return the objects that a state holds, also those that are still to be deleted.

    Args:
        resources: The resources of an exported state.

    Raises:
        MemoryUnreadableError: A newer version of this package wrote the state, or it is damaged.
    """
    found = []
    for each in resources:
        lifecycle = LIFECYCLES.get(type_of(each["urn"]))
        if lifecycle is None or each.get("pendingReplacement"):
            continue
        outputs = each.get("outputs") or {}
        name = named(lifecycle.kind, each.get("id", ""), outputs.get(lifecycle.label, ""))
        found.append(StateObject(name, memory_in(outputs).identity))
    return tuple(found)


def require_same_portal(objects: Iterable[StateObject], identity: Identity) -> None:
    """Refuse a state that holds an object of another portal.

    Args:
        objects: What the state holds.
        identity: The portal that the settings lead to.

    Raises:
        WrongPortal: It does.
    """
    for each in objects:
        identity.require_same_portal(each.identity, each.name)
