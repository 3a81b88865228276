"""All objects of one kind on a portal: what creates, changes and deletes them."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import tenacity
from pydantic import ValidationError

from pulumi_bxbi.portal.display import named, one_line
from pulumi_bxbi.portal.errors import (
    NotFound,
    OutcomeUnknown,
    PortalUnavailable,
)
from pulumi_bxbi.portal.objects.lost_answers import (
    MOST_SENT,
    never_executed,
    sought,
    until_done,
)
from pulumi_bxbi.portal.objects.matching import shows
from pulumi_bxbi.portal.objects.readable import M, Readable
from pulumi_bxbi.portal.objects.shared_reads import ReadAfterWrite
from pulumi_bxbi.portal.rest.joint_writes import ReadBack, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from pulumi_bxbi.portal.objects.matching import Candidates
    from pulumi_bxbi.portal.rest.client import Portal

logger = logging.getLogger(__name__)


class Collection(Readable[M]):
    """The connectors, the sources or the tables that the application can see and write.

    Args:
        portal: The portal.
        kind: ``connector``, ``source`` or ``table``, as in the names of the methods.
        model: The model of an object of this kind.
    """

    def __init__(self, portal: Portal, kind: str, model: type[M]) -> None:
        super().__init__(portal, kind, model)
        #: Whether the portal is known to have the methods; where it is not, a call finds out.
        self._knows_methods = True
        self._written = ReadAfterWrite(self._among, lambda: portal.has_little_room)
        self._reference: Callable[[str], object] | None = None
        self._adding: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

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
