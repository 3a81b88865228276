"""Lookups of objects on the portal: one object by its id or its label, or all of a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from pulumi_bxbi.portal import Catalog, PortalError
from pulumi_bxbi.portal.display import named, one_line
from pulumi_bxbi.portal.objects.lookalike_titles import difference
from pulumi_bxbi.portal.objects.models import PortalObject
from pulumi_bxbi.portal.objects.shared_reads import OncePerKey

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from pulumi_bxbi.portal.objects.collection import Collection
    from pulumi_bxbi.resources.lifecycle import Lifecycle

M = TypeVar("M", bound=PortalObject)


class LookupFailedError(Exception):
    """There is no such object, or there are several; or the arguments are invalid."""


class Reader:
    """Reads the objects of one portal, each object and each list once.

    May be shared by threads; lives as long as one run.

    Args:
        catalog: The portal's objects.

    Attributes:
        catalog: The portal's objects.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._lists: OncePerKey[_List, Sequence[Any]] = OncePerKey(_listed)
        self._labels: OncePerKey[Any, Sequence[Any]] = OncePerKey(lambda of: tuple(of.list({})))

    def list(
        self,
        objects: Collection[M],
        condition: Mapping[str, Hashable],
        label: str | None = None,
        *,
        may_come: bool,
    ) -> Sequence[M]:
        """List objects with all their details.

        Args:
            objects: The connectors, the sources or the tables.
            condition: A ``filter`` as the method takes it.
            label: The exact title or name, because a portal may ignore case when it compares
                texts; ``None`` for any.
            may_come: Whether an empty list must be read again the next time, because the program
                itself creates such objects.

        Raises:
            PortalError: They could not be read.
        """
        key = (objects, tuple(condition.items()), label)
        found = self._lists.get(key)
        if not found and may_come:
            self._lists.forget(key)
        return cast("Sequence[M]", found)

    def all(self, objects: Collection[M]) -> Sequence[M]:
        """List all objects of a kind, tables without their columns.

        Args:
            objects: The connectors, the sources or the tables.

        Raises:
            PortalError: They could not be read.
        """
        return cast("Sequence[M]", self._labels.get(objects))


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
    reader: Reader,
    asked: Mapping[str, Any],
    hints: Iterable[str] = (),
    *,
    may_come: bool,
) -> M:
    """Find an object by its id, or by its exact title or name.

    Args:
        lifecycle: The lifecycle of the object.
        reader: Reads the portal.
        asked: The key with its value, as :func:`asked_for_one` returns it.
        hints: Sentences for the error if there is none.
        may_come: Whether the program itself creates objects of this kind.

    Raises:
        LookupFailedError: There is none, or there are several.
        PortalError: The objects could not be read.
    """
    objects = lifecycle.collection(reader.catalog)
    if "id" in asked:
        return objects.known(asked["id"])
    label = str(asked[lifecycle.label])
    called = one_line(f'the {lifecycle.label} "{label}"')
    found = reader.list(objects, {f"={lifecycle.label}": label}, label, may_come=may_come)
    if not found:
        told = (*hints, *_alike(lifecycle, label, reader))
        raise LookupFailedError(
            f"{reader.catalog.address} has no {lifecycle.kind} with {called} for this "
            f"application.{''.join(f' {hint}' for hint in told)}"
        )
    if len(found) > 1:
        ids = ", ".join(str(each.id) for each in found)
        raise LookupFailedError(
            f"{len(found)} {lifecycle.kind}s have {called}: give the id of one of them ({ids})."
        )
    return found[0]


def find_all(
    lifecycle: Lifecycle[M], reader: Reader, asked: Mapping[str, Any], *, may_come: bool
) -> Sequence[M]:
    """Find all objects of a kind, or those of one owner, in the order of their ids.

    Args:
        lifecycle: The lifecycle of the objects.
        reader: Reads the portal.
        asked: The owner, as :func:`asked_for_all` returns it.
        may_come: Whether the program itself creates objects of this kind.

    Raises:
        PortalError: The objects could not be read.
    """
    condition = {f"={key}": value for key, value in asked.items()}
    return reader.list(lifecycle.collection(reader.catalog), condition, may_come=may_come)


def _number(key: str, value: Any) -> int:
    """Return an id as a whole number; an engine has only floating-point numbers."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if not text.isdecimal() or int(text) == 0:
        raise LookupFailedError(
            f"{key} must be the positive whole number that the portal gave the object, and is "
            f'"{value}".'
        )
    return int(text)


def _alike(lifecycle: Lifecycle[M], label: str, reader: Reader) -> Iterable[str]:
    """Yield hints at objects whose title or name only looks the same."""
    try:
        everything = reader.all(lifecycle.collection(reader.catalog))
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


#: The key of a list that was read: the collection, the condition, and the title or name.
_List = tuple["Collection[Any]", tuple[tuple[str, "Hashable"], ...], "str | None"]


def _listed(asked: _List) -> Sequence[Any]:
    objects, condition, label = asked
    found = objects.list_whole(dict(condition))
    return [each for each in found if label in {None, each.label}]
