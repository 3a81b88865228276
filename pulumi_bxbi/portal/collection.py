"""All objects of one kind on a portal, with reads that many resources share."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from pydantic import ValidationError

from pulumi_bxbi.portal.errors import OutcomeUnknown, PortalError, PortalUnavailable
from pulumi_bxbi.portal.sharing import OncePerKey, ReadAfterWrite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from pulumi_bxbi.portal.client import Portal
    from pulumi_bxbi.portal.objects import PortalObject

M = TypeVar("M", bound="PortalObject")

#: How many objects a list gives at a time.
PAGE: Final = 50


class Collection(Generic[M]):
    """The connectors, the sources or the tables that the application can see.

    May be shared by threads; lives as long as one deployment, because of what it remembers.

    Args:
        portal: The portal.
        kind: ``connector``, ``source`` or ``table``, as in the names of the methods.
        model: What an object of this kind is read as.
        writers: How many threads create and update at the same time.
    """

    #: Whether the first read of an object is a call for it alone.
    reads_one_alone: ClassVar[bool] = True

    def __init__(self, portal: Portal, kind: str, model: type[M], writers: int) -> None:
        self._portal = portal
        self._kind = kind
        self._model = model
        self._known = OncePerKey(self.get)
        self._written = ReadAfterWrite(self._among, writers)
        self._everything: OncePerKey[None, dict[int, M]] = OncePerKey(lambda _: self._all())
        self._lock = threading.Lock()
        self._changed: set[int] = set()
        self._reads = 0

    def get(self, object_id: int) -> M:
        """Give an object as it is now.

        Raises:
            NotFound: There is none, or it is another application's.
            PortalError: The portal did not say.
        """
        about = f"{self._kind} {object_id}"
        return self._item("get", about, self._call("get", {"id": object_id}, about))

    def known(self, object_id: int) -> M:
        """Give an object as it was when it was first asked for, or last written, in this run.

        Raises:
            NotFound: There is none, or it is another application's.
            PortalError: The portal did not say.
        """
        return self._known.get(object_id)

    def one_of_many(self, object_id: int) -> M:
        """Give an object, with as few calls as many such reads allow.

        The first is a call of its own. When a second object is wanted, all are listed once. One
        that the list lacks, or that was written since, is asked for by itself.

        Raises:
            NotFound: There is none, or it is another application's.
            PortalError: The portal did not say.
        """
        with self._lock:
            self._reads += 1
            alone = (self._reads == 1 and self.reads_one_alone) or object_id in self._changed
        if not alone:
            listed = self._everything.get(None).get(object_id)
            if listed is not None:
                return listed
        return self.get(object_id)

    def list(self, condition: Mapping[str, Any]) -> Iterator[M]:
        """List the objects that meet a condition, page by page in the order of their ids.

        Args:
            condition: A ``filter`` as the method takes it.

        Raises:
            PortalError: The portal did not say.
        """
        last = 0
        while True:
            after = {">id": last} if last else {}
            query = {"filter": {**condition, **after}, "order": {"id": "ASC"}}
            result = self._call("list", query, "")
            if not isinstance(result, list):
                raise self._unexpected("list", "", "is not a list")
            page = [self._parsed("list", "", item) for item in result]
            yield from page
            if len(page) < PAGE or page[-1].id <= last:
                return
            last = page[-1].id

    def list_whole(self, condition: Mapping[str, Any]) -> Sequence[M]:
        """List the objects that meet a condition, with all that can be known of them.

        Args:
            condition: A ``filter`` as the method takes it.

        Raises:
            PortalError: The portal did not say.
        """
        return tuple(self.list(condition))

    def create(self, fields: Mapping[str, Any], name: str) -> tuple[int, Future[M | None]]:
        """Create an object and read it back.

        Args:
            fields: As the method takes them.
            name: The object's name or title, for errors.

        Returns:
            Its id, and the finished read, which may have failed.

        Raises:
            PortalError: It was not created; ``OutcomeUnknown`` where that is not sure.
        """
        about = f'{self._kind} "{name}"'

        def add() -> int:
            return self._added(about, self._call("add", {"fields": fields}, about))

        return self._written.run(add)

    def update(
        self, object_id: int, fields: Mapping[str, Any], name: str
    ) -> tuple[int, Future[M | None]]:
        """Change an object and read it back.

        Args:
            object_id: Which one.
            fields: What changes, as the method takes it.
            name: The object's name or title, for errors.

        Returns:
            Its id, and the finished read, which may have failed.

        Raises:
            PortalError: It was not changed; ``OutcomeUnknown`` where that is not sure.
        """

        def update() -> int:
            about = f'{self._kind} {object_id} "{name}"'
            self._call("update", {"id": object_id, "fields": fields}, about)
            return object_id

        try:
            return self._written.run(update)
        finally:
            self._forget(object_id)

    def delete(self, object_id: int, name: str) -> None:
        """Delete an object.

        Args:
            object_id: Which one.
            name: Its name or title, for errors; may be empty.

        Raises:
            NotFound: It is gone already, or another application's.
            PortalError: It was not deleted; ``OutcomeUnknown`` where that is not sure.
        """
        about = f'{self._kind} {object_id} "{name}"' if name else f"{self._kind} {object_id}"
        try:
            self._call("delete", {"id": object_id}, about)
        finally:
            self._forget(object_id)

    def _forget(self, object_id: int) -> None:
        with self._lock:
            self._changed.add(object_id)
        self._known.forget(object_id)

    def _among(self, ids: Sequence[int]) -> dict[int, M]:
        """Read some objects with one call."""
        return {each.id: each for each in self.list({"@id": list(ids)})}

    def _all(self) -> dict[int, M]:
        return {each.id: each for each in self.list({})}

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
            return self._model.model_validate(item)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            place = ".".join(str(step) for step in first["loc"]) or "it"
            raise self._unexpected(action, about, f"says of {place}: {first['msg']}") from None

    def _added(self, about: str, result: Any) -> int:
        """Take the new id out of both documented forms, ``{"id": 7}`` and ``7``."""
        found = result.get("id") if isinstance(result, dict) else result
        if isinstance(found, bool) or not str(found).isdecimal() or int(str(found)) == 0:
            raise OutcomeUnknown(
                method=self._method("add"),
                observed="The portal answered without the id of the new object.",
                cure="look for the object in the portal's Analytics hub. If it is there, delete it "
                "and run the same command again.",
                portal=self._portal.address,
                object=about,
            )
        return int(str(found))

    def _unexpected(self, action: str, about: str, problem: str) -> PortalError:
        return PortalUnavailable(
            method=self._method(action),
            observed=f"The portal's answer {problem}, which the documentation does not know.",
            cure="report it to the maintainers of pulumi-bxbi with this message.",
            portal=self._portal.address,
            object=about,
        )
