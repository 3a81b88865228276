"""What the state of a stack knows and a plan does not show.

A plan says nothing of operations that a killed run has left pending, and nothing of old objects
whose deletion has failed and is tried again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pulumi_bxbi.preflight.plan import Operation, going_of, step_of, whole
from pulumi_bxbi.stack.state import objects_in, pending_in
from pulumi_bxbi.stack.urns import Urn, explicit_provider_of, resource_type_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.preflight.plan import Plan, Step
    from pulumi_bxbi.stack.state import PendingOperation, StateObject


@dataclass(frozen=True, slots=True)
class State:
    """What a state knows of this provider's resources, beyond a plan.

    Attributes:
        objects: The resource's name, for the kind and the id of each object that it manages.
        references: For the same, the URNs that its properties come from.
        urns: The URNs of its resources.
        deleting: Objects that were replaced and are still to be deleted.
        going: The resources that are still to be deleted, of any provider: for the URN of each,
            those of the resources before which it goes.
        deleted: The URNs of resources whose old object an earlier run has deleted, without having
            come to make the new one.
        pending: What a killed run has left.
        held: The objects that it holds, with the portal and the application that it remembers.
        problem: Why it could not be read, as a sentence; empty where it was.
        is_elsewhere: Whether it could not be read because the plan is judged away from its project.
    """

    objects: Mapping[tuple[str, int], str] = field(default_factory=dict)
    references: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict)
    urns: tuple[str, ...] = ()
    deleting: tuple[Step, ...] = ()
    going: Mapping[str, frozenset[str]] = field(default_factory=dict)
    deleted: frozenset[str] = frozenset()
    pending: tuple[PendingOperation, ...] = ()
    held: tuple[StateObject, ...] = ()
    problem: str = ""
    is_elsewhere: bool = False

    def complete(self, plan: Plan) -> Plan:
        """Add the deletions that Pulumi does not show, and take out those that are done."""
        shown = {(step.old_urn, step.id) for step in plan.steps}
        hidden = [each for each in self.deleting if (each.urn, each.id) not in shown]
        going = {urn: before for urn, before in plan.going.items() if urn not in self.deleted}
        for urn, before in self.going.items():
            going[urn] = going.get(urn, frozenset()) | before
        steps = (*map(self._remaining, plan.steps), *hidden)
        return replace(plan, steps=tuple(each.among(going) for each in steps), going=going)

    def _remaining(self, step: Step) -> Step:
        """Return what is left to be done of a replacement whose old object is gone."""
        if step.operation is not Operation.REPLACE or step.old_urn not in self.deleted:
            return step
        return replace(step, operation=Operation.CREATE, id=None, old={}, deletes_first=False)


def read_state(deployment: Mapping[str, Any], provider: str = "") -> State:
    """Read an exported state, as far as it is of one portal.

    Args:
        deployment: What ``pulumi stack export`` gives as ``deployment``.
        provider: The URN of an explicit provider; empty for the stack's own portal.
    """
    resources = deployment.get("resources") or ()
    ours = [
        (each, known)
        for each in resources
        if (known := resource_type_of(each["urn"])) and explicit_provider_of(each) == provider
    ]
    managed = {
        (known.kind, number): each
        for each, known in ours
        if not each.get("pendingReplacement") and (number := whole(each.get("id"))) is not None
    }
    return State(
        {key: Urn.parse(each["urn"]).name for key, each in managed.items()},
        {
            key: frozenset(
                urn
                for urns in (each.get("propertyDependencies") or {}).values()
                for urn in urns or ()
            )
            for key, each in managed.items()
        },
        tuple(each["urn"] for each, _ in ours if not each.get("delete")),
        tuple(
            step_of(Operation.DELETE, each["urn"], known.lifecycle, each, {})
            for each, known in ours
            if each.get("delete")
        ),
        going_of(each for each in resources if each.get("delete")),
        frozenset(each["urn"] for each, _ in ours if each.get("pendingReplacement")),
        tuple(each for each in pending_in(deployment) if each.kind and each.provider == provider),
        objects_in(resources, provider),
    )
