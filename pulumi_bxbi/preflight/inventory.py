"""What the portal holds of what a plan touches, asked in as few calls as its lists allow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pulumi_bxbi.portal import PortalError, WrongPortal
from pulumi_bxbi.preflight.plan import Operation
from pulumi_bxbi.resources.connector import parameter_codes
from pulumi_bxbi.stack.state import require_same_portal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulumi_bxbi.portal import Catalog, Connector, Source, Table
    from pulumi_bxbi.portal.objects.collection import Collection
    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.preflight.plan import Plan, Step
    from pulumi_bxbi.preflight.state import State

M = TypeVar("M", bound="PortalObject")

#: Values of one condition; more could make the request too long.
_MOST_VALUES: Final = 500
_ORDER: Final = ("connector", "source", "table")


@dataclass(slots=True)
class Questions:
    """What has to be known of the connectors, the sources or the tables.

    Attributes:
        conditions: The values that a field may have, for each field that selects objects.
    """

    conditions: defaultdict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))

    def __bool__(self) -> bool:
        return any(self.conditions.values())

    def __len__(self) -> int:
        return sum(map(len, self.conditions.values()))

    def filter(self) -> dict[str, Any]:
        """Return the filter of one list that answers them all; empty where that is everything.

        The documentation knows no alternatives between the fields of a source, so two fields
        together need the whole list. So does a title: no condition finds those that look like it.
        """
        asked = {name: values for name, values in self.conditions.items() if values}
        if len(asked) != 1 or "title" in asked:
            return {}
        ((name, values),) = asked.items()
        return {} if len(values) > _MOST_VALUES else {f"@{name}": sorted(values)}


@dataclass(frozen=True, slots=True)
class Inventory:
    """What the portal holds of what a plan touches.

    Attributes:
        address: The portal's address; empty where it was not asked.
        connectors: Its connectors by their ids; ``None`` where they are not known.
        sources: Its sources, likewise.
        tables: Its tables, likewise; those whose columns the plan changes have their columns.
        problem: Why something is not known; empty where all that was asked is known.
        application: The ``client_id`` of the application that asked; empty where it is not known.
        wrong_portal: Why the state is not this portal's; ``None`` where it is, and nothing else is
            known otherwise.
    """

    address: str = ""
    connectors: Mapping[int, Connector] | None = None
    sources: Mapping[int, Source] | None = None
    tables: Mapping[int, Table] | None = None
    problem: str = ""
    application: str = ""
    wrong_portal: WrongPortal | None = None

    def found(self, kind: str) -> Mapping[int, PortalObject] | None:
        """Return the connectors, the sources or the tables; ``None`` where they are not known."""
        found: dict[str, Mapping[int, PortalObject] | None] = {
            "connector": self.connectors,
            "source": self.sources,
            "table": self.tables,
        }
        return found[kind]


def questions(plan: Plan) -> dict[str, Questions]:
    """Return what has to be asked, before anything is known.

    Args:
        plan: The plan.

    Returns:
        The questions by the kinds of objects, in the order in which they have to be asked.
    """
    asked = {kind: Questions() for kind in _ORDER}
    for step in plan.steps:
        _of_object(step, asked)
        _of_dependents(step, asked)
    return asked


def take(plan: Plan, state: State, catalog: Catalog) -> Inventory:
    """Ask the portal; what it does not answer is noted in the inventory.

    Args:
        plan: The plan.
        state: What the state knows beyond it.
        catalog: The portal's objects.
    """
    asked = questions(plan)
    found: dict[str, Any] = {}
    problem = application = ""
    try:
        require_same_portal(state.held, catalog.identity)
        if asked["connector"]:
            found["connectors"] = _listed(catalog.connectors, asked["connector"])
        if asked["source"]:
            found["sources"] = _listed(catalog.sources, asked["source"])
            # What `forceDestroy` of a connector would delete below its sources.
            forced = {step.id for step in plan.of("connector") if step.removes and step.forces}
            asked["table"].conditions["sourceId"].update(
                source.id for source in found["sources"].values() if source.connector_id in forced
            )
        if asked["table"]:
            changing = {step.id for step in plan.of("table") if step.id and changes_columns(step)}
            columns = {
                table.id: {"columns": table.columns}
                for table in catalog.tables.without_sources(sorted(changing))
            }
            found["tables"] = {
                number: table.model_copy(update=columns.get(number, {}))
                for number, table in _listed(catalog.tables, asked["table"]).items()
            }
        if any(is_missing(step, Inventory(**found)) for step in plan.steps):
            application = catalog.identity.application()
    except WrongPortal as error:
        return Inventory(catalog.address, wrong_portal=error)
    except PortalError as error:
        problem = str(error)
    return Inventory(catalog.address, problem=problem, application=application, **found)


def is_missing(step: Step, inventory: Inventory) -> bool:
    """Return whether an object to change or to delete is not there for this application."""
    found = inventory.found(step.kind)
    is_needed = step.removes or step.operation is Operation.UPDATE
    return is_needed and step.id is not None and found is not None and step.id not in found


def changes_columns(step: Step) -> bool:
    """Return whether a step changes the columns of a table in place."""
    if step.kind != "table" or step.operation is not Operation.UPDATE:
        return False
    comparable = step.lifecycle.comparable
    return bool(comparable(step.old)["columns"] != comparable(step.new)["columns"])


def lost_parameters(step: Step) -> list[str]:
    """Return the codes of the parameters that a connector declares only until an update."""
    if step.kind != "connector" or step.operation is not Operation.UPDATE:
        return []
    old, new = (parameter_codes(each.get("parameters")) for each in (step.old, step.new))
    return [] if new is None else [code for code in old or () if code not in new]


def _of_object(step: Step, asked: Mapping[str, Questions]) -> None:
    """Ask for what an object that is made or changed needs on the portal."""
    own = asked[step.kind].conditions
    if (step.operation is Operation.UPDATE or step.removes) and step.id:
        own["id"].add(step.id)
    if step.operation is Operation.CREATE and step.kind != "table" and step.label:
        own["title"].add(step.label)
    if step.makes and step.kind == "table" and step.label and not step.keeps_name:
        own["name"].add(step.label)
    if step.kind == "source" and (step.makes or step.operation is Operation.UPDATE):
        asked["connector"].conditions["id"].update(_known(step.new_id("connectorId")))
    if step.kind == "table" and step.makes:
        asked["source"].conditions["id"].update(_known(step.new_id("sourceId")))


def _of_dependents(step: Step, asked: Mapping[str, Questions]) -> None:
    """Ask for the dependents of an object that is deleted, or that asks them for less."""
    if step.kind == "connector" and (step.removes or lost_parameters(step)):
        asked["source"].conditions["connectorId"].update(_known(step.id))
    if step.kind == "source" and step.removes:
        asked["table"].conditions["sourceId"].update(_known(step.id))


def _known(number: int | None) -> Iterable[int]:
    return () if number is None else (number,)


def _listed(objects: Collection[M], asked: Questions) -> dict[int, M]:
    return {each.id: each for each in objects.list(asked.filter())}
