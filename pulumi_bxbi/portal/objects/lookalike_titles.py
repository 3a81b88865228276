"""The invisible differences between titles that look the same.

Titles are typed, pasted from documents, or copied from other systems. Each of the differences below
is hard or impossible to see on a screen.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Latin letters, and the Cyrillic letters that look the same.
_LATIN: Final = "ABEKMHOPCTYXabekmhopctyxi"
_CYRILLIC: Final = "АВЕКМНОРСТУХавекмнорстухі"
_TO_LATIN: Final = str.maketrans(_CYRILLIC, _LATIN)
#: Characters that select one of two shapes of the same emoji.
_VARIATION_SELECTORS: Final = frozenset("\ufe0e\ufe0f")


def _visible(text: str) -> str:
    return "".join(
        each
        for each in text
        if unicodedata.category(each) != "Cf" and each not in _VARIATION_SELECTORS
    )


#: The invisible differences, and how each is removed from a text, in this order.
_DIFFERENCES: Final[Mapping[str, Callable[[str], str]]] = {
    "invisible characters": _visible,
    "composed and decomposed letters": lambda text: unicodedata.normalize("NFC", text),
    "spaces": lambda text: " ".join(text.split()),
    "upper and lower case": str.casefold,
    "Latin and Cyrillic letters": lambda text: text.translate(_TO_LATIN),
}


def difference(wanted: str, found: str) -> str:
    """Return the invisible difference between two texts, as a clause.

    Args:
        wanted: The one text.
        found: The other text.

    Returns:
        For example ``differs in spaces``; empty where the texts are equal or do not look the same.
    """
    if wanted == found or _folded(wanted) != _folded(found):
        return ""
    seen = [
        name
        for name in _DIFFERENCES
        if _folded(wanted, without=name) != _folded(found, without=name)
    ]
    return f"differs in {' and in '.join(seen) or 'how its letters are encoded'}"


def _folded(text: str, without: str = "") -> str:
    for name, take_out in _DIFFERENCES.items():
        if name != without:
            text = take_out(text)
    return text
