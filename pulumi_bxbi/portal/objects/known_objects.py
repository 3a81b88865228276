"""The objects of one kind that a run has read already: each object and each list once.

Whatever the run itself writes is read anew: the object, and each list that may have or get it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from pulumi_bxbi.portal.objects.matching import is_same_text
from pulumi_bxbi.portal.objects.models import PortalObject
from pulumi_bxbi.portal.objects.shared_reads import OncePerKey

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

M = TypeVar("M", bound=PortalObject)


class _List(NamedTuple):
    """A list of objects.

    Attributes:
        condition: The items of its ``filter``.
        label: The exact title or name of its objects; ``None`` for any.
    """

    condition: tuple[tuple[str, Hashable], ...] = ()
    label: str | None = None


class KnownObjects(Generic[M]):
    """Reads objects and lists once, until the run writes one of them.

    May be shared by threads: those that need the same at the same time share a read.

    Args:
        get: Reads an object with all its details.
        list_whole: Lists the objects that meet a condition, with all their details.
        list_plain: Lists them with the details that a list has.
    """

    def __init__(
        self,
        get: Callable[[int], M],
        list_whole: Callable[[Mapping[str, Any]], Sequence[M]],
        list_plain: Callable[[Mapping[str, Any]], Iterable[M]],
    ) -> None:
        self._list_whole = list_whole
        self._objects = OncePerKey(get)
        self._lists: OncePerKey[_List, Sequence[M]] = OncePerKey(self._listed)
        self._plain: OncePerKey[None, Sequence[M]] = OncePerKey(lambda _: tuple(list_plain({})))

    def object(self, object_id: int) -> M:
        """Return an object, from the list of all objects where that was read.

        Args:
            object_id: Its id.

        Raises:
            NotFound: It does not exist, or belongs to another application.
            PortalError: It could not be read.
        """
        everything = self._lists.value(_List()) or ()
        listed = next((each for each in everything if each.id == object_id), None)
        return listed or self._objects.get(object_id)

    def list(self, condition: Mapping[str, Hashable]) -> Sequence[M]:
        """Return the objects that meet a condition, with all their details.

        Args:
            condition: A ``filter`` as the method takes it; empty for all objects.

        Raises:
            PortalError: They could not be read.
        """
        return self._lists.get(_List(tuple(condition.items())))

    def with_label(self, key: str, label: str) -> Sequence[M]:
        """Return the objects with exactly some title or name.

        They come from the list of all objects where that was read.

        Args:
            key: ``title`` or ``name``.
            label: The title or name.

        Raises:
            PortalError: They could not be read.
        """
        everything = self._lists.value(_List())
        if everything is not None:
            return _labelled(everything, label)
        return self._lists.get(_List(((f"={key}", label),), label))

    def plain(self) -> Sequence[M]:
        """Return all objects with the details that a list has.

        Raises:
            PortalError: They could not be read.
        """
        return self._plain.get(None)

    def forget(self, object_id: int | None, label: str) -> None:
        """Forget an object that was written, and each list that may show it.

        Args:
            object_id: Its id; ``None`` for a new object.
            label: Its title or name now.
        """
        if object_id is not None:
            self._objects.forget(object_id)
        self._lists.forget_where(
            lambda asked, found: (
                asked.label is None
                or is_same_text(asked.label, label)
                or any(each.id == object_id for each in found)
            )
        )
        self._plain.forget(None)

    def forget_all(self) -> None:
        """Forget every object and every list."""
        self._objects.forget_where(lambda _key, _found: True)
        self._lists.forget_where(lambda _key, _found: True)
        self._plain.forget(None)

    def _listed(self, asked: _List) -> Sequence[M]:
        found = self._list_whole(dict(asked.condition))
        return tuple(found) if asked.label is None else _labelled(found, asked.label)


def _labelled(objects: Iterable[M], label: str) -> Sequence[M]:
    """Return those with exactly a title or name: a portal may ignore case when it compares."""
    return tuple(each for each in objects if each.label == label)
