"""Brings a stack and its portal back into agreement after a killed deployment."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.adoption.entries import entry, entry_of_plugin
from pulumi_bxbi.recovery.candidates import Identified, assigned_once, identify
from pulumi_bxbi.recovery.pending import (
    CREATING,
    READING,
    Recorded,
    created_at,
    fields_of,
    import_command,
)
from pulumi_bxbi.stack.pulumi_command import Stack, StackError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.resources.values import Properties
    from pulumi_bxbi.stack.state import PendingOperation
    from pulumi_bxbi.stack.urns import ResourceType

#: The time between two reads of the portal's objects.
_PAUSE_SECONDS: Final = 5.0
#: No call of a deployment is in flight any more if its state is older than this: no call waits so
#: long for the portal's limits, and no clock is so wrong, not even one in another time zone.
_LONG_AGO: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Recovery:
    """The recovery of a stack from a killed deployment.

    Attributes:
        stack: The stack.
        recorded: The state that the deployment has left.
        catalogs: The objects of each portal, by the URN of an explicit provider; by an empty text
            those of the stack's own portal.
        timeout: Seconds after which the portal no longer works on a call.
        started: When this command started, in seconds of ``clock``. A provider sends nothing
            without its engine, so all its calls were sent before.
        tell: Shows one line to the user.
        clock: Returns seconds since any fixed moment.
        now: Returns the time.
        sleep: Waits for a number of seconds.
    """

    stack: Stack
    recorded: Recorded
    catalogs: Mapping[str, Catalog]
    timeout: float
    started: float
    tell: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    sleep: Callable[[float], None] = time.sleep

    def report(self) -> None:
        """Show the pending operations and the objects that they have created so far.

        Raises:
            PortalError: The portal's objects could not be read.
            SettingsError: A setting is missing.
        """
        is_final = self._seconds_left() == 0
        findings = self._look()
        for operation, _ in self._creations():
            self.tell(self._told(operation, findings[operation.urn], is_final=is_final))
        for operation in self._interrupted():
            self.tell(f"{named(operation)}: was interrupted while {operation.action}.")
        first = "" if all(each.is_clear for each in findings.values()) else "Do the steps above. "
        self.tell(f"\n{first}Run `bxbi recover{self.stack.option}` before the next `pulumi up`.")

    def run(self) -> bool:
        """Bring state and portal into agreement; return whether nothing is left to do.

        Raises:
            PortalError: The portal's objects could not be read.
            SettingsError: A setting is missing.
            StackError: Pulumi refused or failed.
        """
        for operation in self._interrupted():
            self.tell(f"{named(operation)}: was interrupted while {operation.action}.")
        changed = self._changed()
        if changed:
            self.tell("Comparing the interrupted changes with the portal (pulumi refresh) ...")
            self.stack.refresh(changed)
            self._compare_later(changed)
        findings = self.look_until_sure()
        made = [
            self._entry(operation, kind, finding.made.id)
            for operation, kind in self._creations()
            if (finding := findings[operation.urn]).made
        ]
        if made:
            # Pulumi imports nothing where the state has a resource whose replacement is pending.
            for urn in self.recorded.replaced():
                if urn in findings and findings[urn].made:
                    self.stack.forget(urn)
            self.stack.import_objects(made)
        for operation, _ in self._creations():
            self.tell(self._told(operation, findings[operation.urn], is_final=True))
        return self._cleared(is_clear=all(each.is_clear for each in findings.values()))

    def _entry(self, operation: PendingOperation, kind: ResourceType, object_id: int) -> Properties:
        """Return the object that a creation has created as an entry of an import file."""
        name, parent, provider = operation.name, operation.parent, operation.provider
        if operation.is_of_plugin:
            return entry_of_plugin(kind, name, object_id, parent, provider)
        catalog = self.catalogs[provider]
        return entry(kind, name, object_id, operation.inputs, parent, catalog)

    def _cleared(self, *, is_clear: bool) -> bool:
        """Clear the pending operations, unless one must be kept: Pulumi clears all or none.

        Returns:
            Whether nothing is left to do for this provider.
        """
        if not is_clear:
            self.tell(
                "\nThe pending operations stay in the state, because not all of them are clear. "
                f"Do the steps above, then run `bxbi recover{self.stack.option}` again. "
                "If the state needs none of these objects, and you keep them on the portal, "
                f"`pulumi refresh --clear-pending-creates{self.stack.option}` makes Pulumi forget "
                "the pending operations."
            )
            return False
        if Recorded.read(self.stack.state()).of_others():
            self.tell(
                "\nAll operations of this provider are recovered. The pending operations stay in "
                "the state because of the other providers: do the steps above, then run "
                f"`bxbi recover{self.stack.option}` again."
            )
            return True
        self.stack.clear_pending_operations(
            {operation.urn: operation.dependencies for operation, _ in self._creations()}
        )
        self.tell("\nState and portal agree, and nothing is pending any more.")
        return True

    def _creations(self) -> list[tuple[PendingOperation, ResourceType]]:
        """Return the creations, one for each resource, as several runs may have been killed."""
        creations = {
            each.urn: (each, each.kind)
            for each in self.recorded.pending
            if each.kind and each.action == CREATING
        }
        return list(creations.values())

    def _interrupted(self) -> list[PendingOperation]:
        """Return the pending operations that are not creations."""
        return [each for each in self.recorded.pending if each.kind and each.action != CREATING]

    def _changed(self) -> list[str]:
        """Return the URNs in the state that a refresh must compare; a read changes no resource."""
        held = {each["urn"] for each in self.recorded.resources}
        urns = (each.urn for each in self._interrupted() if each.action != READING)
        return [urn for urn in urns if urn in held]

    def look_until_sure(self) -> dict[str, Identified]:
        """Look for the created objects until the portal cannot be creating any more."""
        left = self._seconds_left()
        findings = self._look()
        if left and any(each.is_nothing for each in findings.values()):
            self._tell_wait(left)
        while left and any(each.is_nothing for each in findings.values()):
            self.sleep(min(_PAUSE_SECONDS, left))
            left = self._seconds_left()
            findings = self._look()
        return findings

    def _compare_later(self, changed: list[str]) -> None:
        """Refresh once more when the portal cannot be working on a call any more.

        The first refresh has removed the pending operations from the state, so only this run still
        knows them.

        Args:
            changed: The URNs of the resources.
        """
        left = self._seconds_left()
        if not left:
            return
        try:
            self._tell_wait(left)
            self.sleep(left)
            held = {each["urn"] for each in self.stack.state().get("resources") or ()}
            if again := [urn for urn in changed if urn in held]:
                self.tell("Comparing once more ...")
                self.stack.refresh(again)
        except (KeyboardInterrupt, StackError):
            targets = " ".join(f"--target {shlex.quote(urn)}" for urn in changed)
            self.tell(
                f"The comparison of the changes is not final. In {left:.0f} seconds run\n"
                f"  pulumi refresh {targets}{self.stack.option}"
            )
            raise

    def _seconds_left(self) -> float:
        """Return how long the portal may still work on a call; 0 where it cannot any more.

        The state does not show when the last call was sent. A call may wait for the portal's limits
        after the state was written, and the time in the state may be by another machine's clock.
        """
        if self.now() - self.recorded.written > _LONG_AGO:
            return 0
        return max(0, self.started + self.timeout - self.clock())

    def _look(self) -> dict[str, Identified]:
        creations = self._creations()
        collections = {
            (provider, kind.token): kind.lifecycle.collection(self.catalogs[provider])
            for provider, kind in {(operation.provider, kind) for operation, kind in creations}
        }
        listed = {place: tuple(each.list({})) for place, each in collections.items()}
        return assigned_once(
            {
                operation.urn: identify(
                    operation,
                    kind,
                    self.recorded,
                    collections[place].candidates(fields_of(operation, kind), listed[place]),
                )
                for operation, kind in creations
                for place in [(operation.provider, kind.token)]
            }
        )

    def _told(self, operation: PendingOperation, finding: Identified, *, is_final: bool) -> str:
        """Return the outcome of a creation, for people.

        Args:
            operation: The creation.
            finding: The object that it has created.
            is_final: Whether the portal cannot be working on it any more.
        """
        name, kind = named(operation), operation.kind
        if kind is None or finding.is_nothing:
            if not is_final:
                return f"{name}: nothing was created so far; the portal may still be working on it."
            return f"{name}: nothing was created. The next `pulumi up` creates it."
        noun = kind.lifecycle.kind
        if finding.made:
            return f"{name}: {noun} {finding.made.id} was created on the portal."
        if finding.is_clear:
            told = f"{name}: is in the state already, as {noun} {finding.recorded}."
            if finding.older:
                others = ", ".join(_dated(noun, each) for each in finding.older)
                told += (
                    f" The portal has another one with the same name: {others}. Delete it "
                    "there (Analytics hub) if a killed deployment created it."
                )
            return told
        if finding.recorded:
            others = ", ".join(_dated(noun, each) for each in finding.alike)
            return (
                f"{name}: is in the state as {noun} {finding.recorded}, and the portal has another "
                f"one that the killed deployment may have created: {others}. Delete it on the "
                "portal (Analytics hub) if nobody needs it."
            )
        which = (
            "not clear whether the killed deployment created this one. Look at it on the portal, "
            "and take it into the state if so:"
            if len(finding.alike) == 1
            else "not clear what was created. It may be one of these; look at them on the portal, "
            "and take the right one into the state:"
        )
        first = f"{name}: {which}"
        commands = (
            f"  {_dated(noun, each)}: {import_command(operation, kind, each.id, self.stack.option)}"
            for each in finding.alike
        )
        return "\n".join([first, *commands])

    def _tell_wait(self, seconds: float) -> None:
        self.tell(f"The portal may work on a call for {seconds:.0f} seconds more. Waiting ...")


def _dated(noun: str, found: PortalObject) -> str:
    """Return an object with the time of its creation, for people."""
    created = created_at(found)
    return f"{noun} {found.id}" + (f" (created {created})" if created else "")


def named(operation: PendingOperation) -> str:
    """Return the resource of an operation, for people: ``BiSource crm``."""
    resource = operation.kind.lifecycle.resource if operation.kind else operation.urn
    return f"{resource} {operation.name}"
