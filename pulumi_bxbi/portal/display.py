"""How texts from outside are shown: titles, names, and the texts of a portal.

Anyone can have written them. They reach terminals, which interpret control characters, and
Markdown, in which a line end can end a block.
"""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Joins the parts of one emoji.
EMOJI_JOINER: Final = "\u200d"


def named(kind: str, object_id: int | str, label: object) -> str:
    """Return the name of an object of the portal for people: ``source 42 "CRM"``.

    Args:
        kind: ``connector``, ``source`` or ``table``.
        object_id: Its id.
        label: Its title or name.
    """
    return one_line(f'{kind} {object_id} "{label}"')


def one_line(text: str) -> str:
    """Return a text with line ends and terminal control characters escaped.

    Args:
        text: The text.
    """
    if text.isprintable():
        return text
    return "".join(each if _is_harmless(each) else _escape(each) for each in text)


def several_lines(text: str) -> str:
    """Return a text with terminal control characters escaped, and its line ends kept.

    Args:
        text: The text, whose lines may end as on Windows.
    """
    lines = text.replace("\r\n", "\n").replace("\t", " ").split("\n")
    return "\n".join(map(one_line, lines))


def wrapped(text: str, width: int, indent: str = "") -> Iterator[str]:
    """Yield the lines of a text for a terminal, without what a terminal would obey.

    Args:
        text: The text, whose line ends are kept.
        width: How many characters a line may have; a longer word has a line of its own.
        indent: What each line begins with.
    """
    shown = "".join(each for each in text if each == "\n" or _is_harmless(each))
    for line in shown.splitlines() or [""]:
        yield from textwrap.wrap(
            line,
            width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]


def _is_harmless(character: str) -> bool:
    # Spaces of other widths, as Russian titles have them, count as not printable in Python.
    is_space = unicodedata.category(character) == "Zs"
    return character.isprintable() or character == EMOJI_JOINER or is_space


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
