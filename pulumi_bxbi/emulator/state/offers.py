"""The tables that a connector's endpoints offer to a source, compared with the source's tables.

A person waits for this, so an endpoint that does not answer soon is given up.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Final, TypeVar

from pulumi_bxbi.emulator.state.endpoint_answers import EndpointError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pulumi_bxbi.emulator.api.records import Column, Table
    from pulumi_bxbi.emulator.state.endpoint_answers import OfferedTable

T = TypeVar("T")

#: The longest wait for the list of tables, and then for all descriptions together.
TIMEOUT_SECONDS: Final = 5.0
#: How many descriptions are requested at a time.
AT_A_TIME: Final = 8


@dataclass(frozen=True, slots=True)
class ComparedTable:
    """A table of the portal, compared with the table that it was made of.

    Attributes:
        table: The table of the portal.
        offered: The table that it was made of; `None` where the endpoints do not offer it any more.
        undescribed: The columns that the endpoints do not describe any more.
        failure: Why the columns could not be compared, for people; `None` where they were.
    """

    table: Table
    offered: OfferedTable | None
    undescribed: tuple[Column, ...] = ()
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """The tables that endpoints offer, and the tables of the source.

    Attributes:
        tables: The offered tables, in the order of the endpoint.
        compared: The tables of the source.
    """

    tables: tuple[OfferedTable, ...]
    compared: tuple[ComparedTable, ...]

    def made_of(self, offered: OfferedTable) -> list[Table]:
        """Return the tables of the source that were made of an offered table."""
        return [each.table for each in self.compared if each.offered is offered]


async def find_offer(
    tables: Sequence[Table],
    offered_tables: Callable[[], tuple[OfferedTable, ...]],
    described_codes: Callable[[str], frozenset[str]],
) -> Offer:
    """Return what the endpoints of a source offer, compared with its tables.

    Args:
        tables: The tables of the source.
        offered_tables: Requests the offered tables.
        described_codes: Requests the codes of the columns of a table, by the table's code.

    Raises:
        EndpointError: The offered tables could not be read.
    """
    turns = asyncio.Semaphore(AT_A_TIME)
    offered = await _in_time("urlTableList", offered_tables, turns)
    known = {each.external_code: each for each in reversed(offered)}

    async def codes_of(code: str) -> frozenset[str] | EndpointError:
        try:
            return await _in_time("urlTableDescription", partial(described_codes, code), turns)
        except EndpointError as error:
            return error

    made = [(table, known.get(table.external_code)) for table in tables]
    wanted = sorted({origin.code for _, origin in made if origin})
    described = dict(zip(wanted, await asyncio.gather(*map(codes_of, wanted)), strict=True))
    compared = (
        _compared(table, origin, described[origin.code]) if origin else ComparedTable(table, None)
        for table, origin in made
    )
    return Offer(offered, tuple(compared))


def _compared(
    table: Table, origin: OfferedTable, described: frozenset[str] | EndpointError
) -> ComparedTable:
    if isinstance(described, EndpointError):
        return ComparedTable(table, origin, failure=str(described))
    undescribed = (column for column in table.fields if column.external_code not in described)
    return ComparedTable(table, origin, tuple(undescribed))


async def _in_time(endpoint: str, request: Callable[[], T], turns: asyncio.Semaphore) -> T:
    async def answer() -> T:
        async with turns:
            return await asyncio.wrap_future(_in_thread(request))

    try:
        return await asyncio.wait_for(answer(), TIMEOUT_SECONDS)
    except asyncio.TimeoutError:
        raise EndpointError(
            f"{endpoint} gave no answer within {TIMEOUT_SECONDS:g} seconds"
        ) from None


def _in_thread(request: Callable[[], T]) -> Future[T]:
    """Carry out a request in a daemon thread.

    In a thread of the event loop's pool, an endpoint that never ends its answer would hold up other
    requests, and the end of the portal.
    """
    answer: Future[T] = Future()

    def work() -> None:
        with suppress(InvalidStateError):  # where nobody waits for it any more
            try:
                answer.set_result(request())
            except BaseException as error:  # noqa: BLE001 - passed on to who waits
                answer.set_exception(error)

    Thread(target=work, daemon=True).start()
    return answer
