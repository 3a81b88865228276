"""A stack of the fast level: its state, and what ``bxbi import`` and ``bxbi recover`` do to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.adoption import entries
from pulumi_bxbi.resources.description import described
from pulumi_bxbi.resources.secrets import with_secrets
from pulumi_bxbi.stack.urns import CONNECTOR, SOURCE, TABLE
from tests.faults.scenario import IdOf
from tests.protocol.state import Resource
from tests.protocol.values import UNKNOWN, Secret, from_state, without_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.stack.urns import ResourceType
    from tests.faults.scenario import Kind
    from tests.faults.scenario import Resource as Declared
    from tests.protocol.state import Pending

_TYPES: Final[dict[Kind, ResourceType]] = {"connector": CONNECTOR, "source": SOURCE, "table": TABLE}
_KINDS: Final[dict[str, Kind]] = {each.token: kind for kind, each in _TYPES.items()}


@dataclass(slots=True)
class Stack:
    """A stack.

    Attributes:
        name: Its name.
        resources: The resources of its state, those first that others depend on.
        pending: The steps that its state shows as begun, because the engine was killed.
    """

    name: str
    resources: list[Resource] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)

    def urn(self, kind: Kind, name: str) -> str:
        """Return the URN of a resource."""
        return f"urn:pulumi:{self.name}::test::{_TYPES[kind].token}::{name}"

    def present(self) -> dict[str, Resource]:
        """Return the resources that no others have replaced, by their names."""
        return {each.name: each for each in self.resources if not each.replaced}

    def tracked(self) -> dict[str, tuple[Kind, int]]:
        """Return the objects of these resources."""
        return {name: _object_of(each) for name, each in self.present().items()}

    def known(self) -> set[tuple[Kind, int]]:
        """Return the objects of all resources."""
        return {_object_of(each) for each in self.resources}

    def declared(self, declared: Declared, registered: Mapping[str, Resource]) -> Resource:
        """Return a resource as its program registers it with the engine.

        Args:
            declared: The resource.
            registered: Those that the program has registered before, by their names.
        """
        resource = self._resource(declared.kind, declared.name)
        inputs = dict(declared.properties)
        for key, value in declared.properties.items():
            if isinstance(value, IdOf):
                owner = registered[value.name]
                inputs[key] = owner.id or UNKNOWN
                resource.dependencies_of[key] = (owner.urn,)
        owners = {urn for urns in resource.dependencies_of.values() for urn in urns}
        resource.dependencies = tuple(sorted(owners))
        resource.inputs = with_secrets(_TYPES[declared.kind].lifecycle.inputs, inputs, Secret)
        return resource

    def take(self, kind: Kind, number: int, name: str, catalog: Catalog) -> None:
        """Import an object with inputs as the portal has them."""
        lifecycle = _TYPES[kind].lifecycle
        found = lifecycle.collection(catalog).get(number)
        inputs, _ = described(lifecycle, found, catalog)
        self._import(self._resource(kind, name), number, inputs, catalog)

    def recover(self, created: Resource, catalog: Catalog) -> list[str]:
        """Import what a pending creation has made.

        Returns:
            The commands that import what it may have made, where that is not clear.
        """
        kind, inputs = _KINDS[created.type], without_secrets(created.inputs)
        lifecycle, known = _TYPES[kind].lifecycle, self.known()
        objects = lifecycle.collection(catalog)
        candidates = objects.candidates(lifecycle.fields(inputs), objects.list({}))
        complete, partial = (
            [each.id for each in found if (kind, each.id) not in known]
            for found in (candidates.complete, candidates.partial)
        )
        if len(complete) == 1 and not partial and created.name not in self.present():
            self._import(created, complete[0], inputs, catalog)
            return []
        return [f"bxbi import {kind} {each}" for each in (*complete, *partial)]

    def _resource(self, kind: Kind, name: str) -> Resource:
        return Resource(self.urn(kind, name), _TYPES[kind].token, name, custom=True)

    def _import(
        self, resource: Resource, number: int, inputs: dict[str, Any], catalog: Catalog
    ) -> None:
        """Take an object into the state as a resource; the inputs are in plain text."""
        kind = _TYPES[_KINDS[resource.type]]
        given = entries.marked(kind, inputs)
        entry = entries.entry(kind, resource.name, number, given, "", catalog)
        resource.id = entry["id"]
        resource.inputs = from_state(entry["inputs"])
        resource.outputs = from_state(entry["outputs"])
        for properties in (resource.inputs, resource.outputs):
            del properties["__provider"]
        self.resources.append(resource)


def _object_of(resource: Resource) -> tuple[Kind, int]:
    return _KINDS[resource.type], int(resource.id)
