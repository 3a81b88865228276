"""Identifies the object that a killed deployment has created, among those with its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.portal.objects.matching import Candidates
    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.recovery.pending import Recorded
    from pulumi_bxbi.stack.state import PendingOperation
    from pulumi_bxbi.stack.urns import ResourceType


@dataclass(frozen=True, slots=True)
class Identified:
    """The object that a pending creation created, as far as it can be identified.

    Attributes:
        made: The object; ``None`` where none was created, or where it is not clear which.
        alike: Where it is not clear, the objects that it may be.
        recorded: The id of the resource in the state; empty where the state does not have it.
        older: Where the state has the resource, the objects of the same name that are older than
            the state. They may belong to an earlier run, or to no run.
    """

    made: PortalObject | None = None
    alike: tuple[PortalObject, ...] = ()
    recorded: str = ""
    older: tuple[PortalObject, ...] = ()

    @property
    def is_clear(self) -> bool:
        """Whether it is clear which object was created, or that none was."""
        return not self.alike

    @property
    def is_nothing(self) -> bool:
        """Whether no object was found, on the portal or in the state."""
        return self.made is None and not self.alike and not self.recorded


def identify(
    operation: PendingOperation, kind: ResourceType, recorded: Recorded, candidates: Candidates[Any]
) -> Identified:
    """Return the object that a creation has created, among those with the same name.

    Args:
        operation: The creation.
        kind: The type of its resource.
        recorded: The state.
        candidates: The objects of the portal with the same name.
    """
    managed = recorded.ids(kind, operation.provider)
    complete, partial = (
        [each for each in found if each.id not in managed]
        for found in (candidates.complete, candidates.partial)
    )
    in_state = recorded.id_of(operation.urn)
    if in_state:
        others = (*complete, *partial)
        older = tuple(each for each in others if recorded.is_older(kind, each, operation.provider))
        return Identified(
            alike=tuple(each for each in others if each not in older),
            recorded=in_state,
            older=older,
        )
    if (
        len(complete) == 1
        and not partial
        and not recorded.is_older(kind, complete[0], operation.provider)
    ):
        return Identified(made=complete[0])
    return Identified(alike=(*complete, *partial))


def assigned_once(findings: Mapping[str, Identified]) -> dict[str, Identified]:
    """Return the findings, with each object assigned to at most one creation.

    An object claimed by two creations is ambiguous and assigned to neither.

    Args:
        findings: The findings of the creations, by their URNs.
    """
    claims = [finding.made for finding in findings.values() if finding.made]
    return {
        urn: Identified(alike=(finding.made,))
        if finding.made and claims.count(finding.made) > 1
        else finding
        for urn, finding in findings.items()
    }
