"""The tables of an application, and their columns."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.portal.display import named
from pulumi_bxbi.portal.errors import LimitExceeded, NotFound, PortalError, PortalUnavailable
from pulumi_bxbi.portal.objects.collection import Collection
from pulumi_bxbi.portal.objects.models import Table
from pulumi_bxbi.portal.rest.joint_writes import LONGEST_BATCH
from pulumi_bxbi.portal.rest.methods import asking_for, exists, is_write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pulumi_bxbi.portal.rest.client import Portal

#: The name, in a batch, of the call that asks whether the portal has a method.
_ASKED: Final = "asked"
#: The word for tables in the names of methods of a portal without ``biconnector.table.*``.
_FORMER_FAMILY: Final = "dataset"


class Tables(Collection[Table]):
    """The tables of an application, under either name of their methods.

    A portal that does not know ``biconnector.table.*`` yet has the same methods under their former
    name ``biconnector.dataset.*``.

    Args:
        portal: The portal.
    """

    #: With a list and a batch all tables are read; a call for the first one would come on top.
    reads_one_alone = False

    def __init__(self, portal: Portal) -> None:
        super().__init__(portal, "table", Table)
        self._family = "table"
        self._knows_methods = False
        self._finding_out = threading.Lock()

    def get(self, object_id: int) -> Table:
        """Read a table with its columns and its source, which only a list gives, with one call.

        Args:
            object_id: Its id.

        Raises:
            NotFound: It does not exist, or belongs to another application.
            PortalError: It could not be read.
        """
        about = f"table {object_id}"
        reads: dict[str, tuple[str, dict[str, Any]]] = {
            "table": ("get", {"id": object_id}),
            "listed": ("list", {"filter": {"=id": object_id}}),
        }
        answers = self._read_in_batch(reads, about)
        table = self._item("get", about, _found(answers["table"]))
        listed = next(iter(self._page_in(_found(answers["listed"]))), None)
        return table.model_copy(update={"source_id": listed.source_id if listed else None})

    def without_source(self, object_id: int) -> Table:
        """Read a table with its columns as it is now, but without its source.

        Args:
            object_id: Its id.

        Raises:
            NotFound: It does not exist, or belongs to another application.
            PortalError: It could not be read.
        """
        table = super().get(object_id)
        if table.columns is None:
            raise self._unexpected("get", f"table {object_id}", "has no columns")
        return table

    def update_columns(self, object_id: int, name: str, changes: dict[str, Any]) -> None:
        """Change the columns of a table (``biconnector.table.fields.update``).

        Args:
            object_id: The table's id.
            name: Its name, for errors.
            changes: ``add``, ``update`` and ``delete`` as the method takes them. Beware: the
                portal deletes columns by their ids alone, even those of another table.

        Raises:
            PortalError: They were not changed. With the code ``DATASET_UPDATE_ERROR`` they were
                changed, and the portal could not inform BI Builder.
        """
        about = named("table", object_id, name)
        try:
            self._write("fields.update", {"id": object_id, **changes}, about)
        finally:
            self._forget(object_id, name)

    def list_whole(self, condition: Mapping[str, Any]) -> Sequence[Table]:
        """List the tables that meet a condition, with their columns.

        Args:
            condition: A ``filter`` as the method takes it.

        Raises:
            PortalError: They could not be read.
        """
        return self.with_columns(self.list(condition))

    def with_columns(self, listed: Iterable[Table]) -> Sequence[Table]:
        """Read the columns of tables of a list, in as few calls as possible.

        Args:
            listed: The tables.

        Returns:
            The tables with their columns. Tables that no longer exist are left out.

        Raises:
            PortalError: They could not be read.
        """
        by_id = {table.id: table for table in listed}
        return [
            table.model_copy(update={"source_id": by_id[table.id].source_id})
            for table in self.without_sources(by_id)
        ]

    def without_sources(self, ids: Iterable[int]) -> Iterator[Table]:
        """Read tables with their columns, but without their sources, in as few calls as possible.

        Args:
            ids: Their ids. Tables that do not exist are left out.

        Raises:
            PortalError: They could not be read.
        """
        remaining = iter(ids)
        while batch := list(itertools.islice(remaining, self._room_in_batch())):
            answers = self._read_in_batch({f"t{each}": ("get", {"id": each}) for each in batch})
            for answer in answers.values():
                if not isinstance(answer, NotFound):
                    yield self._item("get", "", answer)

    def whole(self, listed: Table) -> Table:
        """Read the columns of a table of a list.

        Args:
            listed: The table, as :meth:`list` returns it.

        Returns:
            The table with its columns.

        Raises:
            NotFound: It no longer exists.
            PortalError: They could not be read.
        """
        return super().get(listed.id).model_copy(update={"source_id": listed.source_id})

    def _all(self) -> dict[int, Table]:
        return {table.id: table for table in self.with_columns(self.list_all())}

    def _method(self, action: str) -> str:
        return f"biconnector.{self._family}.{action}"

    def _call(self, action: str, params: dict[str, Any], about: str) -> Any:
        """Call a method, under its former name where the portal does not know the present one.

        The first call finds out which name it knows; other calls wait for it.
        """
        if not self._knows_methods:
            with self._finding_out:
                if not self._knows_methods:
                    return self._first_call(action, params, about)
        return super()._call(action, params, about)

    def _first_call(self, action: str, params: dict[str, Any], about: str) -> Any:
        """Send the first call, and find out with it which name of the methods the portal knows."""
        if not is_write(self._method(action)):
            answers = self._ask_while_reading({"read": (action, params)}, about)
            if answers:
                return _found(answers["read"])
        return self._under_either_name(action, params, about)

    def _under_either_name(self, action: str, params: dict[str, Any], about: str) -> Any:
        """Call a method, and once more under the former name if the portal does not know it.

        A call of an unknown method has changed nothing.
        """
        try:
            result = super()._call(action, params, about)
        except PortalError as error:
            if self._knows_methods or error.code.upper() != "ERROR_METHOD_NOT_FOUND":
                raise
            self._family = _FORMER_FAMILY
            result = super()._call(action, params, about)
        self._knows_methods = True
        return result

    def _room_in_batch(self) -> int:
        return LONGEST_BATCH if self._knows_methods else LONGEST_BATCH - 1

    def _read_in_batch(
        self, reads: Mapping[str, tuple[str, dict[str, Any]]], about: str = ""
    ) -> dict[str, Any]:
        if not self._knows_methods:
            with self._finding_out:
                if not self._knows_methods:
                    answers = self._ask_while_reading(reads, about)
                    if answers is not None:
                        return answers
                    self._under_either_name("list", {"filter": {"=id": 0}}, about)
        calls = {name: (self._method(action), params) for name, (action, params) in reads.items()}
        try:
            return self._portal.batch(calls, about=about)
        except PortalError as error:
            self._name(error, reads)
            raise

    def _ask_while_reading(
        self, reads: Mapping[str, tuple[str, dict[str, Any]]], about: str
    ) -> dict[str, Any] | None:
        """Ask whether the portal knows ``biconnector.table.*``, in one call with the first reads.

        The reads are sent under the former name, which every portal knows.

        Args:
            reads: Action and parameters of each read, by a name that the caller chooses.
            about: The object in question, for errors.

        Returns:
            The results by these names, as :meth:`Portal.batch` returns them; ``None`` where a call
            was refused, or the portal does not say which methods it has.

        Raises:
            PortalError: The portal did not answer.
        """
        calls = {
            name: (f"biconnector.{_FORMER_FAMILY}.{action}", params)
            for name, (action, params) in reads.items()
        }
        try:
            asked = {_ASKED: asking_for(self._method("list"))}
            answers = self._portal.batch({**asked, **calls}, about=about)
        except (PortalUnavailable, LimitExceeded) as error:
            if not self._name(error, reads):
                return None
            raise
        except PortalError:
            return None
        is_newer = exists(answers.pop(_ASKED, None))
        if is_newer is None:
            return None
        self._family = "table" if is_newer else _FORMER_FAMILY
        self._knows_methods = True
        for name, answer in answers.items():
            if isinstance(answer, NotFound):
                answer.method = self._method(reads[name][0])
        return answers

    def _name(self, error: PortalError, reads: Mapping[str, tuple[str, Any]]) -> bool:
        """Give the error of a whole batch the method of its first read; tell whether it is one."""
        if error.method != "batch":
            return False
        (action, _), *_ = reads.values()
        error.method = self._method(action)
        return True


def _found(answer: Any) -> Any:
    """Return an answer in a batch, and raise the error of an object that does not exist."""
    if isinstance(answer, NotFound):
        raise answer
    return answer
