"""The properties of a resource as Pulumi passes them: inputs and outputs, and hidden ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_bxbi.resources.values import Declaration, State, known_parts
from pulumi_bxbi.stack.hidden import NAME, PARAMETERS, without_hidden
from pulumi_bxbi.stack.state import memory_in

if TYPE_CHECKING:
    from collections.abc import Mapping


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
