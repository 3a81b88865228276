"""Whether an object of the portal is what a write asked for.

No write carries a key of its own by which it could be recognised, so after one that was not
answered only the object itself can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from pydantic.alias_generators import to_snake

from pulumi_bxbi.portal.objects import Connector, PortalObject, Source, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

M = TypeVar("M", bound=PortalObject)

#: What every portal returns as it was sent; others may rewrite a logo or ignore ``active``.
_VERBATIM: Final = frozenset(
    {
        "title",
        "connectorId",
        "settings",
        "urlCheck",
        "urlTableList",
        "urlTableDescription",
        "urlData",
        "name",
        "sourceId",
        "externalName",
        "externalCode",
        "fields",
    }
)


@dataclass(frozen=True, slots=True)
class Twins(Generic[M]):
    """Objects with the title, or the name, of one that was to be created.

    Attributes:
        complete: Those that are in everything what was to be created.
        partial: Those that differ from it in something.
    """

    complete: tuple[M, ...] = ()
    partial: tuple[M, ...] = ()


def is_made_of(found: PortalObject, fields: Mapping[str, Any]) -> bool:
    """Tell whether an object can be what an ``add`` with these fields has made.

    Args:
        found: The object, with all that can be known of it.
        fields: As the method takes them.
    """
    if isinstance(found, Source):
        given = fields.get("settings", {})
        if any(value and code not in given for code, value in found.values().items()):
            return False
    return shows(found, {key: value for key, value in fields.items() if key in _VERBATIM})


def shows(found: PortalObject, fields: Mapping[str, Any]) -> bool:
    """Tell whether an object has these values, as far as it can be compared.

    Args:
        found: The object, with all that can be known of it.
        fields: As the method takes them.
    """
    return all(_has(found, key, sent) for key, sent in fields.items())


def _has(found: PortalObject, key: str, sent: Any) -> bool:
    if isinstance(found, Source) and key == "settings":
        values = found.values()
        return all(values.get(code, "") == str(value) for code, value in sent.items())
    if isinstance(found, Connector) and key == "settings":
        return _parts(found.parameters, "code", "name", "type") == {
            (each["code"], each["name"], each["type"]) for each in sent
        }
    if isinstance(found, Table) and key == "fields":
        return _parts(found.columns or (), "name", "external_code", "type") == {
            (each["name"], each["externalCode"], each["type"]) for each in sent
        }
    return bool(getattr(found, to_snake(key), None) == sent)


def _parts(parts: tuple[Any, ...], *names: str) -> set[tuple[Any, ...]]:
    return {tuple(getattr(part, name) for name in names) for part in parts}
