"""Python expressions, written as a formatter would write them.

An expression stands in one line where that has room, and otherwise in several: the elements of a
bracket with a comma behind each, a long text in pieces.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: The line length of formatters where nobody has chosen another.
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
        opening: What it begins with, such as ``bxbi.Column(``.
        elements: What stands in it: a beginning such as ``visible=`` or ``"login": ``, which may be
            empty, and an expression.
        closing: What it ends with.
        spread: Whether each element gets a line of its own, even where there is room.
    """

    opening: str
    elements: Sequence[tuple[str, Expression]]
    closing: str
    spread: bool = False


Expression: TypeAlias = "Code | Text | Bracket"


def literal(text: str) -> str:
    """Write a text as a literal, so that each character of it can be seen."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_escaped(each, quote) for each in text) + quote


def statement(before: str, expression: Expression, after: str = "", indent: int = 0) -> str:
    """Write an expression and what stands around it.

    Args:
        before: What stands before it in its line, such as ``crm = ``.
        expression: The expression.
        after: What stands behind it, such as a comma.
        indent: How far its first line is moved to the right.
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
    """Count the columns that a line takes on a screen."""
    return sum(
        0
        if unicodedata.category(each) in {"Mn", "Me"}
        else 1 + (unicodedata.east_asian_width(each) in {"W", "F"})
        for each in line
    )


def _pieces(text: str, indent: int) -> Iterator[str]:
    """Cut a text behind line ends, and behind spaces where a line has no more room."""
    piece = ""
    for word in _words(text):
        if piece and (piece.endswith("\n") or indent + _width(literal(piece + word)) > _LINE):
            yield piece
            piece = ""
        piece += word
    yield piece


def _words(text: str) -> Iterator[str]:
    """Cut a text behind each space and line end."""
    start = 0
    for place, character in enumerate(text, 1):
        if character in {" ", "\n"}:
            yield text[start:place]
            start = place
    yield text[start:]
