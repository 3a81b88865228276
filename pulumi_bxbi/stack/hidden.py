"""The hidden properties of a resource: the engine shows none whose name begins with ``__``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

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
