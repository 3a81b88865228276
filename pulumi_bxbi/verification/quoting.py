"""What of an answer may be shown: no value of the settings, and cells of data only if wanted.

An endpoint may repeat the values that it gets, in any text of its answer.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, quote_plus

from pulumi_bxbi.portal.display import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: A shorter value, or number, is only recognised as a whole text: it stands in too many others.
_SHORTEST_PART: Final = 4
_SHORTEST_NUMBER: Final = 6
_MOST_CHARACTERS: Final = 60
_MOST_TEXTS: Final = 3
_HIDDEN: Final = "(not shown: it has a value of the settings)"
_CELL: Final = "(not shown)"


@dataclass(frozen=True, slots=True)
class Quotes:
    """Quotes what endpoints answer.

    Attributes:
        values: The values of the settings.
        with_data: Whether cells of data may be shown.
    """

    values: tuple[str, ...] = field(repr=False)
    with_data: bool

    def clause(self, found: str) -> str:
        """Return a text on one line, unless it has a value of the settings.

        Args:
            found: The text.
        """
        return _HIDDEN if self.hides(found) else one_line(found)

    def name(self, found: str) -> str:
        """Return a text of an answer on one line and not too long.

        Args:
            found: The text.
        """
        return _HIDDEN if self.hides(found) else one_line(_shortened(found))

    def text(self, found: str) -> str:
        """Return a text of an answer in quotation marks, on one line and not too long.

        Args:
            found: The text.
        """
        return _HIDDEN if self.hides(found) else f'"{self.name(found)}"'

    def texts(self, found: Sequence[str]) -> str:
        """Return a few texts of an answer, and the number of the others.

        Args:
            found: The texts, at least one.
        """
        shown = ", ".join(map(self.text, found[:_MOST_TEXTS]))
        others = len(found) - _MOST_TEXTS
        return f"{shown} and {others} more" if others > 0 else shown

    def cell(self, found: Any) -> str:
        """Return a cell of data as JSON; of a list or an object only what it is.

        Args:
            found: The cell.
        """
        if isinstance(found, list | dict):
            return "a list" if isinstance(found, list) else "an object"
        if not self.with_data:
            return _CELL
        written = json.dumps(found, ensure_ascii=False)
        shown = found if isinstance(found, str) else written
        return _HIDDEN if self.hides(shown) else one_line(_shortened(written))

    def hides(self, text: str) -> bool:
        """Return whether a text has a value of the settings, as it is or encoded.

        Capital and small letters are the same.

        Args:
            text: The text.
        """
        folded = text.strip().casefold()
        return any(
            written == folded or (_is_recognised(value) and written in folded)
            for value in map(str.strip, self.values)
            if value
            for written in map(str.casefold, _written(value))
        )


def _written(value: str) -> Iterator[str]:
    """Yield a value as it is, and as forms, addresses, HTML and JSON have it."""
    yield value
    yield quote_plus(value)
    yield quote(value, safe="")
    yield html.escape(value)
    yield json.dumps(value)[1:-1]
    yield json.dumps(value)[1:-1].replace("/", r"\/")  # PHP writes it so


def _is_recognised(value: str) -> bool:
    """Return whether a value is recognised as a part of a text."""
    return len(value) >= (_SHORTEST_NUMBER if value.isdecimal() else _SHORTEST_PART)


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
