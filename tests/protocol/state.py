"""The state of a stack, as the engine keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tests.protocol.values import in_state

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(slots=True, eq=False)
class Resource:
    """A resource of the state.

    Attributes:
        urn: Its name in the engine.
        type: Its type, without its parents'.
        name: Its name in the program.
        custom: Whether a provider manages it.
        id: The id of its object; empty for what no provider manages.
        inputs: What the program gave, after the provider's check.
        outputs: What the provider answered.
        parent: The URN of its parent, or empty.
        dependencies: The URNs that it depends on, sorted.
        dependencies_of: The URNs that each of its inputs depends on.
        external: Whether it was only read.
        protected: Whether it must not be deleted.
        retained: Whether its object stays when it is deleted.
        deleted_with: The URN with which its object vanishes, or empty.
        replaced: Whether another has taken its place, and it is still to be deleted.
        pending_replacement: Whether its object is gone, and a new one has not come yet.
    """

    urn: str
    type: str
    name: str
    custom: bool
    id: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    parent: str = ""
    dependencies: tuple[str, ...] = ()
    dependencies_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    external: bool = False
    protected: bool = False
    retained: bool = False
    deleted_with: str = ""
    replaced: bool = False
    pending_replacement: bool = False

    @property
    def known(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Its inputs and outputs."""
        return self.inputs, self.outputs

    @property
    def needed(self) -> set[str]:
        """The URNs that have to be there as long as it is."""
        return {each for each in (*self.dependencies, self.parent, self.deleted_with) if each}

    def exported(self) -> dict[str, Any]:
        """Return what an exported state says of it."""
        document: dict[str, Any] = {
            "urn": self.urn,
            "custom": self.custom,
            "type": self.type,
            "id": self.id,
            "inputs": in_state(self.inputs),
            "outputs": in_state(self.outputs),
            "parent": self.parent,
            "dependencies": list(self.dependencies),
            "delete": self.replaced,
            "external": self.external,
            "pendingReplacement": self.pending_replacement,
        }
        return {key: each for key, each in document.items() if each not in ("", False, [])}


@dataclass(frozen=True, slots=True)
class Pending:
    """A step that a state shows as begun.

    Attributes:
        action: What the step does.
        resource: The resource; of a creation as it is to be.
    """

    action: Literal["creating", "updating", "deleting", "reading"]
    resource: Resource


def deletable_together(resources: Iterable[Resource]) -> list[list[Resource]]:
    """Put resources into groups that are deleted one after the other, dependents first.

    The engine begins with those that depend on none of the others, and turns the groups round in
    the end. In which order it begins those of one group is left to chance; here the newest first.
    """
    left = list(resources)
    groups: list[list[Resource]] = []
    while left:
        urns = {each.urn for each in left}
        group = [each for each in left if not each.needed & urns]
        groups.append(group[::-1])
        left = [each for each in left if each not in group]
    return groups[::-1]


def depending_on(urn: str, resources: Iterable[Resource]) -> list[Resource]:
    """Return the resources that depend on one, directly or not, in their order."""
    urns = {urn}
    found: list[Resource] = []
    for each in resources:
        if each.needed & urns and not each.replaced:
            urns.add(each.urn)
            found.append(each)
    return found
