"""The tables that outside systems offer and a program lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_bxbi.adoption.errors import NotAddedError
from pulumi_bxbi.deployment.reader import Reader
from pulumi_bxbi.external.client import EndpointError
from pulumi_bxbi.external.columns import mapped
from pulumi_bxbi.external.host_limits import HostLimits
from pulumi_bxbi.portal.display import named, one_line
from pulumi_bxbi.resources.external_place import place_of_source, read_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pulumi_bxbi.adoption.state_sources import StateSource
    from pulumi_bxbi.external.answers import ListedTable
    from pulumi_bxbi.external.columns import MappedColumns
    from pulumi_bxbi.external.system import Place
    from pulumi_bxbi.portal import Catalog, Table


@dataclass(frozen=True, slots=True)
class OfferedTable:
    """A table that an outside system offers.

    Attributes:
        source: The source whose outside system it is.
        code: The code that the table has on the portal, with which BI Builder asks for its rows.
        title: Its name in the outside system.
        columns: Its columns.
    """

    source: StateSource
    code: str
    title: str
    columns: MappedColumns


@dataclass(frozen=True, slots=True)
class _Listed:
    """A table that an outside system lists and the program lacks."""

    source: StateSource
    place: Place
    table: ListedTable

    def left_out(self, why: str) -> str:
        """Return the sentence that says that it is left out."""
        return left_out(self.source, self.table.external_code, why)


def left_out(source: StateSource, code: str, why: str) -> str:
    """Return the sentence that says that a table is left out.

    Args:
        source: Its source.
        code: The code that the table has, or would have, on the portal.
        why: The sentences that give the reason.
    """
    return one_line(f'table "{code}" of {source.name} is left out: {" ".join(why.split())}')


def lacking(
    sources: Sequence[StateSource], catalog: Catalog, on_portal: Sequence[Table]
) -> tuple[list[OfferedTable], list[str]]:
    """Ask the outside systems of sources for the tables that the program lacks.

    Args:
        sources: The sources.
        catalog: The portal's objects.
        on_portal: All tables of the portal.

    Returns:
        The tables, in the order of the sources and of their codes; and a sentence for each that is
        left out, because the portal has it, the program may have it, or its description is not
        usable.

    Raises:
        NotAddedError: An outside system gave no usable list, or no answer at all.
        PortalError: A source or its connector could not be read.
    """
    if len(sources) > 1:
        read_all(catalog)
    places = [place_of_source(catalog, each.id) for each in sources]
    known = {(each.source_id, each.external_code): each for each in on_portal}
    reader, limits = Reader(catalog), HostLimits()

    def tables(asked: tuple[StateSource, Place]) -> Sequence[ListedTable]:
        source, place = asked
        try:
            return reader.external.get(place).tables()
        except EndpointError as error:
            raise _not_offered(source, error) from None

    def columns(listed: _Listed) -> MappedColumns | EndpointError:
        try:
            return mapped(reader.external.get(listed.place).columns(listed.table.code))
        except EndpointError as error:
            if error.answered:
                return error
            raise _not_offered(listed.source, error) from None

    asked = list(zip(sources, places, strict=True))
    lists = limits.work(asked, lambda each: each[1].url_table_list, tables)
    found, reasons = _not_declared(zip(sources, places, lists, strict=True), known)
    described = limits.work(found, lambda each: each.place.url_table_description, columns)
    offered = []
    for each, answer in zip(found, described, strict=True):
        if isinstance(answer, EndpointError):
            reasons.append(each.left_out(str(answer)))
        else:
            code, title = each.table.external_code, each.table.title.strip()
            offered.append(OfferedTable(each.source, code, title, answer))
    return offered, reasons


def _not_offered(source: StateSource, error: EndpointError) -> NotAddedError:
    """Return the error that the outside system of a source gave no usable answer."""
    return NotAddedError(f"source {source.name}: {error} Or choose others with --source.")


def _not_declared(
    lists: Iterable[tuple[StateSource, Place, Sequence[ListedTable]]],
    known: Mapping[tuple[int | None, str], Table],
) -> tuple[list[_Listed], list[str]]:
    """Return the listed tables that nobody has, and a sentence for each that somebody may have."""
    found, reasons = [], []
    for source, place, tables in lists:
        by_code = {each.external_code: each for each in reversed(tables)}
        for code in sorted(by_code.keys() - source.table_codes):
            listed = _Listed(source, place, by_code[code])
            if table := known.get((source.id, code)):
                name = named("table", table.id, table.name)
                reasons.append(
                    listed.left_out(
                        f"the portal has it as {name}, which is not in the state. `bxbi import "
                        f"table {table.id} --name NAME` takes it into the stack."
                    )
                )
            elif code in source.unclear_codes:
                reasons.append(
                    listed.left_out(
                        "the program declares a table with this code, and its text does not show "
                        "of which source. If that is another one, declare this table by hand."
                    )
                )
            else:
                found.append(listed)
    return found, reasons
