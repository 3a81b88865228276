"""Output that breaks out of a block of Markdown in which only line feeds end lines."""

from __future__ import annotations

import re

NOISE = "noise\r</details>\r\r@everyone\n"


def is_one_block(markdown: str) -> bool:
    """Return whether all from the noise on is one block of code."""
    _, noise, rest = markdown.partition("    noise")
    lines = re.split("\r|\n", rest)
    return bool(noise) and all(not each or each.startswith("    ") for each in lines)
