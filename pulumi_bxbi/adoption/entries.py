"""Objects of a portal as entries of an import file.

An entry of a dynamic resource has inputs and outputs, and Pulumi takes over both unchecked. For an
entry of the plugin Pulumi asks the plugin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.dynamic.dynamic import serialize_provider

from pulumi_bxbi.adoption.language import Language
from pulumi_bxbi.dynamic import PROVIDERS
from pulumi_bxbi.portal import NotFound
from pulumi_bxbi.resources.memory import Memory
from pulumi_bxbi.resources.secrets import with_secrets
from pulumi_bxbi.resources.values import State
from pulumi_bxbi.stack.hidden import without_hidden
from pulumi_bxbi.stack.secrets import SIGNATURE, plain, secret
from pulumi_bxbi.stack.state import outputs_of

if TYPE_CHECKING:
    from pulumi_bxbi.adoption.plan import Adopted
    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.resources.values import Properties
    from pulumi_bxbi.stack.urns import ResourceType


def marked(kind: ResourceType, inputs: Properties) -> Properties:
    """Return inputs as an import file has them, with secrets marked.

    Args:
        kind: The type of the resource.
        inputs: Its inputs, by their names in the state.
    """
    return with_secrets(kind.lifecycle.inputs, inputs, secret)


def entry_in(language: Language, adopted: Adopted, parent: str, catalog: Catalog) -> Properties:
    """Return an object of the portal as an entry of an import file.

    Args:
        language: The language of the program that declares it.
        adopted: The object.
        parent: The URN of its parent; empty for the stack itself.
        catalog: The portal's objects, to read the outputs from.

    Raises:
        NotFound: It does not exist, or belongs to another application.
        PortalError: It could not be read.
    """
    kind, name = adopted.kind, adopted.name
    if language is Language.YAML:
        return entry_of_plugin(kind, name, adopted.id, parent, "")
    return entry(kind, name, adopted.id, marked(kind, adopted.inputs), parent, catalog)


def entry(  # noqa: PLR0913, PLR0917  # the parts of an entry
    kind: ResourceType,
    name: str,
    object_id: int,
    inputs: Properties,
    parent: str,
    catalog: Catalog,
) -> Properties:
    """Return an object of the portal as an entry of an import file.

    Args:
        kind: The type of its resource.
        name: Its name in the program.
        object_id: Its id on the portal.
        inputs: Its inputs as the state has them, secrets marked.
        parent: The URN of its parent; empty for the stack itself.
        catalog: The portal's objects, to read the outputs from.

    Raises:
        NotFound: It does not exist, or belongs to another application.
        PortalError: It could not be read.
    """
    given = without_hidden(plain(inputs))
    # With this memory the read returns all that a creation would have recorded.
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
    provider = {"__provider": serialize_provider(PROVIDERS[kind]())}
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


def entry_of_plugin(
    kind: ResourceType, name: str, object_id: int, parent: str, provider: str
) -> Properties:
    """Return an object of the portal as an entry of an import file, which the plugin will read.

    Args:
        kind: The type of its resource.
        name: Its name in the program.
        object_id: Its id on the portal.
        parent: The URN of its parent; empty for the stack itself.
        provider: The URN of its explicit provider; empty for the default one.
    """
    described: Properties = {"type": kind.schema_token, "name": name, "id": str(object_id)}
    owners = {"parent": parent, "provider": provider}
    return described | {key: urn for key, urn in owners.items() if urn}


def _as_given(value: Any, given: Any) -> Any:
    """Return a value of the portal, marked as secret where the input is or holds a secret."""
    if isinstance(given, dict) and SIGNATURE not in given:
        return {key: secret(each) for key, each in value.items()}
    return value if plain(given) == given else secret(value)
