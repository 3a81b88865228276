"""From any columns to any others, on a portal that does as the documentation says."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.portal import Column
from pulumi_bxbi.resources.columns import Step, next_step

COLUMNS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from("ABCD"),
            "externalCode": st.sampled_from("abcd"),
            "type": st.sampled_from(["int", "string"]),
            "visible": st.booleans(),
        }
    ),
    min_size=1,
    unique_by=(lambda column: column["name"], lambda column: column["externalCode"]),
)


class Table:
    """The columns of one table, changed as the portal changes them."""

    def __init__(self, columns: list[dict[str, Any]]) -> None:
        self._next_id = 1
        self.columns: list[Column] = []
        for column in columns:
            self._add(column, visible=column["visible"])

    def apply(self, step: Step) -> None:
        """Update, then add, then delete; a clash refuses the whole call."""
        ids = {column.id for column in self.columns}
        assert {change["id"] for change in step.update} | set(step.delete) <= ids
        for change in step.update:
            self.columns = [
                column.model_copy(update={"visible": change["visible"]})
                if column.id == change["id"]
                else column
                for column in self.columns
            ]
        for column in step.add:
            assert column["name"] not in {each.name for each in self.columns}
            assert column["externalCode"] not in {each.external_code for each in self.columns}
            self._add(column, visible=True)
        self.columns = [column for column in self.columns if column.id not in step.delete]

    def _add(self, column: dict[str, Any], *, visible: bool) -> None:
        described = {**column, "id": self._next_id, "visible": visible}
        self.columns.append(Column.model_validate(described))
        self._next_id += 1


@given(COLUMNS, COLUMNS)
def test_every_way_ends_at_the_wanted_columns_and_is_never_without_one(
    before: list[dict[str, Any]], wanted: list[dict[str, Any]]
) -> None:
    table = Table(before)
    steps = 0

    while step := next_step(table.columns, wanted):
        table.apply(step)
        steps += 1
        assert table.columns
        assert steps <= 5

    found = [
        {
            "name": column.name,
            "externalCode": column.external_code,
            "type": column.type,
            "visible": column.visible,
        }
        for column in table.columns
    ]
    assert sorted(found, key=itemgetter("name")) == sorted(wanted, key=itemgetter("name"))


@given(COLUMNS)
def test_a_column_that_stays_keeps_its_id(wanted: list[dict[str, Any]]) -> None:
    table = Table(wanted)

    assert next_step(table.columns, wanted) is None


def test_what_clashes_with_nothing_needs_one_call() -> None:
    table = Table([{"name": "A", "externalCode": "a", "type": "int", "visible": True}])
    wanted = [{"name": "B", "externalCode": "b", "type": "int"}]

    assert next_step(table.columns, wanted) == Step(add=tuple(wanted), delete=(1,))
