"""The tables that an outside system offers for the values of one source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from pulumi_bxbi.external.answers import InvalidAnswerError, described_columns, listed_tables
from pulumi_bxbi.external.client import TIMEOUT_SECONDS, Endpoint, EndpointError
from pulumi_bxbi.portal.objects.shared_reads import OncePerKey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pulumi_bxbi.external.answers import DescribedColumn, ListedTable

T = TypeVar("T")

_TABLE_LIST: Final = "urlTableList"
_TABLE_DESCRIPTION: Final = "urlTableDescription"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an outside system is asked, and with which values.

    Attributes:
        connector: The connector, for errors.
        url_table_list: The address of the endpoint that lists tables.
        url_table_description: The address of the endpoint that describes the columns of a table.
        values: The values of the parameters that the connector declares, by their codes.
    """

    connector: str
    url_table_list: str = field(repr=False)
    url_table_description: str = field(repr=False)
    values: tuple[tuple[str, str], ...] = field(repr=False)

    @property
    def table_list(self) -> Endpoint:
        """The endpoint that lists tables."""
        return Endpoint(_TABLE_LIST, self.connector, self.url_table_list)

    @property
    def table_description(self) -> Endpoint:
        """The endpoint that describes the columns of a table."""
        return Endpoint(_TABLE_DESCRIPTION, self.connector, self.url_table_description)


class ExternalSystem:
    """Calls each endpoint once a table, however often it is asked; failures are kept too.

    May be shared by threads. Lives as long as one run.

    Args:
        place: Where it is asked.
        timeout: Seconds for one whole answer.
    """

    def __init__(self, place: Place, timeout: float = TIMEOUT_SECONDS) -> None:
        self._list = place.table_list
        self._description = place.table_description
        self._connection = [(f"connection[{code}]", value) for code, value in place.values]
        self._timeout = timeout
        self._listed = OncePerKey(self._list_tables)
        self._described = OncePerKey(self._describe)

    @property
    def requests(self) -> int:
        """The number of requests that were sent."""
        return len(self._listed.values()) + len(self._described.values())

    def tables(self) -> Sequence[ListedTable]:
        """Return the tables, as the endpoint lists them.

        Raises:
            EndpointError: The endpoint gave no usable answer.
        """
        return _given(self._listed.get(""))

    def listing(self, external_code: str) -> ListedTable | None:
        """Return the table that has a code on the portal; ``None`` where it is not listed.

        An endpoint may list its first tables alone, so a missing one is searched for by its code.

        Args:
            external_code: The code.

        Raises:
            EndpointError: The endpoint gave no usable answer.
        """
        for search in ("", external_code):
            for each in _given(self._listed.get(search)):
                if each.external_code == external_code:
                    return each
        return None

    def columns(self, code: str) -> Sequence[DescribedColumn]:
        """Return the columns of a table, as the endpoint describes them.

        Args:
            code: The code of the table.

        Raises:
            EndpointError: The endpoint gave no usable answer.
        """
        return _given(self._described.get(code))

    def _list_tables(self, search: str) -> Sequence[ListedTable] | EndpointError:
        about = f'the search for "{search}"' if search else ""
        return self._asked(self._list, ("searchString", search), about, listed_tables)

    def _describe(self, code: str) -> Sequence[DescribedColumn] | EndpointError:
        about = f'table "{code}"'
        return self._asked(self._description, ("table", code), about, described_columns)

    def _asked(
        self, endpoint: Endpoint, field: tuple[str, str], about: str, read: Callable[[bytes], T]
    ) -> T | EndpointError:
        try:
            body = endpoint.post([field, *self._connection], about=about, timeout=self._timeout)
        except EndpointError as error:
            return error
        try:
            return read(body)
        except InvalidAnswerError as error:
            return endpoint.invalid(about, str(error))


def _given(answer: T | EndpointError) -> T:
    if isinstance(answer, EndpointError):
        raise answer
    return answer
