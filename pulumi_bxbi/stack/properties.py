"""The properties of a resource as Pulumi passes them: inputs and outputs, and hidden ones.

The engine does not show properties whose names begin with two underscores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.resources.values import Declaration, State, known_parts
from pulumi_bxbi.stack.state import memory_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.resources.values import Properties

#: Inputs that only a check reads, and that no state holds: the name of the resource, and the
#: parameters that the connector of a source declares.
NAME: Final = "__name"
PARAMETERS: Final = "__parameters"
_HIDDEN: Final = "__"


def without_hidden(properties: Mapping[str, Any]) -> Properties:
    """Return the properties that are inputs or outputs.

    Args:
        properties: All properties, in plain text.
    """
    return {key: value for key, value in properties.items() if not key.startswith(_HIDDEN)}


def declaration_in(news: Mapping[str, Any], name: object = None) -> Declaration:
    """Return what a program says of a resource in addition to its inputs.

    Args:
        news: All properties that the program gives, in plain text.
        name: The name of the resource, where the engine sends it.
    """
    name = news.get(NAME) if name is None else name
    parameters = known_parts(news.get(PARAMETERS))
    return Declaration(
        name if isinstance(name, str) else "",
        None if parameters is None else tuple(parameters),
    )


def state_in(object_id: str, properties: Mapping[str, Any]) -> State:
    """Return the state of an object, with its memory apart from its outputs.

    Args:
        object_id: Its id on the portal.
        properties: All properties of the state, in plain text.

    Raises:
        MemoryUnreadableError: A newer version of this package wrote them, or they are damaged.
    """
    return State(object_id, without_hidden(properties), memory_in(properties))
