"""What a program declares, as far as its text tells without being run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class WrittenSource:
    """A source that a file of a program declares, for the declarations behind it.

    Attributes:
        file: The file.
        variable: What the file calls it: a variable, or in YAML the key of the resource.
    """

    file: Path
    variable: str


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table that a program declares.

    Attributes:
        resource: The resource's name; empty where the text does not tell it.
        source: Where its source is declared, as far as the text tells, or the source's id;
            ``None`` where the text does not tell it.
        name: Its name in BI Builder; empty where the text does not tell it.
        external_code: Its code in the outside system; likewise.
    """

    resource: str
    source: WrittenSource | int | None
    name: str
    external_code: str


@dataclass(frozen=True, slots=True)
class ProgramText:
    """What a program declares.

    Attributes:
        sources: The sources that other declarations can refer to, by the names of the resources.
        tables: The tables.
        names: Other names that a new resource must not have.
    """

    sources: Mapping[str, WrittenSource] = field(default_factory=dict)
    tables: tuple[WrittenTable, ...] = ()
    names: frozenset[str] = frozenset()


def line_end(text: str) -> str:
    """Return how the last line of a text that has an end ends.

    Args:
        text: The text.
    """
    return "\r\n" if text[: text.rfind("\n") + 1].endswith("\r\n") else "\n"
