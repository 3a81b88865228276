"""The lifecycles of the three kinds of objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.resources.connector import ConnectorLifecycle
from pulumi_bxbi.resources.source import SourceLifecycle
from pulumi_bxbi.resources.table import TableLifecycle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.resources.lifecycle import Lifecycle

#: The lifecycles by what the portal calls the objects.
LIFECYCLES: Final[Mapping[str, Lifecycle[Any]]] = {
    each.kind: each for each in (ConnectorLifecycle(), SourceLifecycle(), TableLifecycle())
}
