"""All objects of one kind on a portal: what reads, creates, changes and deletes them."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import tenacity
from pydantic import ValidationError

from pulumi_bxbi.portal.display import named, one_line
from pulumi_bxbi.portal.errors import NotFound, OutcomeUnknown, PortalError, PortalUnavailable
from pulumi_bxbi.portal.objects.known_objects import KnownObjects
from pulumi_bxbi.portal.objects.lost_answers import MOST_SENT, never_executed, sought, until_done
from pulumi_bxbi.portal.objects.matching import Candidates, is_made_of, is_same_text, shows
from pulumi_bxbi.portal.objects.pages import list_all, walk
from pulumi_bxbi.portal.objects.shared_reads import OncePerKey, ReadAfterWrite
from pulumi_bxbi.portal.rest.joint_writes import ReadBack, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.portal.rest.client import Portal

logger = logging.getLogger(__name__)

M = TypeVar("M", bound="PortalObject")


class Collection(Generic[M]):
    """The connectors, the sources or the tables that the application can see and write.

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
        #: Whether the portal is known to have the methods; where it is not, a call finds out.
        self._knows_methods = True
        self.known = KnownObjects(self.get, self.list_whole, self.list)
        self._everything: OncePerKey[None, dict[int, M]] = OncePerKey(lambda _: self._all())
        self._lock = threading.Lock()
        self._changed: set[int] = set()
        self._reads = 0
        self._first_look: OncePerKey[None, Sequence[M]] = OncePerKey(
            lambda _: self._page({"order": {"id": "DESC"}})
        )
        self._newest = 0
        self._written = ReadAfterWrite(self._among, lambda: portal.has_little_room)
        self._reference: Callable[[str], object] | None = None
        self._adding: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

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
        return walk(self._page, condition)

    def list_all(self) -> Sequence[M]:
        """List all objects, several pages at the same time where there are many.

        Raises:
            PortalError: They could not be read.
        """
        return list_all(self._page)

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

    def create(self, fields: Mapping[str, Any], name: str) -> tuple[int, Future[M | None]]:
        """Create an object and read it back.

        An ``add`` without an answer is not simply repeated: the object is looked for first, until
        the portal cannot be working on it any more.

        Args:
            fields: The fields as the method takes them.
            name: The object's name or title, for errors.

        Returns:
            Its id, and the finished read, which may have failed.

        Raises:
            PortalError: It was not created; ``OutcomeUnknown`` where that is not certain.
        """

        def add() -> tuple[int, M | None]:
            # New objects of the same name could not be told apart, so they are created in turn.
            with self._adding[name]:
                about = one_line(f'{self._kind} "{name}"')
                return self._add_once(fields, about)

        try:
            return self._written.run(add)
        finally:
            self.known.forget(None, name)

    def update(
        self, object_id: int, fields: Mapping[str, Any], name: str
    ) -> tuple[int, Future[M | None]]:
        """Change an object and read it back.

        An ``update`` without an answer is repeated if the object does not have the new values.

        Args:
            object_id: Its id.
            fields: The fields that change, as the method takes them.
            name: The object's name or title, for errors.

        Returns:
            Its id, and the finished read, which may have failed.

        Raises:
            PortalError: It was not changed; ``OutcomeUnknown`` where that is not certain.
        """
        about = named(self._kind, object_id, name)

        def update() -> tuple[int, M | None]:
            written: list[Written] = []
            params = {"id": object_id, "fields": fields}
            read_back = self._read_back(lambda _: object_id)
            until_done(
                lambda: written.append(self._write("update", params, about, read_back)),
                lambda: shows(self.get(object_id), fields),
            )
            return object_id, self._read_with(written, object_id)

        try:
            return self._written.run(update)
        finally:
            self._forget(object_id, name)

    def delete(self, object_id: int, name: str) -> None:
        """Delete an object.

        A ``delete`` without an answer is repeated if the object still exists.

        Args:
            object_id: Its id.
            name: Its name or title, for errors; may be empty.

        Raises:
            NotFound: It no longer exists, or belongs to another application.
            PortalError: It was not deleted; ``OutcomeUnknown`` where that is not certain.
        """
        about = named(self._kind, object_id, name) if name else f"{self._kind} {object_id}"
        try:
            until_done(
                lambda: self._write("delete", {"id": object_id}, about),
                lambda: not self._exists(object_id),
            )
        finally:
            self._forget(object_id, name)

    def _add_once(self, fields: Mapping[str, Any], about: str) -> tuple[int, M | None]:
        self.look_for_newest()
        sending = tenacity.Retrying(
            retry=tenacity.retry_if_exception(
                lambda error: isinstance(error, PortalUnavailable) and error.looked_for
            ),
            stop=tenacity.stop_after_attempt(MOST_SENT),
            sleep=self._portal.sleep,
            reraise=True,
        )
        added: tuple[int, M | None] = sending(self._add_and_look, fields, self._newest, about)
        self._saw(added[0])
        return added

    def _add_and_look(
        self, fields: Mapping[str, Any], before: int, about: str
    ) -> tuple[int, M | None]:
        reference = self._reference
        read_back = reference and self._read_back(reference)
        try:
            written = self._write("add", {"fields": fields}, about, read_back)
        except OutcomeUnknown as error:
            made = self._sought(fields, before, error)
            if made is None:
                raise never_executed(error, self._kind) from None
        else:
            added = _id_in(written.result)
            if added is not None:
                # From now on a batch can refer to the id of what it adds.
                is_nested = isinstance(written.result, dict)
                self._reference = _nested_id if is_nested else _plain_id
                return added, self._read_with([written], added)
            without_id = self._without_id(about)
            made = self._sought(fields, before, without_id)
            if made is None:
                raise without_id
        logger.info(
            "%s: its creation got no usable answer, but the portal has it as %s %d.",
            about,
            self._kind,
            made.id,
        )
        return made.id, None

    def _sought(self, fields: Mapping[str, Any], before: int, error: OutcomeUnknown) -> M | None:
        """Look for the object that an ``add`` without an answer may have created, or still may."""

        def look() -> Candidates[M]:
            return self.candidates(fields, self.list({">id": before} if before else {}))

        return sought(error, self._kind, before, look, self._portal)

    def _exists(self, object_id: int) -> bool:
        try:
            self._call("get", {"id": object_id}, f"{self._kind} {object_id}")
        except NotFound:
            return False
        return True

    def _forget(self, object_id: int, name: str) -> None:
        with self._lock:
            self._changed.add(object_id)
        self.known.forget(object_id, name)

    def _among(self, ids: Sequence[int]) -> dict[int, M]:
        """Read some objects with one call."""
        return {each.id: each for each in self.list(_among_ids(ids)["filter"])}

    def _write(
        self, action: str, params: dict[str, Any], about: str, read_back: ReadBack | None = None
    ) -> Written:
        if not self._knows_methods:
            return Written(self._call(action, params, about))
        return self._portal.write(self._method(action), params, about=about, read_back=read_back)

    def _read_back(self, id_in_batch: Callable[[str], object]) -> ReadBack:
        """Return how an object is read with the call that writes it.

        Args:
            id_in_batch: What stands for the object's id in a batch, by the name of the write there.
        """
        return ReadBack(self._method("list"), _among_ids, id_in_batch)

    def _read_with(self, written: Sequence[Written], object_id: int) -> M | None:
        """Return an object that was read by the call that wrote it; ``None`` where it was not."""
        found = written[-1].read if written else None
        listed = found if isinstance(found, list) else []
        return next((each for each in self._usable(listed) if each.id == object_id), None)

    def _usable(self, items: Sequence[Any]) -> Iterator[M]:
        for item in items:
            with suppress(ValidationError):
                yield self._model.model_validate(item)

    def _without_id(self, about: str) -> OutcomeUnknown:
        error = OutcomeUnknown(
            method=self._method("add"),
            observed="The portal answered without the id of the new object.",
            cure="look for the object in the portal's Analytics hub. If it is there, delete it "
            "and run the same command again.",
            portal=self._portal.address,
            object=about,
        )
        error.sent = self._portal.clock()
        return error

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


def _among_ids(ids: Sequence[object]) -> dict[str, Any]:
    """Return the parameters of a list of the objects with some ids."""
    return {"filter": {"@id": list(ids)}}


def _nested_id(name: str) -> str:
    return f"$result[{name}][id]"


def _plain_id(name: str) -> str:
    return f"$result[{name}]"


def _id_in(result: Any) -> int | None:
    """Return the new id from either documented form, ``{"id": 7}`` or ``7``."""
    found = result.get("id") if isinstance(result, dict) else result
    if isinstance(found, bool) or not str(found).isdecimal():
        return None
    return int(str(found)) or None
