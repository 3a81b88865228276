"""The move of a state from the dynamic provider to the plugin, or back; no object changes."""

from __future__ import annotations

import uuid
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from pulumi.dynamic.dynamic import serialize_provider

from pulumi_bxbi.dynamic import PROVIDERS
from pulumi_bxbi.stack.pulumi_command import StackError
from pulumi_bxbi.stack.urns import (
    PROVIDER,
    ROOT,
    TYPES,
    Urn,
    explicit_provider_of,
    is_default_provider,
    resource_type_of,
)
from pulumi_bxbi.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.resources.values import Properties
    from pulumi_bxbi.stack.urns import ResourceType

#: What manages a resource.
Adapter = Literal["plugin", "dynamic"]
#: The type of the provider of all dynamic resources.
_DYNAMIC_PROVIDER: Final = "pulumi:providers:pulumi-python"
#: The property of a dynamic resource that holds its provider.
_SERIALIZED: Final = "__provider"
#: The keys of a resource in a state that hold the URN of another one, or a list of URNs.
_URN_KEYS: Final = ("urn", "parent", "deletedWith", "viewOf")
_LIST_KEYS: Final = ("dependencies", "replaceWith")


@dataclass(frozen=True, slots=True)
class Moved:
    """A state whose resources were moved.

    Attributes:
        deployment: The state, as Pulumi imports it.
        names: The names of the moved resources.
        left: The names of those that stay, because their provider leads to another portal.
    """

    deployment: Properties
    names: tuple[str, ...]
    left: tuple[str, ...]


def moved(deployment: Properties, to: Adapter) -> Moved:
    """Return a state with the resources of the stack's own portal managed by another adapter.

    Ids, values, secrets, dependencies, parents, protection and aliases stay as they are.

    Args:
        deployment: The exported state.
        to: What is to manage them.

    Raises:
        StackError: Operations are pending.
    """
    if deployment.get("pending_operations"):
        raise StackError(
            "a deployment was killed, and the state still has its pending operations, so nothing "
            "was moved. Run `bxbi recover` first."
        )
    result = deepcopy(deployment)
    resources: list[Properties] = result.get("resources") or []
    others = [
        (each, known)
        for each in resources
        if (known := resource_type_of(each["urn"])) and each["type"] != _token(known, to)
    ]
    moving = [(each, known) for each, known in others if not explicit_provider_of(each)]
    if moving:
        provider = _default_provider(resources, to)
        urns = {each["urn"]: _renamed(each["urn"], to) for each, _ in moving}
        urns |= _below(resources, urns)
        for each, known in moving:
            each["type"] = _token(known, to)
            each["provider"] = f"{provider['urn']}::{provider['id']}"
            for properties in (each.get("inputs"), each.get("outputs")):
                if isinstance(properties, dict):
                    properties.pop(_SERIALIZED, None)
                    if to == "dynamic":
                        properties[_SERIALIZED] = serialize_provider(PROVIDERS[known]())
        for each in resources:
            _rename_in(each, urns)
    return Moved(
        result,
        tuple(Urn.parse(each["urn"]).name for each, _ in moving),
        tuple(Urn.parse(each["urn"]).name for each, _ in others if explicit_provider_of(each)),
    )


def _token(known: ResourceType, to: Adapter) -> str:
    return known.schema_token if to == "plugin" else known.token


def _renamed(urn: str, to: Adapter) -> str:
    """Return a URN with the type of the resource, and not those of its parents, changed."""
    parsed = Urn.parse(urn)
    known = next(each for each in TYPES if parsed.type in {each.token, each.schema_token})
    return str(parsed._replace(types=parsed.types.removesuffix(parsed.type) + _token(known, to)))


def _below(resources: list[Properties], urns: Mapping[str, str]) -> dict[str, str]:
    """Return the new URNs of resources whose URNs contain the type of a moved parent."""
    all_urns = dict(urns)
    for each in resources:  # a parent comes before its children
        urn, parent = str(each["urn"]), str(each.get("parent") or "")
        if parent in all_urns:
            old_types, new_types = Urn.parse(parent).types, Urn.parse(all_urns[parent]).types
            own = Urn.parse(all_urns.get(urn, urn))
            if own.types.startswith(f"{old_types}$"):
                rest = own.types.removeprefix(old_types)
                all_urns[urn] = str(own._replace(types=new_types + rest))
    return all_urns


def _rename_in(resource: Properties, urns: Mapping[str, str]) -> None:
    for key in _URN_KEYS:
        if key in resource:
            resource[key] = urns.get(resource[key], resource[key])
    for key in _LIST_KEYS:
        if resource.get(key):
            resource[key] = [urns.get(urn, urn) for urn in resource[key]]
    of_properties: dict[str, Any] = resource.get("propertyDependencies") or {}
    for name, found in of_properties.items():
        of_properties[name] = [urns.get(urn, urn) for urn in found or ()]


def _default_provider(resources: list[Properties], to: Adapter) -> Properties:
    """Return the default provider of an adapter in a state; it is added where it is missing."""
    type_ = PROVIDER if to == "plugin" else _DYNAMIC_PROVIDER
    for each in resources:
        if each["type"] == type_ and is_default_provider(Urn.parse(each["urn"]).name):
            return each
    root = Urn.parse(resources[0]["urn"])
    name = f"default_{__version__.replace('.', '_')}" if to == "plugin" else "default"
    added: Properties = {
        "urn": str(root._replace(name=name, types=type_)),
        "custom": True,
        "id": str(uuid.uuid4()),
        "type": type_,
        "inputs": {},
        "outputs": {},
    }
    # Whatever has a provider comes after it; the stack itself has none.
    resources.insert(1 if resources[0]["type"] == ROOT else 0, added)
    return added
