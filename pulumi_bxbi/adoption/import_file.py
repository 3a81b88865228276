"""The entries of an import file, by which Pulumi takes dynamic resources into a state.

Such an entry has inputs and outputs, and Pulumi believes both.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pulumi.dynamic.dynamic import serialize_provider

from pulumi_bxbi.dynamic import (
    SECRET,
    SIGNATURE,
    BiConnectorProvider,
    BiSourceProvider,
    BiTableProvider,
    PortalProvider,
)
from pulumi_bxbi.portal import NotFound
from pulumi_bxbi.resources.lifecycle import State
from pulumi_bxbi.resources.memory import Memory
from pulumi_bxbi.resources.secrets import secrets_of
from pulumi_bxbi.resources.types import LIFECYCLES, name_of, types_of
from pulumi_bxbi.stack.state import outputs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.resources.lifecycle import Properties
    from pulumi_bxbi.resources.object_lifecycle import ObjectLifecycle

#: Pulumi's resource at the root of every stack.
ROOT: Final = "pulumi:pulumi:Stack"


class ResourceType(NamedTuple):
    """A type of resource as the state names it.

    Attributes:
        token: The type without those of its parents.
        lifecycle: What it means.
        provider: The class that the state stores with each resource.
    """

    token: str
    lifecycle: ObjectLifecycle[Any]
    provider: type[PortalProvider]


def _type(name: str, provider: type[PortalProvider]) -> ResourceType:
    token = f"pulumi-python:dynamic/bxbi:{name}"
    return ResourceType(token, LIFECYCLES[token], provider)


CONNECTOR: Final = _type("BiConnector", BiConnectorProvider)
SOURCE: Final = _type("BiSource", BiSourceProvider)
TABLE: Final = _type("BiTable", BiTableProvider)
#: The types that can be imported, by their tokens. An object comes after what it hangs on.
TYPES: Final = {each.token: each for each in (CONNECTOR, SOURCE, TABLE)}


class Urn(NamedTuple):
    """The parts of a URN that tell the resources of one stack apart.

    Attributes:
        types: The type behind those of its parents: ``parent$type``.
        name: The name in the program.
    """

    types: str
    name: str

    @classmethod
    def parse(cls, urn: str) -> Urn:
        """Take apart ``urn:pulumi:STACK::PROJECT::TYPES::NAME``."""
        return cls(types_of(urn), name_of(urn))

    @classmethod
    def of(cls, token: str, name: str, parent: str) -> Urn:
        """Give the parts of a resource's URN; ``parent`` is a URN, empty for the stack itself."""
        of_parent = cls.parse(parent).types if parent else ROOT
        return cls(token if of_parent == ROOT else f"{of_parent}${token}", name)


def import_file(entries: Iterable[Mapping[str, Any]]) -> str:
    """Write an import file. Secrets are in it in plain text.

    Args:
        entries: What :func:`entry` gives; a ``parent`` is a URN.
    """
    resources = list(entries)
    parents = {each["parent"] for each in resources if "parent" in each}
    return json.dumps({"nameTable": {urn: urn for urn in parents}, "resources": resources})


def marked(inputs: Properties) -> Properties:
    """Return inputs as an import file has them, with what is secret marked."""
    secrets = {name: secret(value) for name, value in secrets_of(inputs).items()}
    return {**inputs, **({"settings": secrets} if "settings" in inputs else secrets)}


def secret(value: object) -> Properties:
    """Write a value so that it is encrypted in the state."""
    return {SIGNATURE: SECRET, "plaintext": json.dumps(value)}


def plain(value: Any) -> Any:
    """Give a value of an exported state without the marks of secrets."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return json.loads(value["plaintext"])
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


def inputs_of(kind: ResourceType, found: PortalObject) -> Properties:
    """Give the inputs of an object with which a program describes it in the shortest way.

    Args:
        kind: What the object is.
        found: The object as it is on the portal.

    Returns:
        The inputs without those that are as if they were not given, by their names in the state.
    """
    fields = {str(each.alias): each for each in kind.lifecycle.inputs.model_fields.values()}
    # A source that is given no `active` is active.
    defaults = {name: True if name == "active" else each.default for name, each in fields.items()}
    inputs = {
        name: value
        for name, value in kind.lifecycle.everything(found).items()
        if fields[name].is_required() or value != defaults[name]
    }
    if isinstance(inputs.get("settings"), dict):
        inputs["settings"] = {code: value for code, value in inputs["settings"].items() if value}
    for column in inputs.get("columns", ()):
        if column["visible"]:
            del column["visible"]
    return inputs


def entry(  # noqa: PLR0913, PLR0917  # what an entry consists of
    kind: ResourceType,
    name: str,
    object_id: int,
    inputs: Properties,
    parent: str,
    catalog: Catalog,
) -> Properties:
    """Describe an object of the portal as an entry of an import file.

    Args:
        kind: What it is.
        name: Its name in the program.
        object_id: Its id on the portal.
        inputs: Its inputs as the state has them, secrets marked.
        parent: The URN of its parent; empty for the stack itself.
        catalog: The portal's objects, to read the outputs from.

    Raises:
        NotFound: There is no such object, or it is another application's.
        PortalError: The portal did not say.
    """
    given = {key: value for key, value in plain(inputs).items() if key != "__provider"}
    # So a read learns all that a creation would have learnt.
    memory = Memory(incomplete=True).of(catalog.identity.present())
    state = kind.lifecycle.read(State(str(object_id), given, memory), catalog)
    if state is None:
        raise NotFound(
            method=f"biconnector.{kind.lifecycle.kind}.get",
            observed="The portal has no such object for this application any more.",
            cure="run the same command again.",
            portal=catalog.address,
            object=f"{kind.lifecycle.kind} {object_id}",
        )
    provider = {"__provider": serialize_provider(kind.provider())}
    described: Properties = {
        "type": kind.token,
        "name": name,
        "id": str(object_id),
        "inputs": {**inputs, **provider},
        "outputs": {
            **{key: _as_given(value, inputs.get(key)) for key, value in outputs_of(state).items()},
            **provider,
        },
    }
    return {**described, "parent": parent} if parent else described


def _as_given(value: Any, given: Any) -> Any:
    """Mark a value of the portal as secret where the same input is, or holds a secret."""
    if isinstance(given, dict) and SIGNATURE not in given:
        return {key: secret(each) for key, each in value.items()}
    return value if plain(given) == given else secret(value)
