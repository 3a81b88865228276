"""The columns of BI Builder that stand for the columns of an outside system.

Names and types depend on the set of the columns alone, not on their order.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.portal.objects.models import COLUMN_NAME, COLUMN_TYPES, LONGEST_COLUMN_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pulumi_bxbi.external.answers import DescribedColumn

#: The name of a column whose own has no letter, and the prefix of a name that begins with a digit.
_NAMELESS: Final = "COLUMN"
#: The type that the portal gives to columns of unknown types.
_ANY_TYPE: Final = "string"


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column as a table of BI Builder may have it.

    Attributes:
        name: Its name in BI Builder, valid and unique.
        external_code: Its code in the outside system, unique.
        type: A type of BI Builder.
    """

    name: str
    external_code: str
    type: str


@dataclass(frozen=True, slots=True)
class MappedColumns:
    """The columns of a table, as far as BI Builder can have them.

    Attributes:
        columns: The columns, in the order of the description.
        unmapped: What BI Builder has no match for, each a clause for people.
    """

    columns: tuple[MappedColumn, ...]
    unmapped: tuple[str, ...]


def mapped(described: Sequence[DescribedColumn]) -> MappedColumns:
    """Return the columns of BI Builder for described columns.

    A name is transliterated, and numbered where several columns would have the same one: the column
    whose code comes first keeps it. A type that BI Builder does not have becomes ``string``, as on
    the portal. Of columns with the same code one is taken.

    Args:
        described: The columns, as the endpoint describes them.
    """
    first: dict[str, DescribedColumn] = {}
    for each in sorted(described, key=lambda column: (column.code, column.name, column.type)):
        first.setdefault(each.code, each)
    names = _names(first.values())
    taken = [first[code] for code in dict.fromkeys(each.code for each in described)]
    columns = tuple(
        MappedColumn(names[each.code], each.code, _known_type(each) or _ANY_TYPE) for each in taken
    )
    return MappedColumns(columns, (*_unknown_types(taken), *_repeated(described)))


def _known_type(column: DescribedColumn) -> str:
    """Return the type of BI Builder that a column has; empty where it has another one."""
    lower = column.type.strip().lower()
    return lower if lower in COLUMN_TYPES else ""


def _unknown_types(columns: Iterable[DescribedColumn]) -> Iterable[str]:
    for each in columns:
        if not _known_type(each):
            yield one_line(
                f'column "{each.code}" has the type "{each.type}", which BI Builder does not '
                f"have: it is {_ANY_TYPE} there"
            )


def _repeated(columns: Iterable[DescribedColumn]) -> Iterable[str]:
    for code, times in Counter(each.code for each in columns).items():
        if times > 1:
            yield one_line(f'column "{code}" is described {times} times: one of them is taken')


def _names(columns: Iterable[DescribedColumn]) -> Mapping[str, str]:
    """Return the names by the codes.

    A name that a column has without a number is never given to another one.

    Args:
        columns: The columns in the order of their codes.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    others: list[tuple[str, str]] = []
    for column in columns:
        name = _name(column)
        if name in taken:
            others.append((column.code, name))
        else:
            names[column.code] = name
            taken.add(name)
    numbers: Counter[str] = Counter()
    for code, name in others:
        numbered = name
        while numbered in taken:
            # Longer names may become the same when they are cut, so they share their numbers.
            start = name[: LONGEST_COLUMN_NAME - 2]
            numbers[start] += 1
            suffix = f"_{numbers[start] + 1}"
            numbered = f"{name[: LONGEST_COLUMN_NAME - len(suffix)]}{suffix}"
        names[code] = numbered
        taken.add(numbered)
    return names


def _name(column: DescribedColumn) -> str:
    """Return the name of a column by itself, in upper-case Latin letters."""
    if COLUMN_NAME.fullmatch(upper := column.name.strip().upper()):
        return upper
    # Its table of letters takes a while to import, and few names need it.
    from slugify import slugify  # noqa: PLC0415

    slug = slugify(column.name, separator="_") or slugify(column.code, separator="_")
    name = slug.upper()
    if not name[:1].isalpha():
        name = f"{_NAMELESS}_{name}" if name else _NAMELESS
    return name[:LONGEST_COLUMN_NAME].rstrip("_")
