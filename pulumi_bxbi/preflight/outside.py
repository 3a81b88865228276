"""What the outside systems say of the tables that a plan leaves on the portal.

They are asked as the portal asks them before the plan is carried out: at the addresses of the
connector, and with the values of the source, that the portal has.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.external.client import EndpointError
from pulumi_bxbi.external.drift import DeclaredColumn, DeclaredTable
from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.portal.display import named, one_line
from pulumi_bxbi.preflight.creations import owner_of
from pulumi_bxbi.preflight.findings import Finding, Severity, not_judged, note, warning
from pulumi_bxbi.preflight.ownership import OWNERS
from pulumi_bxbi.preflight.plan import Operation
from pulumi_bxbi.resources.external_place import place_of_source, read_all
from pulumi_bxbi.resources.values import UNKNOWN, known_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pulumi_bxbi.external.comparison import Comparison
    from pulumi_bxbi.external.drift import Drift
    from pulumi_bxbi.external.system import Place
    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.preflight.plan import Plan, Step

#: What a finding begins with where an outside system could not be asked.
_SAID_OF: Final = "What the outside system says of"


@dataclass(frozen=True, slots=True)
class _Table:
    """A table that an outside system can be asked about.

    Attributes:
        step: What the plan does to it.
        declared: The table as it will be.
        source_id: The id of its source.
        place: Where its outside system is asked.
    """

    step: Step
    declared: DeclaredTable
    source_id: int
    place: Place


def tables_after(plan: Plan) -> tuple[Step, ...]:
    """Return the steps of the tables that are there once a plan is carried out."""
    return tuple(step for step in plan.of("table") if step.operation is not Operation.DELETE)


def not_asked(tables: Sequence[Step], problem: str) -> tuple[Finding, ...]:
    """Return the one finding about tables that nobody was asked about; none where there are none.

    Args:
        tables: The steps of the tables.
        problem: Why nobody was asked, as sentences; what to do may follow.
    """
    return (_not_judged("the outside systems", tables, problem),) if tables else ()


def ask_outside(
    tables: Sequence[Step],
    plan: Plan,
    catalog: Catalog,
    outside: Comparison,
    tell: Callable[[str], None],
) -> tuple[Finding, ...]:
    """Compare tables of a plan with the descriptions of their outside systems.

    Args:
        tables: The steps of the tables.
        plan: The plan.
        catalog: The portal's objects.
        outside: Asks the outside systems.
        tell: Takes each line about what goes on.
    """
    by_source, findings = _by_source(tables, plan)
    places, unread = _places(by_source, plan, catalog)
    findings += unread
    asked: list[_Table] = []
    for number, place in places.items():
        for step in by_source[number]:
            declared = _declared(step)
            if declared:
                asked.append(_Table(step, declared, number, place))
            else:
                findings.append(_not_known(step, "its columns are"))
    if asked:
        tell(f"Asking the outside systems about {len(asked)} {_tables(asked)} ...")
    found = outside.drift([(each.declared, each.place) for each in asked])
    answers = list(zip(asked, found, strict=True))
    findings += _unreachable(answers, plan, catalog)
    for table, answer in answers:
        if not isinstance(answer, EndpointError):
            findings += [_drifted(table.step, drift) for drift in answer]
    return tuple(findings)


def _by_source(tables: Iterable[Step], plan: Plan) -> tuple[dict[int, list[Step]], list[Finding]]:
    """Return tables by the ids of their sources, and findings about sources that are not there."""
    by_source: defaultdict[int, list[Step]] = defaultdict(list)
    of_new: defaultdict[str, list[Step]] = defaultdict(list)
    new: dict[str, Step] = {}
    findings = []
    for step in tables:
        owner, number = owner_of(step, plan), step.new_id(OWNERS["table"].reference)
        if number is None and owner and not owner.makes:
            number = owner.id
        if number is not None:
            by_source[number].append(step)
        elif owner:
            new[owner.urn] = owner
            of_new[owner.urn].append(step)
        else:
            findings.append(_not_known(step, "its source is"))
    findings += [
        not_judged(
            new[urn],
            f"{_SAID_OF} {_counted(steps)}: a plan does not show the settings of a source that it "
            "makes.",
            "run `bxbi verify` after `pulumi up`.",
        )
        for urn, steps in of_new.items()
    ]
    return by_source, findings


def _not_known(step: Step, what: str) -> Finding:
    return not_judged(step, f"{_SAID_OF} {step.object}: {what} not known before `pulumi up`.")


def _places(
    by_source: Mapping[int, Sequence[Step]], plan: Plan, catalog: Catalog
) -> tuple[dict[int, Place], list[Finding]]:
    """Return where each source is asked, and findings about those that could not be read."""
    places, findings = {}, []
    if len(by_source) > 1:
        try:
            read_all(catalog)
        except PortalError as error:
            tables = [step for steps in by_source.values() for step in steps]
            return {}, list(not_asked(tables, str(error)))
    for number, steps in by_source.items():
        place = _place(number, catalog)
        if isinstance(place, PortalError):
            subject, urn = f"source {number}", _urn_of(number, plan)
            findings.append(_not_judged(subject, steps, str(place), urn))
        else:
            places[number] = place
    return places, findings


def _place(source_id: int, catalog: Catalog) -> Place | PortalError:
    try:
        return place_of_source(catalog, source_id)
    except PortalError as error:
        return error


def _declared(step: Step) -> DeclaredTable | None:
    """Return a table as a plan wants it; ``None`` where something of it is not known yet."""
    columns, code = known_parts(step.new.get("columns")), step.new.get("externalCode")
    if columns is None or code is UNKNOWN:
        return None
    return DeclaredTable(
        step.object,
        str(code),
        tuple(DeclaredColumn(each["name"], each["externalCode"], each["type"]) for each in columns),
    )


def _unreachable(
    answers: Iterable[tuple[_Table, tuple[Drift, ...] | EndpointError]],
    plan: Plan,
    catalog: Catalog,
) -> Iterator[Finding]:
    """Yield one finding for each source, endpoint and reason, for whichever tables."""
    failed: defaultdict[tuple[int, str, str], list[tuple[Step, EndpointError]]] = defaultdict(list)
    for table, answer in answers:
        if isinstance(answer, EndpointError):
            reason = table.source_id, answer.endpoint.name, answer.observed
            failed[reason].append((table.step, answer))
    for (number, *_), found in failed.items():
        name = named("source", number, catalog.sources.known.object(number).title)
        (_, error), steps = found[0], [step for step, _ in found]
        yield _not_judged(name, steps, str(error), _urn_of(number, plan))


def _drifted(step: Step, drift: Drift) -> Finding:
    finding = warning if drift.change.breaks_reports else note
    observed = f"{drift.observed[:1].lower()}{drift.observed[1:]}"
    return finding(step, f"{step.object}: {observed}", drift.cure)


def _not_judged(subject: str, tables: Sequence[Step], problem: str, urn: str = "") -> Finding:
    """Return the finding that nothing usable is known of tables.

    Args:
        subject: What is to blame.
        tables: The steps of the tables.
        problem: Why, as sentences; what to do may follow.
        urn: The URN of the resource that is to blame; empty where there is none.
    """
    said, _, cure = " ".join(problem.split()).partition(" What to do: ")
    text = f"{_SAID_OF} {_counted(tables)}: {said}"
    return Finding(Severity.NOT_JUDGED, subject, one_line(text), one_line(cure), urn)


def _urn_of(source_id: int, plan: Plan) -> str:
    return next((each.urn for each in plan.of("source") if each.id == source_id), "")


def _counted(tables: Sequence[Step]) -> str:
    """Name tables for people: ``table 7 "orders" and 2 more tables``."""
    others = tables[1:]
    more = f" and {len(others)} more {_tables(others)}" if others else ""
    return f"{tables[0].object}{more}"


def _tables(counted: Sequence[object]) -> str:
    return "table" if len(counted) == 1 else "tables"
