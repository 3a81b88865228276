"""What a killed deployment has left in the state: operations that began and never ended."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.resources.inputs import check_inputs
from pulumi_bxbi.stack.secrets import plain
from pulumi_bxbi.stack.state import pending_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulumi_bxbi.portal.objects.matching import Candidates
    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.resources.lifecycle import Properties
    from pulumi_bxbi.stack.state import PendingOperation
    from pulumi_bxbi.stack.urns import ResourceType

CREATING: Final = "creating"
UPDATING: Final = "updating"
DELETING: Final = "deleting"
READING: Final = "reading"
#: What was recorded so long before the state was last written is not of the run that wrote it.
_LONGEST_RUN: Final = timedelta(hours=1)
#: Portals tell times in zones of their own.
_ANY_ZONE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The state that a killed deployment has left.

    Attributes:
        written: When it was last written.
        pending: The operations that never ended.
        resources: The resources that it holds.
    """

    written: datetime
    pending: tuple[PendingOperation, ...]
    resources: tuple[Mapping[str, Any], ...]

    @classmethod
    def read(cls, deployment: Mapping[str, Any]) -> Recorded:
        """Read an exported state."""
        return cls(
            _moment(deployment["manifest"]["time"]),
            pending_in(deployment),
            tuple(deployment.get("resources") or ()),
        )

    def id_of(self, urn: str) -> str:
        """Give the id of a resource that the state holds; empty where it holds none."""
        found = (each for each in self.resources if each["urn"] == urn)
        return next((each.get("id", "") for each in found if not _is_going(each)), "")

    def replaced(self) -> list[str]:
        """Name the resources whose old object was deleted, and whose new one is to come."""
        return [each["urn"] for each in self.resources if each.get("pendingReplacement")]

    def ids(self, kind: ResourceType) -> set[int]:
        """Give the ids of all objects of a kind that the state holds."""
        return {int(each["id"]) for each in self._of(kind)}

    def is_older(self, kind: ResourceType, found: PortalObject) -> bool:
        """Tell whether an object was there before the state was last written, by an hour or more.

        Then it is not of the run that wrote it; but it can be of a killed run before that.
        """
        before = self.written - _LONGEST_RUN
        known = (
            int(each["id"])
            for each in self._of(kind)
            if "created" in each and _moment(each["created"]) < before
        )
        if found.id <= max(known, default=0):
            return True
        try:
            created = datetime.strptime(created_at(found), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  # the zone is the portal's, which nobody tells
        except ValueError:
            return False
        return created.replace(tzinfo=timezone.utc) < self.written - _ANY_ZONE

    def _of(self, kind: ResourceType) -> Iterable[Mapping[str, Any]]:
        return (
            each
            for each in self.resources
            if each["type"] == kind.token and str(each.get("id", "")).isdecimal()
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """What a creation that never ended has made, as far as it can be told.

    Attributes:
        made: The object; ``None`` where it is none, or not clear.
        alike: Where it is not clear, the objects that it could be.
        recorded: The id under which the state holds the resource all the same; may be empty.
        older: Where the state holds it, the objects that are called the same and older than the
            state: of a run before the last one, or of nobody's.
    """

    made: PortalObject | None = None
    alike: tuple[PortalObject, ...] = ()
    recorded: str = ""
    older: tuple[PortalObject, ...] = ()

    @property
    def is_clear(self) -> bool:
        """Whether it can be told."""
        return not self.alike

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was made that the state lacks."""
        return self.made is None and not self.alike and not self.recorded


def fields_of(operation: PendingOperation, kind: ResourceType) -> Properties:
    """Return what the ``add`` of a creation has sent.

    Args:
        operation: The creation.
        kind: What it creates.
    """
    given = {key: value for key, value in plain(operation.inputs).items() if key != "__provider"}
    return kind.lifecycle.fields(check_inputs(kind.lifecycle.inputs, given).inputs)


def import_command(
    operation: PendingOperation, kind: ResourceType, object_id: int, option: str
) -> str:
    """Return the command that takes an object into the state as the resource of a creation.

    Args:
        operation: The creation.
        kind: What it creates.
        object_id: The object's id on the portal.
        option: The option that names the stack; empty for the one that is selected.
    """
    command = f"bxbi import {kind.lifecycle.kind} {object_id} --name {shlex.quote(operation.name)}"
    parent = f" --parent {shlex.quote(operation.parent)}" if operation.parent else ""
    return command + parent + option


def find(
    operation: PendingOperation, kind: ResourceType, recorded: Recorded, candidates: Candidates[Any]
) -> Finding:
    """Judge what a creation has made by the objects that are called the same.

    Args:
        operation: The creation.
        kind: What it creates.
        recorded: The state.
        candidates: The objects of the portal with the same name.
    """
    managed = recorded.ids(kind)
    complete, partial = (
        [each for each in found if each.id not in managed]
        for found in (candidates.complete, candidates.partial)
    )
    in_state = recorded.id_of(operation.urn)
    if in_state:
        others = (*complete, *partial)
        older = tuple(each for each in others if recorded.is_older(kind, each))
        return Finding(
            alike=tuple(each for each in others if each not in older),
            recorded=in_state,
            older=older,
        )
    if len(complete) == 1 and not partial and not recorded.is_older(kind, complete[0]):
        return Finding(made=complete[0])
    return Finding(alike=(*complete, *partial))


def once(findings: Mapping[str, Finding]) -> dict[str, Finding]:
    """Let no two creations have made the same object: then it is clear for none of them."""
    claims = [finding.made for finding in findings.values() if finding.made]
    return {
        urn: Finding(alike=(finding.made,))
        if finding.made and claims.count(finding.made) > 1
        else finding
        for urn, finding in findings.items()
    }


def created_at(found: PortalObject) -> str:
    """Give the time at which an object was made, as the portal writes it; empty if it tells none.

    Args:
        found: The object.
    """
    created: str = getattr(found, "date_create", "")
    return created


def _is_going(resource: Mapping[str, Any]) -> bool:
    """Tell whether a resource in the state is only waiting for its end."""
    return bool(resource.get("delete") or resource.get("pendingReplacement"))


def _moment(text: str) -> datetime:
    """Read a time of the engine, which counts nanoseconds and may leave out a fraction."""
    seconds, _, zone = text.partition(".") if "." in text else (text[:19], "", text[19:])
    offset = zone.lstrip("0123456789") or "Z"
    return datetime.fromisoformat(seconds + ("+00:00" if offset == "Z" else offset))
