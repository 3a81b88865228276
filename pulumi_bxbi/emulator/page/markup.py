"""Elements of a page, and their HTML.

Texts are never inserted into HTML directly: the serializer escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, tostring

Part = Element | str | Mapping[str, str] | None


def element(tag: str, *parts: Part) -> Element:
    """Return an element with parts in their order: attributes, texts, elements, or nothing."""
    made = Element(tag)
    for part in parts:
        if isinstance(part, Element):
            made.append(part)
        elif isinstance(part, str):
            _append(made, part)
        elif part is not None:
            made.attrib.update(part)
    return made


def words(tag: str, text: str, *attributes: Mapping[str, str]) -> Element:
    """Return an element with a text that people have written, in its own writing direction."""
    return element(tag, {"dir": "auto"}, *attributes, text)


def code(text: str, *attributes: Mapping[str, str]) -> Element:
    """Return an element with a name, which may be broken after a dot or an underscore."""
    pieces = re.findall(r"[^._]*[._]+|[^._]+", text)
    breaks = [part for piece in pieces for part in (piece, element("wbr"))]
    return element("code", *attributes, *breaks[:-1])


def count(number: int, noun: str) -> str:
    """Return a number with its noun, in singular or plural."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def html(root: Element) -> str:
    """Return the element as HTML."""
    return tostring(root, encoding="unicode", method="html")


def _append(parent: Element, text: str) -> None:
    """Add a text after the present content of the element."""
    if len(parent):
        parent[-1].tail = f"{parent[-1].tail or ''}{text}"
    else:
        parent.text = f"{parent.text or ''}{text}"
