"""The objects of one kind, as the application sees them, with reads that many resources share."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from pydantic import ValidationError

from pulumi_bxbi.portal.errors import PortalError, PortalUnavailable
from pulumi_bxbi.portal.objects.known_objects import KnownObjects
from pulumi_bxbi.portal.objects.matching import Candidates, is_made_of, is_same_text
from pulumi_bxbi.portal.objects.shared_reads import OncePerKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.portal.rest.client import Portal

M = TypeVar("M", bound="PortalObject")

#: How many objects one page of a list holds.
PAGE: Final = 50
#: How many pages of one list are read at the same time.
_PAGES_AT_ONCE: Final = 8


class Readable(Generic[M]):
    """The connectors, the sources or the tables that the application can see.

    May be shared by threads. Lives as long as one deployment, because it caches objects.

    Args:
        portal: The portal.
        kind: ``connector``, ``source`` or ``table``, as in the names of the methods.
        model: The model of an object of this kind.

    Attributes:
        known: The objects and lists that were read in this run, each once.
    """

    #: Whether the first shared read of an object is a call for it alone.
    reads_one_alone: ClassVar[bool] = True

    def __init__(self, portal: Portal, kind: str, model: type[M]) -> None:
        self._portal = portal
        self._kind = kind
        self._model = model
        self.known = KnownObjects(self.get, self.list_whole, self.list)
        self._everything: OncePerKey[None, dict[int, M]] = OncePerKey(lambda _: self._all())
        self._lock = threading.Lock()
        self._changed: set[int] = set()
        self._reads = 0
        self._first_look: OncePerKey[None, Sequence[M]] = OncePerKey(
            lambda _: self._page({"order": {"id": "DESC"}})
        )
        self._newest = 0

    def get(self, object_id: int) -> M:
        """Read an object as it is now.

        Args:
            object_id: Its id.

        Raises:
            NotFound: It does not exist, or belongs to another application.
            PortalError: It could not be read.
        """
        about = f"{self._kind} {object_id}"
        return self._item("get", about, self._call("get", {"id": object_id}, about))

    def read_shared(self, object_id: int) -> M:
        """Read an object, with few calls where many objects are read.

        The first object is read by a call of its own. When a second one is read, all objects are
        listed once. An object that the list lacks, or that was written since, is read alone.

        Args:
            object_id: Its id.

        Raises:
            NotFound: It does not exist, or belongs to another application.
            PortalError: It could not be read.
        """
        with self._lock:
            self._reads += 1
            alone = (self._reads == 1 and self.reads_one_alone) or object_id in self._changed
        if not alone:
            listed = self._everything.get(None).get(object_id)
            if listed is not None:
                return listed
        return self.get(object_id)

    def look_for_newest(self) -> None:
        """Read the newest objects, once in a run, so that older ones are never taken for new ones.

        Raises:
            PortalError: They could not be read.
        """
        self._first_look.get(None)

    def list(self, condition: Mapping[str, Any]) -> Iterator[M]:
        """List the objects that meet a condition, page by page in the order of their ids.

        Args:
            condition: A ``filter`` as the method takes it.

        Raises:
            PortalError: They could not be read.
        """
        return self._walk(condition, after=0)

    def list_all(self) -> Sequence[M]:
        """List all objects, several pages at the same time where there are many.

        An object that is made or deleted meanwhile may be listed or not.

        Raises:
            PortalError: They could not be read.
        """
        oldest = self._page({"order": {"id": "ASC"}})
        if len(oldest) < PAGE:
            return oldest
        newest = self._first_look.get(None)
        found = {each.id: each for each in (*oldest, *newest)}
        first, end = oldest[-1].id + 1, min((each.id for each in newest), default=0)
        pages = math.ceil((end - first) / PAGE)
        width = math.ceil(pages / _PAGES_AT_ONCE) * PAGE or PAGE
        with ThreadPoolExecutor(_PAGES_AT_ONCE) as pool:
            parts = [
                pool.submit(copy_context().run, self._between, begin, min(begin + width, end))
                for begin in range(first, end, width)
            ]
            for part in parts:
                found.update({each.id: each for each in part.result()})
        return tuple(found.values())

    def list_whole(self, condition: Mapping[str, Any]) -> Sequence[M]:
        """List the objects that meet a condition, with all their details.

        Args:
            condition: A ``filter`` as the method takes it.

        Raises:
            PortalError: They could not be read.
        """
        return tuple(self.list(condition))

    def candidates(self, fields: Mapping[str, Any], listed: Iterable[M]) -> Candidates[M]:
        """Find the objects that an ``add`` with these fields may have created.

        Args:
            fields: The fields as the method takes them.
            listed: The objects to look among, as :meth:`list` returns them.

        Raises:
            PortalError: Their details could not be read.
        """
        label = fields.get("title", fields.get("name"))
        alike = [self.whole(each) for each in listed if is_same_text(each.label, label)]
        complete = tuple(each for each in alike if is_made_of(each, fields))
        return Candidates(complete, tuple(each for each in alike if each not in complete))

    def whole(self, listed: M) -> M:
        """Return an object of a list with all its details.

        Args:
            listed: The object, as :meth:`list` returns it.

        Raises:
            NotFound: It no longer exists.
            PortalError: Its details could not be read.
        """
        return listed

    def _between(self, begin: int, end: int) -> Sequence[M]:
        return tuple(self._walk({}, after=begin - 1, end=end))

    def _walk(
        self, condition: Mapping[str, Any], *, after: int, end: int | None = None
    ) -> Iterator[M]:
        """List objects page by page: those with ids above ``after``, and below ``end`` if given."""
        last = after
        while True:
            bounds = {**({">id": last} if last else {}), **({"<id": end} if end else {})}
            page = self._page({"filter": {**condition, **bounds}, "order": {"id": "ASC"}})
            yield from page
            if len(page) < PAGE or page[-1].id <= last or page[-1].id + 1 == end:
                return
            last = page[-1].id

    def _saw(self, object_id: int) -> None:
        with self._lock:
            self._newest = max(self._newest, object_id)

    def _all(self) -> dict[int, M]:
        return {each.id: each for each in self.list_all()}

    def _page(self, query: dict[str, Any]) -> Sequence[M]:
        return self._page_in(self._call("list", query, ""))

    def _page_in(self, result: Any) -> Sequence[M]:
        if not isinstance(result, list):
            raise self._unexpected("list", "", "is not a list")
        return [self._parsed("list", "", item) for item in result]

    def _call(self, action: str, params: dict[str, Any], about: str) -> Any:
        return self._portal.call(self._method(action), params, about=about)

    def _method(self, action: str) -> str:
        return f"biconnector.{self._kind}.{action}"

    def _item(self, action: str, about: str, result: Any) -> M:
        if not isinstance(result, dict) or "item" not in result:
            raise self._unexpected(action, about, "has no item")
        return self._parsed(action, about, result["item"])

    def _parsed(self, action: str, about: str, item: Any) -> M:
        try:
            found = self._model.model_validate(item)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            place = ".".join(str(step) for step in first["loc"]) or "its root"
            raise self._unexpected(
                action, about, f"is invalid at {place} ({first['msg']})"
            ) from None
        self._saw(found.id)
        return found

    def _unexpected(self, action: str, about: str, problem: str) -> PortalError:
        return PortalUnavailable(
            method=self._method(action),
            observed=f"The portal's answer {problem}, which is not documented.",
            cure="report it to the maintainers of pulumi-bxbi with this message.",
            portal=self._portal.address,
            object=about,
        )
