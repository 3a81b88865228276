"""Texts in Markdown, such as that of a comment on a pull request, whoever has written them.

Vendor's page: "GitHub Flavored Markdown Spec" (https://github.github.com/gfm/).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from pulumi_bxbi.portal.display import EMOJI_JOINER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: The characters that a comment on GitHub may have (65,536), less room for what a pipeline puts
#: around a report.
LONGEST_COMMENT: Final = 60_000

#: Invisible, and keeps a platform from seeing a mention, a reference or a link.
_JOINER: Final = "&#8288;"
_TRIGGERS: Final = re.compile(r"[@#!$%~](?=\w)|:(?=//)|\bwww(?=\.)|(?<=\bGH)-(?=\d)", re.IGNORECASE)
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
_PUNCTUATION: Final = frozenset("\\`*_{}[]()~^$#!")


def with_code(text: str) -> str:
    """Write a text so that Markdown shows what stands in backticks as code, and all else as it is.

    Args:
        text: The text.
    """
    plain, *others = _on_one_line(text).split("`")
    written = [_escaped(plain)]
    while len(others) > 1:
        code, plain, *others = others
        # In a table a bar would end the cell even in code, and after a backslash it cannot be
        # escaped there.
        is_code = code.strip() and "\\|" not in code
        shown = f"`{code}`".replace("|", "\\|") if is_code else f"\\`{_escaped(code)}\\`"
        written.append(shown)
        written.append(_escaped(plain))
    return "".join([*written, *(f"\\`{_escaped(each)}" for each in others)])


def escaped(text: str) -> str:
    """Write a text so that Markdown shows it, on one line, and does nothing else with it.

    Args:
        text: The text.
    """
    return _escaped(_on_one_line(text))


def _on_one_line(text: str) -> str:
    shown = "".join(each if each.isprintable() or each == EMOJI_JOINER else " " for each in text)
    return " ".join(shown.split())


def _escaped(text: str) -> str:
    marked = _TRIGGERS.sub(lambda found: f"{found[0]}\0", text)
    return "".join(
        _ENTITIES.get(each) or (f"\\{each}" if each in _PUNCTUATION else each) for each in marked
    ).replace("\0", _JOINER)


class Section(NamedTuple):
    """A part of a comment that lists something.

    Attributes:
        heading: Its heading, and that of its table.
        rows: The rows of the table.
        more: Returns what stands in place of a number of rows that are left out.
    """

    heading: str
    rows: Sequence[str]
    more: Callable[[int], str]


def shortened(sections: Sequence[Section], longest: int) -> str:
    """Write as many rows as there is room for, those of the first section first.

    Args:
        sections: The sections, the most important one first.
        longest: How many characters they may have.
    """
    left = longest - sum(len(each.more(len(each.rows))) for each in sections)
    text = ""
    for heading, rows, more in sections:
        lines = [heading]
        for row in rows:
            if len("\n".join([*lines, row, ""])) > left:
                break
            lines.append(row)
        shown = len(lines) - 1
        section = "\n".join([*lines, ""]) if shown else ""
        left -= len(section)
        text += section + (more(len(rows) - shown) if shown < len(rows) else "")
    return text
