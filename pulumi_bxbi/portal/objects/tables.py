"""The tables of an application, and their columns."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.portal.display import named
from pulumi_bxbi.portal.errors import LimitExceeded, PortalError, PortalUnavailable
from pulumi_bxbi.portal.objects.collection import Collection
from pulumi_bxbi.portal.objects.models import Column, Table
from pulumi_bxbi.portal.rest.client import is_write
from pulumi_bxbi.portal.rest.methods import asking_for, exists

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pulumi_bxbi.portal.rest.client import Portal

#: How many calls one ``batch`` may hold.
_BATCH: Final = 50
#: The name of the question in a batch that asks which methods the portal has.
_ASKED: Final = "asked"
#: What tables are called where the portal does not know ``biconnector.table.*`` yet.
_FORMER_FAMILY: Final = "dataset"


class Tables(Collection[Table]):
    """The tables, under whichever name the portal knows them.

    A portal that does not know ``biconnector.table.*`` yet has the same objects as
    ``biconnector.dataset.*``, their former name.

    Args:
        portal: The portal.
        writers: How many threads create and update at the same time.
    """

    #: A table that is read alone takes two calls, as many as a whole list of them.
    reads_one_alone = False

    def __init__(self, portal: Portal, writers: int) -> None:
        super().__init__(portal, "table", Table, writers)
        self._family = "table"
        self._family_is_known = False
        self._finding_out = threading.Lock()

    def get(self, object_id: int) -> Table:
        """Give a table with its columns and its source, which takes two calls.

        Raises:
            NotFound: There is none, or it is another application's.
            PortalError: The portal did not say.
        """
        table = super().get(object_id)
        listed = next(self.list({"=id": object_id}), None)
        return table.model_copy(update={"source_id": listed.source_id if listed else None})

    def columns(self, object_id: int) -> tuple[Column, ...]:
        """Give the columns of a table as they are now.

        Raises:
            NotFound: There is no such table, or it is another application's.
            PortalError: The portal did not say.
        """
        columns = super().get(object_id).columns
        if columns is None:
            raise self._unexpected("get", f"table {object_id}", "has no columns")
        return columns

    def update_columns(self, object_id: int, name: str, changes: dict[str, Any]) -> None:
        """Change the columns of a table (``biconnector.table.fields.update``).

        Args:
            object_id: Which table.
            name: Its name, for errors.
            changes: ``add``, ``update`` and ``delete`` as the method takes them. It deletes by the
                ids of columns alone, even those of another table.

        Raises:
            PortalError: The portal did not change them; with the code ``DATASET_UPDATE_ERROR`` it
                did, and could not tell BI Builder.
        """
        about = named("table", object_id, name)
        try:
            self._call("fields.update", {"id": object_id, **changes}, about)
        finally:
            self._forget(object_id)

    def list_whole(self, condition: Mapping[str, Any]) -> Sequence[Table]:
        """List the tables that meet a condition, with their columns.

        Args:
            condition: A ``filter`` as the method takes it.

        Raises:
            PortalError: The portal did not say.
        """
        return self.with_columns(self.list(condition))

    def with_columns(self, listed: Iterable[Table]) -> Sequence[Table]:
        """Give tables of a list with their columns, in as few calls as possible.

        Args:
            listed: The tables.

        Raises:
            NotFound: One of them is gone by now.
            PortalError: The portal did not say.
        """
        by_id = {table.id: table for table in listed}
        return [
            table.model_copy(update={"source_id": by_id[table.id].source_id})
            for table in self.without_sources(by_id)
        ]

    def without_sources(self, ids: Iterable[int]) -> Iterator[Table]:
        """Return tables with their columns, but without their sources, in as few calls as possible.

        Args:
            ids: Which ones. What does not exist is left out.

        Raises:
            PortalError: The portal did not say.
        """
        remaining = iter(ids)
        while batch := list(itertools.islice(remaining, self._room_in_batch())):
            answers = self._read_in_batch({f"t{each}": ("get", {"id": each}) for each in batch})
            for answer in answers.values():
                yield self._item("get", "", answer)

    def whole(self, listed: Table) -> Table:
        """Give a table of a list with its columns.

        Raises:
            NotFound: It is gone by now.
            PortalError: The portal did not say.
        """
        return super().get(listed.id).model_copy(update={"source_id": listed.source_id})

    def _all(self) -> dict[int, Table]:
        return {table.id: table for table in self.list_whole({})}

    def _method(self, action: str) -> str:
        return f"biconnector.{self._family}.{action}"

    def _call(self, action: str, params: dict[str, Any], about: str) -> Any:
        """Call a method, under its former name where the portal knows no other.

        The first call finds out; others wait for it.
        """
        if not self._family_is_known:
            with self._finding_out:
                if not self._family_is_known:
                    return self._first_call(action, params, about)
        return super()._call(action, params, about)

    def _first_call(self, action: str, params: dict[str, Any], about: str) -> Any:
        """Make the first call, and find out by it under which name the portal knows tables."""
        if not is_write(self._method(action)):
            answers = self._ask_while_reading({"read": (action, params)}, about)
            if answers and "read" in answers:
                return answers["read"]
        return self._under_either_name(action, params, about)

    def _under_either_name(self, action: str, params: dict[str, Any], about: str) -> Any:
        """Call a method, and once more under the former name if the portal does not know it.

        A call that the portal does not know has changed nothing.
        """
        try:
            result = super()._call(action, params, about)
        except PortalError as error:
            if self._family_is_known or error.code.upper() != "ERROR_METHOD_NOT_FOUND":
                raise
            self._family = _FORMER_FAMILY
            result = super()._call(action, params, about)
        self._family_is_known = True
        return result

    def _room_in_batch(self) -> int:
        return _BATCH if self._family_is_known else _BATCH - 1

    def _read_in_batch(self, reads: Mapping[str, tuple[str, dict[str, Any]]]) -> dict[str, Any]:
        if not self._family_is_known:
            with self._finding_out:
                if not self._family_is_known:
                    answers = self._ask_while_reading(reads, "")
                    if answers is not None:
                        return answers
                    self._under_either_name("list", {"filter": {"=id": 0}}, "")
        return self._portal.batch(
            {name: (self._method(action), params) for name, (action, params) in reads.items()}
        )

    def _ask_while_reading(
        self, reads: Mapping[str, tuple[str, dict[str, Any]]], about: str
    ) -> dict[str, Any] | None:
        """Ask whether the portal knows ``biconnector.table.*``, in one call with the first reads.

        They are sent under the former name, which every portal knows.

        Args:
            reads: Action and parameters of each, by a name of yours.
            about: The object in question, for errors.

        Returns:
            The results by these names, without what does not exist; ``None`` where something was
            refused, or the portal does not tell.

        Raises:
            PortalError: The portal did not answer.
        """
        calls = {
            name: (f"biconnector.{_FORMER_FAMILY}.{action}", params)
            for name, (action, params) in reads.items()
        }
        try:
            answers = self._portal.batch({_ASKED: asking_for(self._method("list")), **calls})
        except (PortalUnavailable, LimitExceeded) as error:
            if error.method != "batch":
                return None
            (action, _), *_ = reads.values()
            error.method, error.object = self._method(action), about
            raise
        except PortalError:
            return None
        is_newer = exists(answers.pop(_ASKED, None))
        if is_newer is None:
            return None
        self._family = "table" if is_newer else _FORMER_FAMILY
        self._family_is_known = True
        return answers
