"""The differences between a declared table and the outside system's description of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.external.columns import mapped
from pulumi_bxbi.portal.display import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pulumi_bxbi.external.answers import DescribedColumn, ListedTable
    from pulumi_bxbi.external.columns import MappedColumn
    from pulumi_bxbi.external.system import ExternalSystem

#: How many new columns are named.
_NAMED: Final = 20
#: What to do about columns that a program takes from the outside system itself.
_LOOKED_UP: Final = (
    "Where the program looks the columns up (get_external_table), `pulumi up` is enough."
)


@dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """A column of a declared table.

    Attributes:
        name: Its name in BI Builder.
        external_code: Its code in the outside system.
        type: The type that it is declared with.
    """

    name: str
    external_code: str
    type: str


@dataclass(frozen=True, slots=True)
class DeclaredTable:
    """A table that a program or a state declares.

    Attributes:
        name: The table, for people: ``table 7 "orders"``.
        external_code: The code that the outside system gets.
        columns: Its columns.
    """

    name: str
    external_code: str
    columns: tuple[DeclaredColumn, ...]


class Change(Enum):
    """How a description differs from what is declared."""

    TABLE_GONE = "table-gone"
    COLUMN_GONE = "column-gone"
    COLUMN_RETYPED = "column-retyped"
    COLUMN_NEW = "column-new"

    @property
    def breaks_reports(self) -> bool:
        """Whether reports on the table break or show wrong values."""
        return self is not Change.COLUMN_NEW


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between a declared table and its description.

    Attributes:
        change: What it is.
        observed: The difference, as a sentence.
        cure: What to do.
    """

    change: Change
    observed: str
    cure: str


def drift_of(table: DeclaredTable, system: ExternalSystem) -> tuple[Drift, ...]:
    """Return the differences between a declared table and what the outside system describes.

    Args:
        table: The declared table.
        system: The outside system, asked with the values of the table's source.

    Raises:
        EndpointError: An endpoint gave no usable answer.
    """
    listed = system.listing(table.external_code)
    if not listed:
        return (gone(table),)
    return drift_from(table, system.columns(listed.code))


def listing_of(table: DeclaredTable, tables: Iterable[ListedTable]) -> ListedTable | None:
    """Return what the outside system lists as a declared table; ``None`` where it does not.

    Args:
        table: The declared table.
        tables: The tables that it lists.
    """
    return next((each for each in tables if each.external_code == table.external_code), None)


def gone(table: DeclaredTable) -> Drift:
    """Return the difference of a declared table that the outside system does not list.

    Args:
        table: The declared table.
    """
    observed = f'The outside system lists no table with the code "{table.external_code}".'
    cure = "take the table out of the program, or give it the code of the table that is meant."
    return Drift(Change.TABLE_GONE, one_line(observed), cure)


def drift_from(table: DeclaredTable, columns: Sequence[DescribedColumn]) -> tuple[Drift, ...]:
    """Return how the description of a table differs from what is declared.

    The order of columns does not count, nor does what people call them outside. The columns that
    are described and not declared are one difference.

    Args:
        table: The declared table.
        columns: The columns that are described.
    """
    described = mapped(columns).columns
    types = {each.code: each.type for each in columns}
    return (*_lost(table.columns, described, types), *_new(table.columns, described))


def _lost(
    declared: Iterable[DeclaredColumn],
    described: Sequence[MappedColumn],
    types: Mapping[str, str],
) -> Iterable[Drift]:
    """Yield the declared columns that are not described, or have another type.

    Args:
        declared: The declared columns.
        described: The described columns as BI Builder has them.
        types: The types that the description says, by the codes of the columns.
    """
    by_code = {each.external_code: each for each in described}
    for column in declared:
        found = by_code.get(column.external_code)
        called = f'Column {column.name} ("{column.external_code}")'
        if found is None:
            observed = f"{called} is declared and not described."
            cure = "take the column out of the program, or give it the code that it has now."
            yield _of_columns(Change.COLUMN_GONE, observed, cure)
        elif found.type != column.type:
            told = f"described as {found.type}"
            if (unknown := types[column.external_code].strip()).lower() != found.type:
                told = (
                    f"described as {unknown}, which BI Builder does not have: it is {found.type} "
                    "there"
                )
            observed = f"{called} is declared as {column.type} and {told}."
            cure = f"declare it as {found.type}, or correct the description."
            yield _of_columns(Change.COLUMN_RETYPED, observed, cure)


def _new(declared: Iterable[DeclaredColumn], described: Sequence[MappedColumn]) -> Iterable[Drift]:
    """Yield the one difference of the columns that are described and not declared, if any."""
    known = {each.external_code for each in declared}
    new = [each for each in described if each.external_code not in known]
    if not new:
        return
    named = [f'"{each.external_code}" ({each.type})' for each in new[:_NAMED]]
    more = f" and {len(new) - _NAMED} more" if len(new) > _NAMED else ""
    subject = "Column" if len(new) == 1 else f"{len(new)} columns:"
    verb = "is" if len(new) == 1 else "are"
    observed = f"{subject} {', '.join(named)}{more} {verb} described and not declared."
    cure = f"declare what reports need, for example with the name {new[0].name}."
    yield _of_columns(Change.COLUMN_NEW, observed, cure)


def _of_columns(change: Change, observed: str, cure: str) -> Drift:
    """Return a difference of columns, with what to do in programs of both kinds.

    Args:
        change: What it is.
        observed: The difference, as a sentence.
        cure: What to do where the program lists the columns.
    """
    return Drift(change, one_line(observed), f"{cure} {_LOOKED_UP}")
