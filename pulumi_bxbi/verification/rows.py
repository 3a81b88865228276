"""Rows in an answer of `urlData`."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_bxbi.external.answers import InvalidAnswerError, NotUnicodeError, json_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows, and the texts before them, which should be the codes of their columns.

    Attributes:
        header: The texts before the rows; ``None`` where the answer is an empty list.
        cells: The cells of each row; a list or an object in place of one is empty.
    """

    header: tuple[str, ...] | None
    cells: tuple[tuple[Any, ...], ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The texts before the rows; none where the answer is an empty list."""
        return self.header or ()

    @property
    def uneven(self) -> list[int]:
        """The numbers of the rows that have more or fewer cells than there are columns."""
        width = len(self.codes)
        return [number for number, row in enumerate(self.cells, start=1) if len(row) != width]

    def renamed(self, codes: Mapping[str, str]) -> Rows:
        """Return the rows with codes in place of names.

        Args:
            codes: The codes by the names.
        """
        if self.header is None or not any(each in codes for each in self.header):
            return self
        return Rows(tuple(codes.get(each, each) for each in self.header), self.cells)

    def column(self, code: str) -> list[Any]:
        """Return the cells of a column, which has to be there.

        Args:
            code: Its code.
        """
        place = self.codes.index(code)
        return [row[place] for row in self.cells]

    def counted(self, codes: Sequence[str]) -> Counter[str]:
        """Return how many rows there are of each kind, as far as some columns go.

        Args:
            codes: The codes of these columns.
        """
        places = [self.codes.index(each) for each in codes]
        return Counter(json.dumps([row[place] for place in places]) for row in self.cells)


def rows_of(body: bytes) -> Rows:
    """Return the rows in an answer.

    Args:
        body: The body of the answer.

    Raises:
        InvalidAnswerError: It is no list of lists that begins with texts.
    """
    answer = json_of(body)
    if not isinstance(answer, list):
        raise InvalidAnswerError("The answer is JSON, but not a list.")
    for place, each in enumerate(answer):
        if not isinstance(each, list):
            raise InvalidAnswerError(f"Element {place + 1} of the answer is not a list.")
    if not answer:
        return Rows(None)
    header, *cells = answer
    if not header or not all(isinstance(each, str) and each for each in header):
        raise InvalidAnswerError("The first list of the answer does not have the codes as texts.")
    try:
        "".join(header).encode()
    except UnicodeEncodeError:
        raise NotUnicodeError("The answer has a code that is not Unicode.") from None
    return Rows(tuple(header), tuple(tuple(map(_shallow, row)) for row in cells))


def _shallow(cell: Any) -> Any:
    """Return a cell, of a list or an object only its kind: it may be nested deeply."""
    return type(cell)() if isinstance(cell, list | dict) else cell
