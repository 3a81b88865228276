"""The types of this provider's resources as states and plans name them, and the parts of URNs.

Vendor's page: "Resource names" (https://www.pulumi.com/docs/iac/concepts/resources/names/).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.resources.connector import ConnectorLifecycle
from pulumi_bxbi.resources.source import SourceLifecycle
from pulumi_bxbi.resources.table import TableLifecycle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.resources.object_lifecycle import ObjectLifecycle

#: What each type means, by its token. An object comes after what it hangs on.
LIFECYCLES: Final[Mapping[str, ObjectLifecycle[Any]]] = {
    f"pulumi-python:dynamic/bxbi:{lifecycle.resource}": lifecycle
    for lifecycle in (ConnectorLifecycle(), SourceLifecycle(), TableLifecycle())
}


def stack_of(urn: str) -> str:
    """Give the stack of ``urn:pulumi:STACK::PROJECT::TYPES::NAME``."""
    return urn.split("::", 1)[0].rpartition(":")[2]


def project_of(urn: str) -> str:
    """Give the project of a URN."""
    return urn.split("::", 2)[1]


def types_of(urn: str) -> str:
    """Give the type of a URN, behind those of its parents: ``parent$type``."""
    return urn.split("::", 3)[2]


def type_of(urn: str) -> str:
    """Give the type of a URN, without those of its parents."""
    return types_of(urn).rpartition("$")[2]


def name_of(urn: str) -> str:
    """Give the name in the program, the last part of a URN."""
    return urn.split("::", 3)[-1]
