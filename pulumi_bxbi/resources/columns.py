"""How the columns of a table get from what they are to what they should be.

The portal changes columns in one call in the order update, add, delete. So a column cannot be added
while another one with its name or code exists, and what is retyped is deleted and added in two
calls. A table is never left without a column: whether the portal allows that is not documented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_bxbi.portal import Column

#: Stands in for the only column of a table while that is retyped.
PLACEHOLDER: Final = {
    "name": "BXBI_PLACEHOLDER",
    "externalCode": "bxbi_placeholder",
    "type": "string",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One call of ``biconnector.table.fields.update``.

    Attributes:
        add: Columns to be added; they are visible.
        update: Ids of columns and whether they are visible from now on.
        delete: Ids of columns.
    """

    add: tuple[dict[str, Any], ...] = ()
    update: tuple[dict[str, Any], ...] = ()
    delete: tuple[int, ...] = ()

    def parameters(self) -> dict[str, Any]:
        """Return the step as the method takes it."""
        parameters = {
            "add": list(self.add),
            "update": list(self.update),
            "delete": list(self.delete),
        }
        return {name: given for name, given in parameters.items() if given}


def next_step(current: Sequence[Column], wanted: Sequence[dict[str, Any]]) -> Step | None:
    """Return the next call on the way to the wanted columns; ``None`` at its end.

    Columns are compared by name, never by position.

    Args:
        current: The columns of this very table, as they are now.
        wanted: The columns as a program describes them.
    """
    wanted_by_name = {column["name"]: column for column in wanted}
    kept = [column for column in current if _same(column, wanted_by_name.get(column.name))]
    kept_names = {column.name for column in kept}
    removed = [column for column in current if column.name not in kept_names]
    added = [_new(column) for column in wanted if column["name"] not in kept_names]
    update = tuple(
        {"id": column.id, "visible": visible}
        for column in kept
        if (visible := wanted_by_name[column.name].get("visible", True)) != column.visible
    )
    free = tuple(column for column in added if not any(_clash(column, each) for each in removed))
    if kept or free or not removed:
        step = Step(free, update, tuple(column.id for column in removed))
        return step if step.parameters() else None
    if len(removed) == 1:
        return Step(add=(PLACEHOLDER,))
    keeper = max(removed, key=lambda each: sum(not _clash(column, each) for column in added))
    return Step(delete=tuple(column.id for column in removed if column is not keeper))


def _same(column: Column, wanted: dict[str, Any] | None) -> bool:
    # Some portals remove the white space around a code.
    return (
        wanted is not None
        and column.external_code in {wanted["externalCode"], wanted["externalCode"].strip()}
        and column.type == wanted["type"]
    )


def _new(column: dict[str, Any]) -> dict[str, Any]:
    return {key: column[key] for key in ("name", "externalCode", "type")}


def _clash(column: dict[str, Any], other: Column) -> bool:
    return bool(column["name"] == other.name or column["externalCode"] == other.external_code)
