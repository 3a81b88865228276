"""How texts are shown that anyone can have written: titles, names, and what a portal says.

They reach terminals, which obey some characters, and Markdown, in which a line can end a block.
"""

from __future__ import annotations

import unicodedata
from typing import Final

#: Joins the parts of one emoji.
EMOJI_JOINER: Final = "\u200d"


def named(kind: str, object_id: int | str, label: object) -> str:
    """Name an object of the portal for people: ``source 42 "CRM"``.

    Args:
        kind: ``connector``, ``source`` or ``table``.
        object_id: Its id.
        label: Its title or name.
    """
    return one_line(f'{kind} {object_id} "{label}"')


def one_line(text: str) -> str:
    """Show line ends and what a terminal would obey by their escapes.

    Args:
        text: The text.
    """
    return "".join(each if _is_harmless(each) else _escape(each) for each in text)


def several_lines(text: str) -> str:
    """Show what a terminal would obey by its escapes, and leave the text its lines.

    Args:
        text: The text, whose lines may end as on Windows.
    """
    lines = text.replace("\r\n", "\n").replace("\t", " ").split("\n")
    return "\n".join(map(one_line, lines))


def _is_harmless(character: str) -> bool:
    # Spaces of other widths, as Russian titles have them, count as not printable in Python.
    is_space = unicodedata.category(character) == "Zs"
    return character.isprintable() or character == EMOJI_JOINER or is_space


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
