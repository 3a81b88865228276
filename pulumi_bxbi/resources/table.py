"""A table: a named set of columns that a source gives.

Vendor's pages: "Table" and the methods ``biconnector.table.*``.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from pulumi_bxbi.portal import OutcomeUnknown, PortalError, Table
from pulumi_bxbi.portal.display import named, one_line
from pulumi_bxbi.portal.objects.models import (
    COLUMN_NAME,
    COLUMN_NAME_RULE,
    COLUMN_TYPES,
    LONGEST_EXTERNAL_TEXT,
)
from pulumi_bxbi.portal.objects.shared_reads import finished
from pulumi_bxbi.resources.column_changes import column_changes
from pulumi_bxbi.resources.columns import next_step
from pulumi_bxbi.resources.inputs import (
    Boolean,
    FilledText,
    Inputs,
    ObjectId,
    Part,
    Parts,
    PassUnknown,
    Text,
    at_least_one,
    at_most,
    check_inputs,
    matching,
    one_of,
    portal_id,
    unique,
)
from pulumi_bxbi.resources.lifecycle import Lifecycle
from pulumi_bxbi.resources.values import (
    UNKNOWN,
    Checked,
    Declaration,
    Diff,
    Note,
    Owner,
    Properties,
    State,
    known_parts,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.portal.objects.collection import Collection
    from pulumi_bxbi.resources.columns import Step
    from pulumi_bxbi.resources.memory import Memory

logger = logging.getLogger(__name__)

#: What the portal says of a table whose name another one has.
_NAME_IS_TAKEN: Final = frozenset({"NAME_EXISTS", "DATASET_ALREADY_EXIST"})
#: Steps from any columns to any others; more would mean that the portal does not do as it says.
_MOST_STEPS: Final = 8

#: The most characters of the name of a table.
_LONGEST_TABLE_NAME: Final = 230
_TABLE_NAME_RULE: Final = (
    f"a lower-case Latin letter, then up to {_LONGEST_TABLE_NAME - 1} of a-z, 0-9 and _"
)

TableName = Annotated[
    str,
    matching(f"[a-z][a-z0-9_]{{0,{_LONGEST_TABLE_NAME - 1}}}", f"must be {_TABLE_NAME_RULE}"),
    PassUnknown,
]
ColumnName = Annotated[
    str,
    matching(COLUMN_NAME.pattern, f"must be {COLUMN_NAME_RULE}"),
    PassUnknown,
]
ExternalText = Annotated[FilledText, at_most(LONGEST_EXTERNAL_TEXT), PassUnknown]


class ColumnInputs(Inputs):
    """A column of a table."""

    noun = "a column"
    label = "name"

    name: ColumnName = Field(
        description=f"The name in BI Builder, such as `ORDER_ID`: {COLUMN_NAME_RULE}; unique in "
        "the table."
    )
    external_code: FilledText = Field(
        description="The code in the outside system, unique in the table."
    )
    type: Annotated[str, one_of(*COLUMN_TYPES), PassUnknown] = Field(
        description="`int`, `string`, `double`, `date`, `datetime`, `money` or `timezone`."
    )
    visible: Boolean = Field(default=True, description="Whether BI Builder gets to see it.")


class TableInputs(Inputs):
    """A table of a source: a named set of columns that datasets are built on."""

    noun = "BiTable"

    source_id: ObjectId = Field(
        description="The id of the source that the table belongs to. A different value replaces "
        "the table.",
        json_schema_extra={"willReplaceOnChanges": True},
    )
    name: TableName = Field(
        description="The name in BI Builder, unique on the whole portal, also among tables that "
        f"the application cannot see: {_TABLE_NAME_RULE}. A different value replaces the table.",
        json_schema_extra={"willReplaceOnChanges": True},
    )
    external_name: ExternalText = Field(
        description=f"The name in the outside system, at most {LONGEST_EXTERNAL_TEXT} characters. "
        "A different value replaces the table.",
        json_schema_extra={"willReplaceOnChanges": True},
    )
    external_code: ExternalText = Field(
        description="The code in the outside system, which the endpoints get as `table`, at most "
        f"{LONGEST_EXTERNAL_TEXT} characters. A different value replaces the table.",
        json_schema_extra={"willReplaceOnChanges": True},
    )
    columns: Annotated[
        list[Annotated[ColumnInputs, Part, PassUnknown]],
        AfterValidator(unique("name", "external_code")),
        at_least_one("column"),
        Parts,
        PassUnknown,
    ] = Field(
        description="The columns, at least one: a list of name, externalCode, type and visible. "
        "Compared by name, never by position; they change in place."
    )
    description: Text = Field(
        default="", description="Free text for people; empty where it is not given."
    )


class TableOutputs(BaseModel):
    """What the portal adds to a table."""

    model_config = ConfigDict(alias_generator=to_camel)

    type: str = Field(description="`rest` for every table that is made by REST.")
    date_create: str = Field(
        description="When it was created: `Y-m-d H:i:s` in the portal's time zone."
    )
    date_update: str = Field(
        description="When it was last changed, in the same form; empty before the first change."
    )
    created_by_id: int = Field(description="The id of the user who created it.")
    updated_by_id: int = Field(
        description="The id of the user who last changed it; 0 before the first change."
    )
    external_id: int = Field(
        description="The id of the BI Builder dataset that was made together with it; 0 where "
        "there is none."
    )


class TableLifecycle(Lifecycle[Table]):
    """What check, diff, create, read, update and delete mean for a table."""

    resource = "BiTable"
    kind = "table"
    inputs = TableInputs
    outputs = TableOutputs
    label = "name"
    owner = Owner("source", "sourceId")
    is_unique = True
    replacing = ("sourceId", "name", "externalName", "externalCode")
    state_only = frozenset[str]()
    renamed = {"columns": "fields"}  # noqa: RUF012  # a class variable of the base class

    def collection(self, catalog: Catalog) -> Collection[Table]:
        """Return all tables."""
        return catalog.tables

    def to_inputs(self, found: Table) -> Properties:
        """Describe a table by all its inputs, as far as they were read."""
        described = {
            "sourceId": found.source_id,
            "name": found.name,
            "externalName": found.external_name,
            "externalCode": found.external_code,
            "columns": None
            if found.columns is None
            else [
                {
                    "name": column.name,
                    "externalCode": column.external_code,
                    "type": column.type,
                    "visible": column.visible,
                }
                for column in found.columns
            ],
            "description": found.description,
        }
        return {key: value for key, value in described.items() if value is not None}

    def project(self, found: Table, given: Properties, memory: Memory) -> Properties:
        """Describe a table with its columns in the order of the program, others behind them."""
        observed = super().project(found, given, memory)
        if "columns" in observed and isinstance(given["columns"], list):
            order = {
                column.get("name"): place
                for place, column in enumerate(given["columns"])
                if isinstance(column, dict)
            }
            observed["columns"].sort(key=lambda column: order.get(column["name"], len(order)))
        return observed

    def judge(
        self,
        news: Mapping[str, Any],
        _catalog: Catalog | None,
        _declaration: Declaration | None = None,
    ) -> Checked:
        """Judge the inputs by themselves; the portal has nothing to add before it acts."""
        return check_inputs(TableInputs, news)

    def comparable(self, properties: Mapping[str, Any]) -> Properties:
        """Bring a state or inputs into a form in which the order of columns does not matter."""
        comparable = super().comparable(properties)
        columns = comparable["columns"]
        if isinstance(columns, list) and all(isinstance(each, dict) for each in columns):
            visible = [{"visible": True, **each} for each in columns]
            comparable["columns"] = sorted(visible, key=lambda each: str(each.get("name")))
        return comparable

    def diff(self, old: State, news: Mapping[str, Any], catalog: Catalog | None) -> Diff:
        """Compare the state with the inputs; the old table goes first, unless the name changes.

        Raises:
            WrongPortal: The state remembers the table of another portal.
        """
        diff = super().diff(old, news, catalog)
        olds, new_name = old.outputs, news.get("name")
        renamed = "name" in olds and new_name is not UNKNOWN and new_name != olds["name"]
        return replace(diff, delete_before_replace=not renamed)

    def notes(
        self,
        old: State | None,
        news: Mapping[str, Any],
        _catalog: Catalog | None,
        _declaration: Declaration,
    ) -> list[Note]:
        """Return what becomes of the columns: the engine compares them by position.

        Args:
            old: The state; ``None`` for a table that is created.
            news: The checked inputs.
        """
        if old is None:
            return []
        before, after = self.comparable(old.outputs), self.comparable(news)
        name = self.named(old.id, old.outputs)
        replacing = [
            each for each in self.replacing if each in old.outputs and before[each] != after[each]
        ]
        if replacing:
            dataset, why = int(old.outputs.get("externalId") or 0), ", ".join(replacing)
            return [Note(f"{name} is replaced, because of {why}: {left_behind(dataset)}")]
        was, is_ = known_parts(before["columns"]), known_parts(after["columns"])
        if was is None or is_ is None or was == is_:
            return []
        others = [key for key in before if key != "columns" and before[key] != after[key]]
        changes = column_changes(was, is_)
        told = [
            *changes.sentences(),
            f"changes {', '.join(others)}" if others else "nothing else changes",
        ]
        text = f"{name} {one_line('; '.join(told))}"
        return [Note(text, is_warning=bool(changes.losses()))]

    def outcome(self, old: State, news: Mapping[str, Any]) -> list[Note]:
        """Return that people see a change of the columns later.

        Args:
            old: The state before.
            news: The checked inputs.
        """
        if self.comparable(old.outputs)["columns"] == self.comparable(news)["columns"]:
            return []
        name = self.named(old.id, old.outputs)
        return [
            Note(
                f"{name}: BI Builder shows its old rows until somebody synchronises it with the "
                "source (Analytics hub)"
            )
        ]

    def create(self, news: Mapping[str, Any], catalog: Catalog) -> State:
        """Create the table, then hide the columns that are to be hidden.

        Raises:
            InvalidInputsError: A check would refuse the inputs.
            PortalError: The portal did not create it.
        """
        try:
            state = super().create(news, catalog)
        except PortalError as error:
            raise _with_holder(error, str(news["name"]), catalog) from None
        wanted = state.outputs["columns"]
        if all(column.get("visible", True) for column in wanted):
            return state
        try:
            self._change_columns(int(state.id), state.outputs, catalog)
        except PortalError as error:
            logger.warning(
                "%s is on the portal, but its columns %s are still visible. The next `pulumi up` "
                "hides them. %s",
                self.named(state.id, state.outputs),
                ", ".join(each["name"] for each in wanted if not each.get("visible", True)),
                error,
            )
            shown = [{**column, "visible": True} for column in wanted]
            return State(state.id, {**state.outputs, "columns": shown}, state.memory)
        return state

    def changed(self, number: int, old: State, inputs: Properties, catalog: Catalog) -> State:
        """Change the columns, then the description, and read the table back.

        Raises:
            PortalError: The portal did not change it, or changed only some of its columns.
        """
        if self.comparable(old.outputs)["columns"] == self.comparable(inputs)["columns"]:
            return super().changed(number, old, inputs, catalog)
        table = self._change_columns(number, inputs, catalog)
        old = State(old.id, {**old.outputs, "columns": inputs["columns"]}, old.memory)
        if self.changed_fields(old.outputs, inputs, catalog):
            return super().changed(number, old, inputs, catalog)
        return self.written(inputs, finished(table), self.fields(inputs), old, catalog)

    def fields(self, properties: Properties) -> Properties:
        """Return properties as the portal takes them: it does not let new columns be hidden."""
        fields = super().fields(properties)
        if "fields" in fields:
            fields["fields"] = [
                {key: value for key, value in column.items() if key != "visible"}
                for column in fields["fields"]
            ]
        return fields

    def remove(self, old: State, catalog: Catalog) -> None:
        """Delete the table (``biconnector.table.delete``); datasets built on it stay.

        Raises:
            NotFound: It is not there for this application.
            PortalError: The portal did not delete it.
        """
        number = portal_id(self.resource, old.id)
        catalog.tables.delete(number, str(old.outputs.get("name") or ""))

    def _change_columns(self, number: int, wanted: Properties, catalog: Catalog) -> Table:
        """Go step by step from the columns that the table has to those that are wanted.

        Returns:
            The table with these columns, without its source.

        Each step starts from a fresh read of this very table, because the portal deletes a column
        by its id alone, whatever table it belongs to.
        """
        name = wanted["name"]
        lost: PortalError | None = None
        for _ in range(_MOST_STEPS):
            table = catalog.tables.without_source(number)
            step = next_step(table.columns or (), wanted["columns"])
            if step is None:
                return table
            lost = self._take(step, number, name, catalog, after=lost)
        if lost:
            raise lost
        raise PortalError(
            method="biconnector.table.fields.update",
            observed="The portal accepts changes of the columns, but does not make them.",
            cure="look at the table in the portal's Analytics hub.",
            portal=catalog.address,
            object=self.named(str(number), wanted),
        )

    def _take(
        self,
        step: Step,
        number: int,
        name: str,
        catalog: Catalog,
        *,
        after: PortalError | None,
    ) -> PortalError | None:
        """Take a step, and return the error that leaves open whether it was taken.

        A call without an answer may reach the portal late, after the step was sent again. Then the
        portal carries out one of the two and refuses the other.
        """
        try:
            catalog.tables.update_columns(number, name, step.parameters())
        except OutcomeUnknown as error:
            return error
        except PortalError as error:
            if error.code.upper() == "DATASET_UPDATE_ERROR":
                logger.warning(
                    "%s: its columns were changed, but the portal could not tell BI Builder "
                    "(DATASET_UPDATE_ERROR: %s). Synchronise the table in the Analytics hub.",
                    self.named(str(number), {"name": name}),
                    error.description,
                )
            elif isinstance(after, OutcomeUnknown):
                return error
            else:
                raise
        return None


def left_behind(dataset: int) -> str:
    """Return what a table that goes leaves behind in BI Builder.

    Args:
        dataset: The id of the BI Builder dataset that was made with it; 0 where there is none.
    """
    what = "what people built on it in BI Builder"
    if dataset:
        made_with_it = f"BI Builder dataset {dataset}, which was made with it"
        what = f"{made_with_it}, and what else people built on it"
    return f"{what} is left without data (Analytics hub > Unused elements)"


def _with_holder(error: PortalError, name: str, catalog: Catalog) -> PortalError:
    """Add to the error of a name that is taken which table has it, if this application sees it."""
    if error.code.upper() not in _NAME_IS_TAKEN:
        return error
    with suppress(PortalError):
        for table in catalog.tables.list({"=name": name}):
            holder = named("table", table.id, table.name)
            error.cure = (
                f"{holder} of source {table.source_id} has this name. If a table of the same "
                "program is to give the name up, `bxbi preflight` tells the order. If no stack has "
                f"that table, it can be imported: `bxbi import table {table.id} --name NAME`."
            )
    return error
