"""A stack of the fast level: its state, and what ``bxbi import`` and ``bxbi recover`` do to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.adoption import entries
from pulumi_bxbi.resources.description import described
from pulumi_bxbi.resources.secrets import with_secrets
from pulumi_bxbi.stack.urns import CONNECTOR, SOURCE, TABLE
from tests.faults.scenario import IdOf
from tests.protocol.provider_process import DYNAMIC
from tests.protocol.state import Resource
from tests.protocol.values import UNKNOWN, Secret, from_state, without_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.stack.urns import ResourceType
    from tests.faults.scenario import Kind
    from tests.faults.scenario import Resource as Declared
    from tests.protocol.provider import Provider
    from tests.protocol.provider_process import Adapter
    from tests.protocol.state import Pending

_TYPES: Final[dict[Kind, ResourceType]] = {"connector": CONNECTOR, "source": SOURCE, "table": TABLE}
_KINDS: Final[dict[str, Kind]] = {
    token: kind for kind, each in _TYPES.items() for token in (each.token, each.schema_token)
}


@dataclass(slots=True)
class Stack:
    """A stack.

    Attributes:
        name: Its name.
        adapter: What serves its resources.
        resources: The resources of its state, those first that others depend on.
        pending: The steps that its state shows as begun, because the engine was killed.
    """

    name: str
    adapter: Adapter
    resources: list[Resource] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)

    def copy(self) -> Stack:
        """Return a stack that begins with the same state."""
        return replace(self, resources=list(self.resources), pending=list(self.pending))

    def urn(self, kind: Kind, name: str) -> str:
        """Return the URN of a resource."""
        return f"urn:pulumi:{self.name}::test::{self._type(kind)}::{name}"

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
        # The classes of Python mark secrets; a program in YAML gives plain texts.
        resource.inputs = (
            with_secrets(_TYPES[declared.kind].lifecycle.inputs, inputs, Secret)
            if self.adapter is DYNAMIC
            else inputs
        )
        return resource

    def take(
        self, kind: Kind, number: int, name: str, catalog: Catalog, provider: Provider
    ) -> None:
        """Import an object with inputs as the portal has them."""
        lifecycle = _TYPES[kind].lifecycle
        found = lifecycle.collection(catalog).get(number)
        inputs, _ = described(lifecycle, found, catalog)
        self._import(self._resource(kind, name), number, inputs, catalog, provider)

    def recover(self, created: Resource, catalog: Catalog, provider: Provider) -> list[str]:
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
            self._import(created, complete[0], inputs, catalog, provider)
            return []
        return [f"bxbi import {kind} {each}" for each in (*complete, *partial)]

    def _resource(self, kind: Kind, name: str) -> Resource:
        return Resource(self.urn(kind, name), self._type(kind), name, custom=True)

    def _type(self, kind: Kind) -> str:
        return f"{self.adapter.type}{_TYPES[kind].lifecycle.resource}"

    def _import(
        self,
        resource: Resource,
        number: int,
        inputs: dict[str, Any],
        catalog: Catalog,
        provider: Provider,
    ) -> None:
        """Take an object into the state as a resource.

        Args:
            resource: The resource.
            number: The id of the object.
            inputs: The inputs in plain text, which an entry of a dynamic resource has. A plugin is
                asked for them.
            catalog: The portal's objects.
            provider: The provider.
        """
        kind = _TYPES[_KINDS[resource.type]]
        if self.adapter is not DYNAMIC:
            entry = entries.entry_of_plugin(kind, resource.name, number, "", "")
            read = provider.read(resource.urn, entry["id"], {}, {})
            resource.id, resource.outputs, resource.inputs = read[0], read[1], read[2] or {}
            self.resources.append(resource)
            return
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
