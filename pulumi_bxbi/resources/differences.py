"""Which properties differ between a state and the inputs of a program, by their paths.

Vendor's page: "DiffResponse" (``detailedDiff``) of the Pulumi provider protocol.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi_bxbi.resources.values import PathChange, Properties

#: A key that a path writes after a dot; any other stands in brackets and quotes.
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def changed_paths(
    name: str, before: Any, after: Any, *, given: tuple[Properties, Properties], label: str = ""
) -> dict[str, PathChange]:
    """Find out how a property differs.

    Parts of a list are the same part where their label is the same, wherever they stand. Where a
    part is removed and another one that changes stands in its place, the place is updated.

    Args:
        name: The property.
        before: Its value in the state, in a form in which equal things are equal.
        after: Its value in the inputs, in the same form.
        given: The state and the inputs as they are: places in a list are those that people see.
        label: Of a list of parts, the key that a part is known by.

    Returns:
        How values change, by their paths. The path of a value that is removed leads into the
        state, any other path into the inputs.
    """
    if before == after:
        return {}
    if isinstance(before, dict) and isinstance(after, dict):
        return _of_mappings(name, before, after)
    olds, news = given
    if label:
        old_places, new_places = (_places(each.get(name), label) for each in given)
        if old_places is not None and new_places is not None:
            parts = (_by_label(before, label), _by_label(after, label))
            return _of_parts(name, parts, old_places, new_places)
    if olds.get(name) is None:
        return {name: "add"}
    return {name: "delete" if news.get(name) is None else "update"}


def path_of(name: str, key: str) -> str:
    """Return the path of a key of a property that is a mapping: ``settings.login``.

    The engine knows no path for some keys with a backslash; theirs is that of the property.
    """
    if _PLAIN_KEY.fullmatch(key):
        return f"{name}.{key}"
    if key.endswith("\\") or '\\"' in key:
        return name
    quoted = key.replace('"', '\\"')
    return f'{name}["{quoted}"]'


def _of_mappings(
    name: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, PathChange]:
    changes: dict[str, PathChange] = {}
    for key in sorted(before.keys() | after.keys()):
        if key not in before:
            changes[path_of(name, key)] = "add"
        elif key not in after:
            changes[path_of(name, key)] = "delete"
        elif before[key] != after[key]:
            changes[path_of(name, key)] = "update"
    return changes


def _of_parts(
    name: str,
    parts: tuple[Mapping[str, Properties], Mapping[str, Properties]],
    old_places: Mapping[str, int],
    new_places: Mapping[str, int],
) -> dict[str, PathChange]:
    before, after = parts
    removed = {place for label, place in old_places.items() if label not in after}
    changes: dict[str, PathChange] = {}
    for label, place in new_places.items():
        path = f"{name}[{place}]"
        of_part: dict[str, PathChange] = (
            _of_mappings(path, before[label], after[label]) if label in before else {path: "add"}
        )
        if of_part and place in removed:
            removed.remove(place)
            of_part = {path: "update"}
        changes |= of_part
    return {**changes, **{f"{name}[{place}]": "delete" for place in sorted(removed)}}


def _places(parts: Any, label: str) -> dict[str, int] | None:
    """Return where each part of a list stands; ``None`` where they cannot be told apart."""
    if not isinstance(parts, list | tuple):
        return None
    labels = [part.get(label) if isinstance(part, dict) else None for part in parts]
    if not all(isinstance(each, str) for each in labels) or len(set(labels)) < len(labels):
        return None
    return {str(each): place for place, each in enumerate(labels)}


def _by_label(parts: Sequence[Properties], label: str) -> dict[str, Properties]:
    return {str(part[label]): part for part in parts}
