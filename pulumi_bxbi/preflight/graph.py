"""What a plan touches, as a graph: connector, source, table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.preflight.creations import owner_of
from pulumi_bxbi.preflight.findings import Severity
from pulumi_bxbi.preflight.ownership import DEPENDENTS, OWNERS
from pulumi_bxbi.preflight.plan import Operation, named, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulumi_bxbi.portal import ObjectRef
    from pulumi_bxbi.preflight.plan import Step
    from pulumi_bxbi.preflight.report import Report

#: What a connector, a source or a table is known by here.
Key = tuple[str, object]


class Status(Enum):
    """What happens to an object."""

    BLOCKED = "blocked"
    IN_THE_WAY = "in the way"
    DELETED = "deleted"
    REPLACED = "replaced"
    CHANGED = "changed"
    CREATED = "created"
    UNCHANGED = "unchanged"


_STATUS: Final = {
    Operation.DELETE: Status.DELETED,
    Operation.REPLACE: Status.REPLACED,
    Operation.UPDATE: Status.CHANGED,
    Operation.CREATE: Status.CREATED,
    Operation.SAME: Status.UNCHANGED,
}


@dataclass(frozen=True, slots=True)
class Node:
    """An object.

    Attributes:
        label: The object, for people.
        status: What happens to it.
    """

    label: str
    status: Status


@dataclass(frozen=True, slots=True)
class Graph:
    """Objects, and which of them depend on which.

    Attributes:
        nodes: The objects.
        edges: Pairs of an object and one that depends on it.
    """

    nodes: dict[Key, Node]
    edges: tuple[tuple[Key, Key], ...]

    def around(self, statuses: Iterable[Status], *, with_dependents: bool = False) -> Graph:
        """Return the part with objects to which certain things happen, and what they depend on.

        Args:
            statuses: What happens to them.
            with_dependents: Whether what depends on them is part of it too.
        """
        wanted = {key for key, node in self.nodes.items() if node.status in statuses}
        if with_dependents:
            wanted |= {dependent for owner, dependent in self.edges if owner in wanted}
        for _ in OWNERS:
            wanted |= {owner for owner, dependent in self.edges if dependent in wanted}
        return Graph(
            {key: node for key, node in self.nodes.items() if key in wanted},
            tuple(edge for edge in self.edges if wanted.issuperset(edge)),
        )


def graph_of(report: Report) -> Graph:
    """Draw what a plan changes, what that depends on, and what is in its way.

    Args:
        report: The report.
    """
    blockers = report.of(Severity.BLOCKER)
    blocked = {(each.urn, each.subject) for each in blockers}
    nodes: dict[Key, Node] = {}
    edges: dict[tuple[Key, Key], None] = {}
    for step in report.plan.steps:
        names = {(step.urn, step.object), (step.urn, named(step.urn))}
        status = _STATUS[step.operation] if blocked.isdisjoint(names) else Status.BLOCKED
        nodes[_key(step)] = Node(step.object, status)
        for owner in _owners(step, report):
            edges[owner[0], _key(step)] = None
            nodes.setdefault(*owner)
    for finding in blockers:
        for object_ in finding.objects:
            _add_object(object_, finding.urn, report, nodes, edges)
    whole_graph = Graph(nodes, tuple(edges))
    return whole_graph.around(set(Status) - {Status.UNCHANGED}, with_dependents=True)


def _key(step: Step) -> Key:
    return (step.urn, None) if step.id is None else (step.kind, step.id)


def _owners(step: Step, report: Report) -> Iterator[tuple[Key, Node]]:
    """Find what an object depends on, and what it depended on before."""
    if step.kind not in OWNERS:
        return
    kind, reference = OWNERS[step.kind]
    owner = owner_of(step, report.plan) if step.new else None
    if owner:
        yield _key(owner), Node(owner.object, _STATUS[owner.operation])
    for properties in filter(None, (step.new, step.old)):
        number = whole(properties.get(reference))
        if number is not None:
            yield (kind, number), Node(f"{kind} {number}", Status.UNCHANGED)


def _add_object(
    object_: ObjectRef,
    urn: str,
    report: Report,
    nodes: dict[Key, Node],
    edges: dict[tuple[Key, Key], None],
) -> None:
    """Add an object of the portal that a blocker names, below the one that it blocks."""
    key = (object_.kind, object_.id)
    nodes.setdefault(key, Node(str(object_), Status.IN_THE_WAY))
    for step in report.plan.steps:
        hangs = DEPENDENTS.get(step.kind, ("", ""))[0] == object_.kind
        if step.urn == urn and step.removes and hangs:
            edges[_key(step), key] = None
