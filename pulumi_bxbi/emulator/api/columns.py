"""The columns of a table: the checks of new columns, and changes of a set of columns."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api import module_errors
from pulumi_bxbi.emulator.api.records import Column
from pulumi_bxbi.emulator.api.values import elements, integer, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pulumi_bxbi.emulator.api.editions import Api
    from pulumi_bxbi.emulator.api.module_errors import Refusal

#: The form of a column's name, and its largest number of characters.
NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*")
LONGEST_NAME: Final = 32


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column that does not have its id yet."""

    name: str
    external_code: str
    type: str

    def numbered(self, column_id: int, *, visible: bool = True) -> Column:
        """Return the column with its id."""
        return Column(column_id, self.name, self.external_code, self.type, visible)


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of a call of `*.fields.update`.

    Attributes:
        visible: Whether columns are visible, by their ids.
        added: The new columns.
        deleted: The ids of the columns to delete.
    """

    visible: Mapping[int, bool]
    added: tuple[NewColumn, ...]
    deleted: frozenset[int]


def first(fields: object, api: Api) -> tuple[NewColumn, ...]:
    """Return the columns of a new table, given as the value of its `fields`."""
    given = elements(fields)
    if not given:
        raise module_errors.FIELDS_EMPTY.error()
    columns = tuple(
        new(element, module_errors.FIELD_MISSING_REQUIRED_PARAMETERS, api) for element in given
    )
    _refuse_repeats((column.name for column in columns), api.duplicate_columns)
    _refuse_repeats(
        (column.external_code for column in columns), module_errors.DUPLICATE_FIELD_CODE
    )
    return columns


def new(element: object, incomplete: Refusal, api: Api) -> NewColumn:
    """Return one new column; keys that cannot be set, such as `visible`, are ignored."""
    given = mapping(element) or {}
    if any(given.get(key) in (None, "") for key in ("name", "externalCode", "type")):
        raise incomplete.error()
    name = given["name"]
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise module_errors.FIELD_NAME_INVALID_FORMAT.error()
    if len(name) > LONGEST_NAME:
        raise module_errors.FIELD_NAME_TOO_LONG.error()
    kind = given["type"]
    if not isinstance(kind, str) or kind not in api.column_types:
        raise module_errors.FIELD_INVALID_TYPE.error()
    return NewColumn(name, str(given["externalCode"]), kind)


def changes(parameters: Mapping[str, object], present: Iterable[Column], api: Api) -> Changes:
    """Return the changes in the parameters of `*.fields.update`.

    New columns may not clash with present ones, even those that the same call deletes: columns
    are added before others are deleted.
    """
    visible = dict(_visibility(element) for element in _array(parameters, "update"))
    added = tuple(
        new(element, module_errors.FIELD_ADD_MISSING_REQUIRED_FIELDS, api)
        for element in _array(parameters, "add")
    )
    deleted = frozenset(_column_id(element) for element in _array(parameters, "delete"))
    _refuse_repeats((column.name for column in added), module_errors.DUPLICATE_FIELD_NAME)
    _refuse_repeats((column.external_code for column in added), module_errors.DUPLICATE_FIELD_CODE)
    present = list(present)
    _refuse_clashes(
        (column.name for column in added),
        {column.name for column in present},
        module_errors.DUPLICATE_EXIST_NAME,
    )
    _refuse_clashes(
        (column.external_code for column in added),
        {column.external_code for column in present},
        module_errors.DUPLICATE_EXIST_CODE,
    )
    return Changes(visible, added, deleted)


def changed(
    present: Iterable[Column], change: Changes, next_id: Callable[[], int]
) -> tuple[Column, ...]:
    """Return the columns of a table after a change: updated, then added, then deleted.

    Ids of columns of other tables are ignored here. A table may end up without columns.
    """
    updated = [
        replace(column, visible=change.visible.get(column.id, column.visible)) for column in present
    ]
    added = [column.numbered(next_id()) for column in change.added]
    return tuple(column for column in updated + added if column.id not in change.deleted)


def _visibility(element: object) -> tuple[int, bool]:
    given = mapping(element) or {}
    column_id, visible = integer(given.get("id")), given.get("visible")
    if column_id is None or not isinstance(visible, bool):
        raise module_errors.FIELD_UPDATE_MISSING_REQUIRED_FIELDS.error()
    return column_id, visible


def _column_id(element: object) -> int:
    column_id = integer(element)
    if column_id is None or column_id < 1:
        raise module_errors.FIELD_DELETE_INVALID_ID.error()
    return column_id


def _array(parameters: Mapping[str, object], name: str) -> list[object]:
    value = parameters.get(name)
    if value is None:
        return []
    given = elements(value)
    if given is None:
        raise module_errors.INVALID_FIELD_TYPE.error(title=name, type="array")
    return given


def _refuse_repeats(names: Iterable[str], refusal: Refusal) -> None:
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise refusal.error(names=", ".join(repeated))


def _refuse_clashes(names: Iterable[str], present: set[str], refusal: Refusal) -> None:
    clashing = [name for name in names if name in present]
    if clashing:
        raise refusal.error(names=", ".join(clashing))
