"""All objects of one kind on a portal: what creates, changes and deletes them."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import tenacity
from pydantic import ValidationError

from pulumi_bxbi.portal.display import named, one_line
from pulumi_bxbi.portal.errors import (
    LimitExceeded,
    NotFound,
    OutcomeUnknown,
    PortalError,
    PortalUnavailable,
)
from pulumi_bxbi.portal.objects.lost_answers import (
    never_executed,
    not_clear,
    not_compared,
    not_found_out,
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

#: How often a write is sent at most, as long as the portal has not executed it.
_MOST_SENT: Final = 3
#: A wait that is longer is announced to the user.
_LONG_SECONDS: Final = 3


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
            self._until_done(
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
            self._until_done(
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
            stop=tenacity.stop_after_attempt(_MOST_SENT),
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
        until = error.sent + self._portal.timeout
        left = until - self._portal.clock()
        if left > _LONG_SECONDS:
            logger.info(
                "%s: its creation got no usable answer. Looking for it on the portal for up to "
                "%d s.",
                error.object,
                left,
            )
        began = 0.0

        def look() -> Candidates[M]:
            nonlocal began
            began = self._portal.clock()
            return self.candidates(fields, self.list({">id": before} if before else {}))

        looking = tenacity.Retrying(
            # A portal that does not answer for a while may have created the object before.
            retry=tenacity.retry_if_exception_type((PortalUnavailable, LimitExceeded))
            | tenacity.retry_if_result(lambda candidates: not _is_one(candidates)),
            wait=tenacity.wait_exponential(multiplier=0.5, max=10),
            stop=lambda _: began >= until,
            sleep=self._portal.sleep,
            retry_error_callback=lambda state: state.outcome and state.outcome.result(),
        )
        try:
            candidates: Candidates[M] = looking(look)
        except PortalError as failed:
            raise not_found_out(error, self._kind, before, failed) from None
        if _is_one(candidates):
            return candidates.complete[0]
        if alike := (*candidates.complete, *candidates.partial):
            raise not_clear(error, self._kind, alike)
        return None

    def _until_done(self, write: Callable[[], Any], is_done: Callable[[], bool]) -> None:
        """Repeat an idempotent write until it is answered, or the portal shows its effect."""
        lost = _unanswered(write, is_done)
        for _ in range(_MOST_SENT - 1):
            if lost is None:
                return
            try:
                lost = _unanswered(write, is_done)
            except NotFound:
                if not is_done():
                    raise
                return
        if lost:
            raise lost

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


def _is_one(candidates: Candidates[Any]) -> bool:
    return len(candidates.complete) == 1 and not candidates.partial


def _unanswered(write: Callable[[], Any], is_done: Callable[[], bool]) -> OutcomeUnknown | None:
    """Write, and return the error if the portal neither answers nor shows the effect."""
    try:
        write()
    except OutcomeUnknown as error:
        try:
            return None if is_done() else error
        except NotFound:
            raise
        except PortalError as failed:
            raise not_compared(error, failed) from None
    return None


def _id_in(result: Any) -> int | None:
    """Return the new id from either documented form, ``{"id": 7}`` or ``7``."""
    found = result.get("id") if isinstance(result, dict) else result
    if isinstance(found, bool) or not str(found).isdecimal():
        return None
    return int(str(found)) or None
