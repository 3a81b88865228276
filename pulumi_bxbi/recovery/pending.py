"""The state that a killed deployment has left, with its pending operations."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.resources.inputs import check_inputs
from pulumi_bxbi.stack.hidden import without_hidden
from pulumi_bxbi.stack.provider_configuration import settings_in_state
from pulumi_bxbi.stack.secrets import plain
from pulumi_bxbi.stack.state import pending_in
from pulumi_bxbi.stack.urns import Urn, explicit_provider_of, resource_type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.resources.values import Properties
    from pulumi_bxbi.settings.loading import Settings
    from pulumi_bxbi.stack.state import PendingOperation
    from pulumi_bxbi.stack.urns import ResourceType

#: The actions of pending operations, as Pulumi names them.
CREATING: Final = "creating"
UPDATING: Final = "updating"
DELETING: Final = "deleting"
READING: Final = "reading"
#: An object that was recorded this long before the last write of the state is from an earlier run.
_LONGEST_RUN: Final = timedelta(hours=1)
#: The largest error of a portal's times, whose time zone is not known.
_ANY_ZONE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The state that a killed deployment has left.

    Attributes:
        written: When it was last written.
        pending: The pending operations.
        resources: The resources in it.
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

    def of_others(self) -> list[PendingOperation]:
        """Return the pending operations of other packages, which may have changed something."""
        return [each for each in self.pending if not each.kind and not each.is_of_provider]

    def id_of(self, urn: str) -> str:
        """Return the id of a resource in the state; empty where the state does not have it."""
        found = (each for each in self.resources if each["urn"] == urn)
        return next((each.get("id", "") for each in found if not _is_going(each)), "")

    def replaced(self) -> list[str]:
        """Return the URNs of resources that have lost their old object and lack their new one."""
        return [each["urn"] for each in self.resources if each.get("pendingReplacement")]

    def ids(self, kind: ResourceType, provider: str) -> set[int]:
        """Return the ids of all objects of a type in the state.

        Args:
            kind: The type.
            provider: The URN of their explicit provider; empty for the stack's own portal.
        """
        return {int(each["id"]) for each in self._of(kind, provider)}

    def settings_of(self, provider: str) -> Settings:
        """Return the settings of an explicit provider, with which the killed deployment called.

        Args:
            provider: Its URN.

        Raises:
            SettingsError: A setting is wrong.
        """
        return settings_in_state(provider, self.resources)

    def is_older(self, kind: ResourceType, found: PortalObject, provider: str) -> bool:
        """Return whether an object existed an hour before the state was last written.

        Then the run that wrote the state did not create it, but an earlier killed run may have.

        Args:
            kind: The type of the object.
            found: The object on the portal.
            provider: The URN of its explicit provider; empty for the stack's own portal.
        """
        before = self.written - _LONGEST_RUN
        known = (
            int(each["id"])
            for each in self._of(kind, provider)
            if "created" in each and _moment(each["created"]) < before
        )
        if found.id <= max(known, default=0):
            return True
        try:
            created = datetime.strptime(created_at(found), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  # the portal's zone is not known
        except ValueError:
            return False
        return created.replace(tzinfo=timezone.utc) < self.written - _ANY_ZONE

    def _of(self, kind: ResourceType, provider: str) -> Iterable[Mapping[str, Any]]:
        return (
            each
            for each in self.resources
            if resource_type_of(each["urn"]) is kind
            and explicit_provider_of(each) == provider
            and str(each.get("id", "")).isdecimal()
        )


def fields_of(operation: PendingOperation, kind: ResourceType) -> Properties:
    """Return the fields that the ``add`` of a creation has sent.

    Args:
        operation: The creation.
        kind: The type of its resource.
    """
    given = without_hidden(plain(operation.inputs))
    return kind.lifecycle.fields(check_inputs(kind.lifecycle.inputs, given).inputs)


def import_command(
    operation: PendingOperation, kind: ResourceType, object_id: int, option: str
) -> str:
    """Return the command that imports an object into the state as the resource of a creation.

    Args:
        operation: The creation.
        kind: The type of its resource.
        object_id: The object's id on the portal.
        option: The option that names the stack; empty for the selected stack.
    """
    if operation.is_of_plugin:
        return _import_command_of_plugin(operation, kind, object_id) + option
    command = f"bxbi import {kind.lifecycle.kind} {object_id} --name {shlex.quote(operation.name)}"
    parent = f" --parent {shlex.quote(operation.parent)}" if operation.parent else ""
    return command + parent + option


def _import_command_of_plugin(
    operation: PendingOperation, kind: ResourceType, object_id: int
) -> str:
    owners = [("parent", operation.parent), ("provider", operation.provider)]
    options = [
        f"--{option} {shlex.quote(f'{Urn.parse(urn).name}={urn}')}" for option, urn in owners if urn
    ]
    name = shlex.quote(operation.name)
    return " ".join(
        [f"pulumi import {kind.schema_token} {name} {object_id}", *options, "--protect=false"]
    )


def created_at(found: PortalObject) -> str:
    """Return when an object was created, as the portal writes it; empty where it is not known.

    Args:
        found: The object.
    """
    created: str = getattr(found, "date_create", "")
    return created


def _is_going(resource: Mapping[str, Any]) -> bool:
    """Return whether a resource in the state is only waiting for its deletion or replacement."""
    return bool(resource.get("delete") or resource.get("pendingReplacement"))


def _moment(text: str) -> datetime:
    """Return a time of the engine, whose fraction has up to nine digits or is missing."""
    seconds, _, zone = text.partition(".") if "." in text else (text[:19], "", text[19:])
    offset = zone.lstrip("0123456789") or "Z"
    return datetime.fromisoformat(seconds + ("+00:00" if offset == "Z" else offset))
