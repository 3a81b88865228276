"""What becomes of the columns of a table: compared by name, as the portal does, not by position."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: What it means for people that the portal changes neither the type nor the code of a column.
_MADE_ANEW: Final = "deleted and added again: its data is lost"


@dataclass(frozen=True, slots=True)
class ColumnChanges:
    """What becomes of the columns of a table.

    Attributes:
        added: The names of new columns.
        concealed: Those of new columns, under a new name or altogether, that are hidden.
        renamed: Of columns that take the place of another one, because they stand for the same
            column outside: the old name, the new one, and what else changes.
        made_anew: The names of columns that get another type or code, each with what changes.
        deleted: The names of columns that go.
        hidden: The names of columns that BI Builder does not see any more.
        shown: The names of columns that it sees again.
    """

    added: tuple[str, ...]
    concealed: frozenset[str]
    renamed: tuple[tuple[str, str, str], ...]
    made_anew: tuple[tuple[str, str], ...]
    deleted: tuple[str, ...]
    hidden: tuple[str, ...]
    shown: tuple[str, ...]

    def sentences(self) -> list[str]:
        """Return what changes, and what is lost with it, for people."""
        told = [f"adds {', '.join(map(self._new, self.added))}"] if self.added else []
        told += self.losses()
        if self.shown:
            told.append(f"shows {', '.join(self.shown)} to BI Builder again")
        return told

    def losses(self) -> list[str]:
        """Return the changes by which people in BI Builder lose something."""
        told = [
            f"{self._new(new)} takes the place of {old}{change and f' and {change}'} ({_MADE_ANEW})"
            for old, new, change in self.renamed
        ]
        told += [f"{name} {change} ({_MADE_ANEW})" for name, change in self.made_anew]
        if self.deleted:
            told.append(f"deletes {', '.join(self.deleted)} (in BI Builder breaks what uses it)")
        if self.hidden:
            told.append(f"hides {', '.join(self.hidden)} from BI Builder")
        return told

    def _new(self, name: str) -> str:
        return f"{name} (hidden)" if name in self.concealed else name


def column_changes(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> ColumnChanges:
    """Compare columns.

    Args:
        before: The columns that the table has, by the API's names of their properties.
        after: Those that it is to have.
    """
    old, new = ({str(each["name"]): each for each in columns} for columns in (before, after))
    added, deleted = (
        [name for name in columns if name not in others]
        for columns, others in ((new, old), (old, new))
    )
    renamed = [
        (gone, name, _why_made_anew(old[gone], new[name]))
        for gone in deleted
        for name in added
        if old[gone].get("externalCode") == new[name].get("externalCode")
    ]
    both = [(name, old[name], new[name]) for name in new if name in old]
    anew = [
        (name, change) for name, was, becomes in both if (change := _why_made_anew(was, becomes))
    ]
    seen = {
        name: (was.get("visible", True), becomes.get("visible", True))
        for name, was, becomes in both
    }
    return ColumnChanges(
        added=tuple(each for each in added if each not in {name for _, name, _ in renamed}),
        concealed=frozenset(each for each in added if new[each].get("visible") is False),
        renamed=tuple(renamed),
        made_anew=tuple(anew),
        deleted=tuple(each for each in deleted if each not in {name for name, *_ in renamed}),
        hidden=tuple(name for name, (was, is_) in seen.items() if was is True and is_ is False),
        shown=tuple(name for name, (was, is_) in seen.items() if was is False and is_ is True),
    )


def _why_made_anew(was: Mapping[str, Any], becomes: Mapping[str, Any]) -> str:
    """Return what of a column changes that only a new column can have; empty where nothing."""
    changes = []
    if was.get("type") != becomes.get("type"):
        changes.append(f"changes from {was.get('type')} to {becomes.get('type')}")
    if was.get("externalCode") != becomes.get("externalCode"):
        changes.append(f"takes {becomes.get('externalCode')} in place of {was.get('externalCode')}")
    return " and ".join(changes)
