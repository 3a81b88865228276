"""Lookups of objects on the portal: one object by its id or its label, or all of a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.portal.display import named, one_line
from pulumi_bxbi.portal.objects.lookalike_titles import difference
from pulumi_bxbi.portal.objects.models import PortalObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.resources.lifecycle import Lifecycle

M = TypeVar("M", bound=PortalObject)


class LookupFailedError(Exception):
    """There is no such object, or there are several; or the arguments are invalid."""


def asked_for_one(lifecycle: Lifecycle[M], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the key of a lookup of one object, with its value: the id, or the title or name.

    Args:
        lifecycle: The lifecycle of the object.
        given: The arguments of the lookup, by their keys; ``None`` counts as not given.

    Raises:
        LookupFailedError: Not exactly one is given, or the id is not an id.
    """
    asked = {key: value for key, value in given.items() if value is not None}
    if len(asked) != 1:
        raise LookupFailedError(f"give either id or {lifecycle.label}.")
    return {key: _number(key, each) if key == "id" else each for key, each in asked.items()}


def asked_for_all(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the owner of the objects to look up; empty for all objects.

    Args:
        given: The id of the owner, by the property that names it; ``None`` counts as not given.

    Raises:
        LookupFailedError: It is not an id.
    """
    return {key: _number(key, value) for key, value in given.items() if value is not None}


def find_one(
    lifecycle: Lifecycle[M],
    catalog: Catalog,
    asked: Mapping[str, Any],
    hints: Iterable[str] = (),
) -> M:
    """Find an object by its id, or by its exact title or name.

    Args:
        lifecycle: The lifecycle of the object.
        catalog: The portal's objects.
        asked: The key with its value, as :func:`asked_for_one` returns it.
        hints: Sentences for the error if there is none.

    Raises:
        LookupFailedError: There is none, or there are several.
        PortalError: The objects could not be read.
    """
    known = lifecycle.collection(catalog).known
    if "id" in asked:
        return known.object(asked["id"])
    label = str(asked[lifecycle.label])
    called = one_line(f'the {lifecycle.label} "{label}"')
    found = known.with_label(lifecycle.label, label)
    if not found:
        told = (*hints, *_alike(lifecycle, label, catalog))
        raise LookupFailedError(
            f"{catalog.address} has no {lifecycle.kind} with {called} for this "
            f"application.{''.join(f' {hint}' for hint in told)}"
        )
    if len(found) > 1:
        ids = ", ".join(str(each.id) for each in found)
        raise LookupFailedError(
            f"{len(found)} {lifecycle.kind}s have {called}: give the id of one of them ({ids})."
        )
    return found[0]


def find_all(lifecycle: Lifecycle[M], catalog: Catalog, asked: Mapping[str, Any]) -> Sequence[M]:
    """Find all objects of a kind, or those of one owner, in the order of their ids.

    Args:
        lifecycle: The lifecycle of the objects.
        catalog: The portal's objects.
        asked: The owner, as :func:`asked_for_all` returns it.

    Raises:
        PortalError: The objects could not be read.
    """
    condition = {f"={key}": value for key, value in asked.items()}
    return lifecycle.collection(catalog).known.list(condition)


def _number(key: str, value: Any) -> int:
    """Return an id as a whole number; an engine has only floating-point numbers."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if not text.isdecimal() or int(text) == 0:
        raise LookupFailedError(
            f"{key} must be the positive whole number that the portal gave the object, and is "
            f'"{value}".'
        )
    return int(text)


def _alike(lifecycle: Lifecycle[M], label: str, catalog: Catalog) -> Iterable[str]:
    """Yield hints at objects whose title or name only looks the same."""
    try:
        everything = lifecycle.collection(catalog).known.plain()
    except PortalError:
        return  # the lookup fails without these hints
    alike = [
        f"{named(lifecycle.kind, each.id, each.label)} ({how})"
        for each in everything
        if (how := difference(label, each.label))
    ]
    if alike:
        yield (
            f"Found with a {lifecycle.label} that only looks the same: {', '.join(alike)}. Give "
            f"its id, or write the {lifecycle.label} as it is on the portal."
        )
