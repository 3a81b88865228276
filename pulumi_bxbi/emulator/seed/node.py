"""Reads a JSON document, and names the place of each error in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class SeedError(Exception):
    """A seed that cannot be used; the message names the place and the error."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value in the document, and the path to it."""

    value: object
    path: str = ""

    def wrong(self, text: str) -> SeedError:
        """Return an error with the path of this value."""
        return SeedError(f"{self.path}: {text}" if self.path else text)

    def keys(self, allowed: Collection[str]) -> Mapping[str, object]:
        """Return this value, which must be an object with none but the allowed keys."""
        if not isinstance(self.value, dict):
            raise self.wrong("must be an object")
        for key in self.value:
            if key not in allowed:
                known = ", ".join(sorted(allowed))
                raise self.wrong(f"unknown key {key!r}, known are {known}")
        return self.value

    def has(self, key: str) -> bool:
        """Return whether the object has the key."""
        return isinstance(self.value, dict) and key in self.value

    def at(self, key: str) -> Node:
        """Return the value under the key; the object must have it."""
        path = f"{self.path}.{key}" if self.path else key
        if not isinstance(self.value, dict) or key not in self.value:
            raise Node(None, path).wrong("is required")
        return Node(self.value[key], path)

    def items(self, key: str) -> list[Node]:
        """Return the elements of the list under the key; none if it is absent."""
        if not self.has(key):
            return []
        node = self.at(key)
        if not isinstance(node.value, list):
            raise node.wrong("must be a list")
        return [Node(element, f"{node.path}[{index}]") for index, element in enumerate(node.value)]

    def text(self, key: str, default: str | None = None) -> str:
        """Return the text under the key."""
        if default is not None and not self.has(key):
            return default
        node = self.at(key)
        if not isinstance(node.value, str) or not node.value:
            raise node.wrong("must be a text that is not empty")
        return node.value

    def number(self, key: str, default: float) -> float:
        """Return the number, zero or greater, under the key."""
        if not self.has(key):
            return default
        node = self.at(key)
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise node.wrong("must be a number")
        if node.value < 0:
            raise node.wrong("must not be negative")
        return node.value

    def identity(self, key: str, default: int | None = None) -> int:
        """Return the positive integer under the key."""
        if default is not None and not self.has(key):
            return default
        node = self.at(key)
        if isinstance(node.value, bool) or not isinstance(node.value, int) or node.value < 1:
            raise node.wrong("must be a positive integer")
        return node.value

    def count(self, key: str) -> int:
        """Return the integer under the key, 0 or more; 0 where there is none."""
        if not self.has(key):
            return 0
        node = self.at(key)
        if isinstance(node.value, bool) or not isinstance(node.value, int) or node.value < 0:
            raise node.wrong("must be an integer, 0 or more")
        return node.value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return the boolean under the key."""
        if not self.has(key):
            return default
        node = self.at(key)
        if not isinstance(node.value, bool):
            raise node.wrong("must be true or false")
        return node.value

    def choice(self, key: str, allowed: Collection[str]) -> str | None:
        """Return the text under the key, one of the allowed; `None` if it is absent."""
        return self.at(key).one_of(allowed) if self.has(key) else None

    def choices(self, key: str, allowed: Collection[str] | None = None) -> frozenset[str]:
        """Return the texts of the list under the key, each one of the allowed."""
        return frozenset(node.one_of(allowed) for node in self.items(key))

    def one_of(self, allowed: Collection[str] | None) -> str:
        """Return this value, which must be a text, one of the allowed."""
        if not isinstance(self.value, str) or not self.value:
            raise self.wrong("must be a text that is not empty")
        if allowed is not None and self.value not in allowed:
            raise self.wrong(f"must be one of {', '.join(sorted(allowed))}")
        return self.value
