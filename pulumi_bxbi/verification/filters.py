"""Filters on trial: each form that is documented, or that the vendor's own connectors read.

The documentation says that ``filter`` has conditions by the names of columns, and not in which
form. Which rows are right is known from the rows that came without a filter.
"""

from __future__ import annotations

import operator
import unicodedata
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pulumi_bxbi.verification.values import day_of, fault_of, has_offset, moment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

#: What cells are compared as.
Key: TypeAlias = "Decimal | date | datetime | str"

#: A text that no cell has.
_NO_MATCH: Final = "bxbi-verify-no-such-value"
#: The wildcards of patterns, and what takes their meaning away.
_WILDCARDS: Final = frozenset("%_\\*?")
_MOST_CHARACTERS: Final = 200
#: A number with more digits before its point, or zeros after it, is not compared.
_MOST_DIGITS: Final = 400


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter, and which cells meet it.

    Attributes:
        form: The filter without its value, for people.
        fields: The names and values of the form.
        meets: Returns whether a cell meets it in every outside system.
        may_meet: Returns whether a cell meets it in some outside systems: capital and small letters
            are the same there, or no value is unequal to any.
        is_empty: Whether no cell at all meets it.
    """

    form: str
    fields: tuple[tuple[str, str], ...]
    meets: Callable[[Any], bool]
    may_meet: Callable[[Any], bool]
    is_empty: bool = False


def conditions(name: str, type_: str, cells: Sequence[Any]) -> Iterator[Condition]:
    """Yield conditions on a column; none where its cells cannot be compared.

    Args:
        name: The name that the request has for the column.
        type_: Its type in BI Builder.
        cells: Its cells.
    """
    keys: list[Any] = [_key(type_, each) for each in cells if each is not None]
    if None in keys:
        return
    values = sorted({key for key in keys if _is_plain(key)})
    if len(values) < 2:  # noqa: PLR2004  # one value tells no rows apart
        return
    column = _Column(name, type_, values[0], values[len(values) // 2])
    if type_ == "string":
        yield from column.of_texts()
    elif type_ in ("int", "double"):
        yield from column.of_numbers()
    else:
        yield from column.of_times()


def fault_of_rows(
    condition: Condition, found: Sequence[Any], all_cells: Sequence[Any], *, are_all: bool
) -> str:
    """Return what is wrong with the rows for a condition, as a clause; empty where they are right.

    Args:
        condition: The condition.
        found: The cells of its column in the answer.
        all_cells: The cells of its column without a filter.
        are_all: Whether these are the cells of all rows.
    """
    if wrong := sum(not condition.may_meet(each) for each in found):
        return f"{wrong} of {len(found)} rows do not meet it"
    expected = [each for each in all_cells if condition.meets(each)]
    if are_all:
        missing = Counter(map(repr, expected)) - Counter(map(repr, found))
        if missing:
            return f"{missing.total()} of {len(expected)} rows that meet it are missing"
    elif expected and not found:
        return f"no row comes, although at least {len(expected)} meet it"
    return ""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column, with two of its values: the lowest one, and one in the middle.

    Attributes:
        name: The name that the request has for it.
        type: Its type in BI Builder.
        low: The lowest value.
        middle: A higher one.
    """

    name: str
    type: str
    low: Any
    middle: Any

    def of_numbers(self) -> Iterator[Condition]:
        """Yield conditions on numbers."""
        yield self._equal("")
        yield self._unequal()
        yield from map(self._compared, _COMPARISONS)
        yield self._any_of()
        yield self._or()
        group = f"filter[{self.name}]"
        yield self._condition(
            f"{group}[operator]=GTE",
            ((f"{group}[operator]", "GTE"), (f"{group}[value]", _written(self.middle))),
            lambda key: key >= self.middle,
        )
        yield self._between()

    def of_times(self) -> Iterator[Condition]:
        """Yield conditions on days and moments."""
        yield from map(self._compared, (">=", "<"))
        yield self._between()

    def of_texts(self) -> Iterator[Condition]:
        """Yield conditions on texts."""
        yield self._equal("")
        yield self._equal("=")
        yield self._unequal()
        yield self._nothing()
        yield self._any_of()
        text = str(self.middle)
        if not _WILDCARDS & set(text):
            yield from self._containing(text[: max(1, len(text) // 2)])

    def _equal(self, sign: str) -> Condition:
        field = f"filter[{sign}{self.name}]"
        fields = ((field, _written(self.middle)),)
        return self._condition(field, fields, lambda key: key == self.middle, (self.middle,))

    def _unequal(self) -> Condition:
        field = f"filter[!={self.name}]"

        def meets(cell: Any) -> bool:
            key = _key(self.type, cell)
            return key is not None and not self._is_any(key, (self.middle,))

        return Condition(
            field,
            ((field, _written(self.middle)),),
            meets,
            lambda cell: _key(self.type, cell) != self.middle,
        )

    def _compared(self, sign: str) -> Condition:
        field, compare = f"filter[{sign}{self.name}]", _COMPARISONS[sign]
        fields = ((field, _written(self.middle)),)
        return self._condition(field, fields, lambda key: compare(key, self.middle))

    def _nothing(self) -> Condition:
        field = f"filter[{self.name}]"
        return Condition(
            f'{field}="{_NO_MATCH}"',
            ((field, _NO_MATCH),),
            lambda _cell: False,
            lambda _cell: False,
            is_empty=True,
        )

    def _any_of(self) -> Condition:
        field = f"filter[{self.name}]"
        both = (self.low, self.middle)
        fields = tuple((f"{field}[{place}]", _written(key)) for place, key in enumerate(both))
        return self._condition(f"{field}[0], [1]", fields, lambda key: key in both, both)

    def _or(self) -> Condition:
        both = (self.low, self.middle)
        fields = tuple(
            (f"filter[{place}][{self.name}]", _written(key)) for place, key in enumerate(both)
        )
        return self._condition(
            f"filter[LOGIC]=OR, filter[0][{self.name}], filter[1][{self.name}]",
            (("filter[LOGIC]", "OR"), *fields),
            lambda key: key in both,
            both,
        )

    def _between(self) -> Condition:
        group = f"filter[{self.name}]"
        fields = (
            (f"{group}[operator]", "BETWEEN"),
            (f"{group}[from]", _written(self.low)),
            (f"{group}[to]", _written(self.middle)),
        )
        return self._condition(
            f"{group}[operator]=BETWEEN", fields, lambda key: self.low <= key <= self.middle
        )

    def _containing(self, part: str) -> Iterator[Condition]:
        """Yield both forms of a condition that a text has a part.

        The documentation does not say what LIKE means. SQL's finds the part alone, as a whole text.
        """
        field = f"filter[%{self.name}]"
        group = f"filter[{self.name}]"
        words = ((f"{group}[operator]", "LIKE"), (f"{group}[value]", part))

        def may_meet(cell: Any) -> bool:
            return cell is not None and _folded(part) in _folded(str(cell))

        yield Condition(
            field, ((field, part),), lambda cell: cell is not None and part in str(cell), may_meet
        )
        yield Condition(f"{group}[operator]=LIKE", words, lambda cell: cell == part, may_meet)

    def _condition(
        self,
        form: str,
        fields: tuple[tuple[str, str], ...],
        meets: Callable[[Any], bool],
        near: tuple[Any, ...] = (),
    ) -> Condition:
        """Return a condition on cells.

        Args:
            form: The filter without its value.
            fields: The names and values of the form.
            meets: Returns whether what a cell is compared as meets it.
            near: Texts that meet it also in another case.
        """

        def cell_meets(cell: Any) -> bool:
            key = _key(self.type, cell)
            return key is not None and meets(key)

        def cell_may_meet(cell: Any) -> bool:
            key = _key(self.type, cell)
            return key is not None and (meets(key) or self._is_any(key, near))

        return Condition(form, fields, cell_meets, cell_may_meet)

    def _is_any(self, key: Any, values: tuple[Any, ...]) -> bool:
        """Return whether a cell has one of some values, for texts in any case."""
        is_near = self.type == "string" and _folded(key) in map(_folded, values)
        return key in values or is_near


_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def _key(type_: str, cell: Any) -> Key | None:
    """Return what a cell is compared as; ``None`` where it cannot be compared."""
    if cell is None or fault_of(type_, cell):
        return None
    read = _READERS.get(type_)
    return read(cell) if read else None


def _number(cell: Any) -> Decimal | None:
    try:
        number = Decimal(str(cell))
    except InvalidOperation:  # its exponent is out of all bounds
        return None
    return number if abs(number.adjusted()) <= _MOST_DIGITS else None


def _text(cell: Any) -> str | None:
    return cell if isinstance(cell, str) else None


def _moment(cell: Any) -> datetime | None:
    """Return a moment without an offset: which moments are later depends on their offsets."""
    return None if has_offset(str(cell)) else moment_of(str(cell))


_READERS: Final[dict[str, Callable[[Any], Key | None]]] = {
    "int": _number,
    "double": _number,
    "string": _text,
    "date": lambda cell: day_of(str(cell)),
    "datetime": _moment,
}


def _is_plain(key: Key | None) -> bool:
    """Return whether a value can be sent in a filter without any doubt about its meaning."""
    return not isinstance(key, str) or (key.strip() == key and 0 < len(key) < _MOST_CHARACTERS)


def _written(key: Key) -> str:
    """Return a value as a filter has it."""
    return format(key, "f") if isinstance(key, Decimal) else str(key)


def _folded(key: Key) -> str:
    """Return a text without what some outside systems ignore: case, accents, spaces at its end."""
    letters = unicodedata.normalize("NFKD", str(key).casefold())
    return "".join(each for each in letters if not unicodedata.combining(each)).rstrip()
