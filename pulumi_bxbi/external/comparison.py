"""Many declared tables compared with what their outside systems say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_bxbi.external.client import EndpointError
from pulumi_bxbi.external.drift import drift_of
from pulumi_bxbi.external.host_limits import HostLimits
from pulumi_bxbi.external.system import ExternalSystem
from pulumi_bxbi.portal.objects.shared_reads import OncePerKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_bxbi.external.client import Endpoint
    from pulumi_bxbi.external.drift import DeclaredTable, Drift
    from pulumi_bxbi.external.system import Place


class Comparison:
    """Asks each outside system once about each table, and no endpoint again that gave no answer.

    May be shared by threads. Lives as long as one command.
    """

    def __init__(self) -> None:
        self._systems: OncePerKey[Place, ExternalSystem] = OncePerKey(ExternalSystem)
        self._limits = HostLimits()
        #: What happened at endpoints that gave no answer, by name and address, for any values.
        self._silent: dict[tuple[str, str], EndpointError] = {}

    def drift(
        self, tables: Sequence[tuple[DeclaredTable, Place]]
    ) -> list[tuple[Drift, ...] | EndpointError]:
        """Return the differences of each table, or why there was no usable answer about it.

        Requests run side by side, at most four at a time for one host.

        Args:
            tables: The tables, each with where its outside system is asked.
        """
        places = list(dict.fromkeys(place for _, place in tables))
        self._limits.work(places, lambda place: place.url_table_list, self._list)
        return self._limits.work(
            tables, lambda table: table[1].url_table_description, self._compare
        )

    def requests_to(self, place: Place) -> int:
        """Return how many requests were sent to a place.

        Args:
            place: The place.
        """
        return self._systems.get(place).requests

    def _list(self, place: Place) -> None:
        if not self._error_before(place.table_list):
            try:
                self._systems.get(place).tables()
            except EndpointError as error:
                self._note(error)

    def _compare(self, table: tuple[DeclaredTable, Place]) -> tuple[Drift, ...] | EndpointError:
        declared, place = table
        for endpoint in (place.table_list, place.table_description):
            if error := self._error_before(endpoint):
                return error
        try:
            return drift_of(declared, self._systems.get(place))
        except EndpointError as error:
            self._note(error)
            return error

    def _error_before(self, endpoint: Endpoint) -> EndpointError | None:
        """Return the error of an endpoint that gave no answer before; ``None`` for any other."""
        error = self._silent.get((endpoint.name, endpoint.address))
        return error.of(endpoint) if error else None

    def _note(self, error: EndpointError) -> None:
        if not error.answered:
            self._silent.setdefault((error.endpoint.name, error.endpoint.address), error)
