"""How property paths are spelt, such as those of the option ``ignore_changes``.

Pulumi takes any text for a path, and one that leads nowhere has no effect.
Vendor's page: "ignoreChanges" (https://www.pulumi.com/docs/iac/concepts/options/ignorechanges/).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The property whose keys are the connector's.
_FREE: Final = "settings"
#: A step of a path: a name, ``["name"]``, ``[0]`` or ``[*]``.
_STEP: Final = re.compile(r'\.?(?P<name>[^.\[\]"]+)|\["(?P<quoted>[^"]*)"\]|\[(?P<index>\d+|\*)\]')


def right_path(path: str, names: Iterable[str], part_names: Mapping[str, Iterable[str]]) -> str:
    """Return a property path as the state spells it; empty where there is no such property.

    Args:
        path: The path, whose names may be spelt as in Python: ``columns[0].external_code``.
        names: The names of the resource's properties.
        part_names: For each property that is a list, the names of the properties of its parts.
    """
    steps = list(_STEP.finditer(path))
    if not steps or "".join(each[0] for each in steps) != path:
        return ""
    first, *rest = steps
    name = _name(first)
    if name == "*" or name.startswith("__"):
        return path  # everything, or what belongs to the engine
    top = _spelt(name, names)
    spelt = _respelt(first, top)
    if top == _FREE or not rest:
        return spelt and spelt + "".join(each[0] for each in rest)
    if top not in part_names:
        return ""
    if rest[0]["index"]:
        return _with_part(f"{spelt}{rest[0][0]}", rest[1:], part_names[top])
    return _with_part(f"{spelt}[*]", rest, part_names[top])


def _with_part(spelt: str, steps: list[re.Match[str]], names: Iterable[str]) -> str:
    """Go on with the path of a parameter or a column, or of one of its properties."""
    if not steps:
        return spelt
    name = _spelt(_name(steps[0]), names)
    return f"{spelt}{_respelt(steps[0], name)}" if name and len(steps) == 1 else ""


def _name(step: re.Match[str]) -> str:
    return next(filter(None, step.groups()), "")


def _spelt(name: str, names: Iterable[str]) -> str:
    """Spell a name as the state does, whatever its case and its underscores."""
    known = {each.lower(): each for each in names}
    return known.get(name.replace("_", "").lower(), "")


def _respelt(step: re.Match[str], name: str) -> str:
    """Write a step with another name; as it is where that is its name."""
    return str(step[0]) if name and _name(step) == name else f"{'.' if step.start() else ''}{name}"
