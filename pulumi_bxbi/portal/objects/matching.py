"""Compares an object of the portal with the fields of a write.

A write carries no key by which its object could be recognised, so after a write without an answer
only the object's own values show whether the write was executed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from pydantic.alias_generators import to_snake

from pulumi_bxbi.portal.objects.models import Connector, PortalObject, Source, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

M = TypeVar("M", bound=PortalObject)

#: Fields that every portal returns as they were sent. Some rewrite a logo or ignore ``active``.
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
class Candidates(Generic[M]):
    """Objects with the title or name of an object that was to be created.

    Attributes:
        complete: Those that agree with it in all fields.
        partial: Those that differ from it in some field.
    """

    complete: tuple[M, ...] = ()
    partial: tuple[M, ...] = ()


def is_made_of(found: PortalObject, fields: Mapping[str, Any]) -> bool:
    """Return whether an ``add`` with these fields may have created an object.

    Args:
        found: The object, with all its details.
        fields: The fields as the method takes them.
    """
    if isinstance(found, Source):
        given = fields.get("settings", {})
        if any(value and code not in given for code, value in found.values().items()):
            return False
    return shows(found, {key: value for key, value in fields.items() if key in _VERBATIM})


def shows(found: PortalObject, fields: Mapping[str, Any]) -> bool:
    """Return whether an object has these values, as far as they can be compared.

    Args:
        found: The object, with all its details.
        fields: The fields as the method takes them.
    """
    return all(_has(found, key, sent) for key, sent in fields.items())


def is_same_text(found: object, sent: object) -> bool:
    """Return whether a text of the portal is the one that was sent.

    Some portals remove white space at its ends.

    Args:
        found: The text of the portal.
        sent: The text that was sent.
    """
    return bool(found == sent or (isinstance(sent, str) and found == sent.strip()))


def _has(found: PortalObject, key: str, sent: Any) -> bool:
    if isinstance(found, Source) and key == "settings":
        values = found.values()
        return all(is_same_text(values.get(code, ""), str(value)) for code, value in sent.items())
    if isinstance(found, Connector) and key == "settings":
        return _are_same_parts(found.parameters, sent, ("code", "name", "type"))
    if isinstance(found, Table) and key == "fields":
        return _are_same_parts(found.columns or (), sent, ("name", "externalCode", "type"))
    return is_same_text(getattr(found, to_snake(key), None), sent)


def _are_same_parts(
    found: Sequence[object], sent: Sequence[Mapping[str, Any]], keys: tuple[str, ...]
) -> bool:
    """Return whether two lists have the same parts, in any order."""

    def is_same(part: object, each: Mapping[str, Any]) -> bool:
        return all(is_same_text(getattr(part, to_snake(key)), each[key]) for key in keys)

    return len(found) == len(sent) and all(
        any(is_same(part, each) for part in found) for each in sent
    )
