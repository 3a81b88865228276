"""What lookups read: a portal, and the outside systems behind its connectors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulumi_bxbi.external.system import ExternalSystem
from pulumi_bxbi.portal.objects.shared_reads import OncePerKey

if TYPE_CHECKING:
    from pulumi_bxbi.external.system import Place
    from pulumi_bxbi.portal import Catalog


def _systems() -> OncePerKey[Place, ExternalSystem]:
    return OncePerKey(ExternalSystem)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads each object and each external table once; may be shared by threads, lives as one run.

    Attributes:
        catalog: The portal's objects.
        external: The outside systems, each by its place.
    """

    catalog: Catalog
    external: OncePerKey[Place, ExternalSystem] = field(default_factory=_systems)
