"""Python expressions, written as a formatter would write them.

An expression is written on one line where it fits, and otherwise on several: the elements of a
bracket with a comma after each, a long text in pieces.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: The default line length of formatters.
_LINE: Final = 88
_STEP: Final = 4


@dataclass(frozen=True, slots=True)
class Code:
    """An expression that is written already, such as ``crm.id``."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text, with quotes and escapes as they are needed."""

    value: str


@dataclass(frozen=True, slots=True)
class Bracket:
    """A call, a list or a mapping.

    Attributes:
        opening: Its beginning, such as ``bxbi.Column(``.
        elements: Its elements: a prefix such as ``visible=`` or ``"login": ``, which may be empty,
            and an expression.
        closing: Its end.
        spread: Whether each element gets a line of its own, even where all fit on one.
    """

    opening: str
    elements: Sequence[tuple[str, Expression]]
    closing: str
    spread: bool = False


Expression: TypeAlias = "Code | Text | Bracket"


def literal(text: str) -> str:
    """Return a text as a literal in which every character is visible."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_escaped(each, quote) for each in text) + quote


def statement(before: str, expression: Expression, after: str = "", indent: int = 0) -> str:
    """Return the source of an expression, with the text around it.

    Args:
        before: The text before it on its line, such as ``crm = ``.
        expression: The expression.
        after: The text after it, such as a comma.
        indent: The indentation of its first line, in spaces.
    """
    margin = " " * indent
    line = f"{margin}{before}{_flat(expression)}{after}"
    if not _spread(expression) and _width(line) <= _LINE:
        return line
    if isinstance(expression, Bracket) and expression.elements:
        inside = [statement(*each, ",", indent + _STEP) for each in expression.elements]
        first = f"{margin}{before}{expression.opening}"
        return "\n".join([first, *inside, f"{margin}{expression.closing}{after}"])
    if isinstance(expression, Text):
        inner = " " * (indent + _STEP)
        pieces = [f"{inner}{literal(each)}" for each in _pieces(expression.value, len(inner))]
        if len(pieces) > 1:
            return "\n".join([f"{margin}{before}(", *pieces, f"{margin}){after}"])
    return line


def _flat(expression: Expression) -> str:
    if isinstance(expression, Code):
        return expression.text
    if isinstance(expression, Text):
        return literal(expression.value)
    inside = ", ".join(before + _flat(each) for before, each in expression.elements)
    return f"{expression.opening}{inside}{expression.closing}"


def _spread(expression: Expression) -> bool:
    return isinstance(expression, Bracket) and (
        expression.spread or any(_spread(each) for _, each in expression.elements)
    )


def _escaped(character: str, quote: str) -> str:
    if character in {quote, "\\"}:
        return f"\\{character}"
    return character if character.isprintable() else repr(character)[1:-1]


def _width(line: str) -> int:
    """Return the number of columns that a line takes on a screen."""
    return sum(
        0
        if unicodedata.category(each) in {"Mn", "Me"}
        else 1 + (unicodedata.east_asian_width(each) in {"W", "F"})
        for each in line
    )


def _pieces(text: str, indent: int) -> Iterator[str]:
    """Split a text after line ends, and after spaces where a line has no more room."""
    piece = ""
    for word in _words(text):
        if piece and (piece.endswith("\n") or indent + _width(literal(piece + word)) > _LINE):
            yield piece
            piece = ""
        piece += word
    yield piece


def _words(text: str) -> Iterator[str]:
    """Split a text after each space and line end."""
    start = 0
    for place, character in enumerate(text, 1):
        if character in {" ", "\n"}:
            yield text[start:place]
            start = place
    yield text[start:]
