"""Names of resources, variables, tables and keys of the configuration, made from titles."""

from __future__ import annotations

import builtins
import keyword
from typing import TYPE_CHECKING, Final

from slugify import slugify

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The most characters of a name; longer ones are cut between two words.
_LONGEST: Final = 48
#: The same of the name of a table, which BI Builder limits to 230 with what comes before and after.
_LONGEST_OF_TABLE: Final = 200
#: The name of a table whose code and title have no letters, and the beginning of one that has none
#: to begin with.
_TABLE: Final = "table"
#: The names that a variable of the program must not hide.
RESERVED: Final = frozenset(
    {
        *keyword.kwlist,
        *keyword.softkwlist,
        *dir(builtins),
        *("pulumi", "bxbi", "config", "connectors", "sources", "tables"),
    }
)
#: The names that Pulumi gives a meaning of its own in a program in YAML.
RESERVED_IN_YAML: Final = frozenset({"pulumi"})


class Names:
    """Generates names, none of them twice.

    Args:
        taken: The names that are taken already.
        tells_kinds: Whether a resource whose name is taken is first called after its kind too:
            ``crm-source`` in place of ``crm-2``.
    """

    def __init__(self, taken: Iterable[str] = (), *, tells_kinds: bool = False) -> None:
        self._taken = set(taken)
        self._tells_kinds = tells_kinds

    def resource(self, title: str, kind: str, object_id: int) -> str:
        """Name a resource after its title, in Latin letters: ``crm-source``.

        Args:
            title: The title, in any script.
            kind: ``connector``, ``source`` or ``table``, the prefix where the title begins with no
                letter.
            object_id: The id, the rest of the name where the title has no letters.
        """
        slug = slugify(title, max_length=_LONGEST, word_boundary=True)
        if not slug:
            slug = f"{kind}-{object_id}"
        elif not slug[0].isalpha():
            slug = f"{kind}-{slug}"
        if self._tells_kinds and slug in self._taken:
            slug = f"{slug}-{kind}"
        return self._free(slug, "-")

    def variable(self, resource: str, kind: str) -> str:
        """Name a variable after its resource: ``crm_source``.

        Args:
            resource: The resource's name.
            kind: The suffix where the name is taken, or not possible for a variable.
        """
        name = slugify(resource, separator="_")
        return self._free(f"{name}_{kind}" if name in self._taken else name, "_")

    def key(self, resource: str, code: str) -> str:
        """Name a secret of the configuration after its resource and its setting: ``crm-login``."""
        slug = slugify(code, lowercase=False, max_length=_LONGEST, word_boundary=True)
        return self._free(slugify(f"{resource}-{slug or 'setting'}", lowercase=False), "-")

    def table(self, code: str, title: str, source: str) -> str:
        """Name a table of BI Builder after its code, in lower-case Latin letters: ``orders``.

        Where that is taken, the name of its source comes before it: ``kazan_orders``.

        Args:
            code: The code in the outside system.
            title: The title there, for a code without letters and digits.
            source: The resource's name of the source.
        """
        name = _table_name(code) or _table_name(title) or _TABLE
        return self._free(_table_name(f"{source} {name}") if name in self._taken else name, "_")

    def _free(self, name: str, separator: str) -> str:
        number, free = 1, name
        while free in self._taken:
            number += 1
            free = f"{name}{separator}{number}"
        self._taken.add(free)
        return free


def _table_name(text: str) -> str:
    """Return a text as the name of a table; empty where nothing is left of it."""
    slug = slugify(text, separator="_", max_length=_LONGEST_OF_TABLE)
    return slug if not slug or slug[0].isalpha() else f"{_TABLE}_{slug}"
