"""One running portal: its options and its present state."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api.records import Grant
from pulumi_bxbi.emulator.state import endpoint_client, offers
from pulumi_bxbi.emulator.state.endpoint_answers import EndpointError
from pulumi_bxbi.emulator.state.faults import Faults
from pulumi_bxbi.emulator.state.limits import Bucket, OperatingTime
from pulumi_bxbi.emulator.state.store import Snapshot, at

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from pulumi_bxbi.emulator.api.editions import Api
    from pulumi_bxbi.emulator.api.records import Source, Table
    from pulumi_bxbi.emulator.seed import Seed
    from pulumi_bxbi.emulator.seed.conditions import User
    from pulumi_bxbi.emulator.state.endpoint_answers import Rows
    from pulumi_bxbi.emulator.state.offers import Offer
    from pulumi_bxbi.emulator.state.store import Store

#: The lifetime of an access token.
ACCESS_TOKEN_SECONDS: Final = 3600
#: The lifetime of a refresh token: 180 days.
REFRESH_TOKEN_SECONDS: Final = 180 * 24 * 3600
#: The placeholder for the address of the portal in a seed.
PLACEHOLDER: Final = "{portal}"
#: The name under which a portal keeps the objects of its seed.
SEED: Final = "seed"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The options of the portal.

    Attributes:
        api: The edition of the API.
        endpoint_checks: Whether endpoints are called to check a source and to show its tables.
        latency: Whether calls take as long as on a real portal.
        limits: Whether the portal refuses calls by its limits.
    """

    api: Api
    endpoint_checks: bool = True
    latency: bool = False
    limits: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller: a user, through an application or a webhook.

    Attributes:
        user: The user.
        client_id: The application whose objects the call can see.
        scope: The scopes of the application or the webhook.
        webhook: Whether it is a webhook.
    """

    user: User
    client_id: str
    scope: frozenset[str]
    webhook: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method."""

    portal: Portal
    caller: Caller
    parameters: Mapping[str, object]

    @property
    def api(self) -> Api:
        """The edition of the API."""
        return self.portal.behaviour.api

    @property
    def store(self) -> Store:
        """The portal's objects and tokens."""
        return self.portal.store


class Portal:
    """The state that the routes share.

    Attributes:
        started: Distinguishes this portal from an earlier one at the same address: the nanoseconds
            of its start.
    """

    def __init__(
        self,
        origin: str,
        behaviour: Behaviour,
        seed: Seed,
        store: Store,
        own_certificate: ssl.SSLContext | None = None,
    ) -> None:
        self.started = time.time_ns()
        self.origin = origin
        self.behaviour = behaviour
        self.conditions = seed.conditions
        self.store = store
        objects = seed.objects
        self._kept = {
            SEED: Snapshot.of(
                (at(origin, item, instead_of=PLACEHOLDER) for item in objects.connectors),
                objects.sources,
                objects.tables,
            )
        }
        self._own_certificate = own_certificate
        self.first_grant = self.granted(
            seed.conditions.first_application.client_id, seed.conditions.first_user.id
        )
        self._forget()
        with store.transaction():
            store.identify(seed.conditions.identity)
            if store.move(origin):
                store.grants.put(self.first_grant)
            else:
                self._fill(self._kept[SEED])

    def keep(self, name: str) -> None:
        """Keep the objects as they are now, under a name, for `reset`."""
        self._kept[name] = self.store.snapshot()

    def reset(self, name: str) -> None:
        """Go back to the seed, or to what was kept under a name.

        The lifetime of the tokens that the command printed begins anew.

        Raises:
            KeyError: Nothing was kept under that name.
        """
        kept = self._kept[name]
        self._forget()
        with self.store.transaction():
            self._fill(kept)

    def granted(self, client_id: str, user_id: int) -> Grant:
        """Return a new pair of tokens."""
        now = time.time()
        return Grant(
            access_token=token_hex(35),
            client_id=client_id,
            user_id=user_id,
            access_until=now + ACCESS_TOKEN_SECONDS,
            refresh_token=token_hex(35),
            refresh_until=now + REFRESH_TOKEN_SECONDS,
        )

    def date(self) -> str:
        """Return the present time as objects store it, in UTC, as no time zone is documented."""
        return datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")

    async def endpoint_answers(self, address: str, connection: Mapping[str, str]) -> bool:
        """Post the values of a source to an endpoint, and return whether it accepts them."""
        if not self.behaviour.endpoint_checks:
            return True
        own = self._certificate_of(address)
        return await asyncio.to_thread(endpoint_client.accepts, address, connection, own)

    async def first_rows(self, table: Table, limit: int) -> Rows:
        """Request the first rows of a table from its endpoint.

        Raises:
            EndpointError: The table has no connector, or the endpoint did not answer with rows.
        """
        source = self.store.sources.get(table.source_id)
        connector = self.store.connectors.get(source.connector_id) if source else None
        if source is None or connector is None:
            raise EndpointError("the connector of the table's source is gone")
        address = connector.url_data
        return await asyncio.to_thread(
            endpoint_client.first_rows,
            address,
            table,
            limit,
            source.connection,
            self._certificate_of(address),
        )

    async def offer(self, source: Source) -> Offer:
        """Ask the endpoints of a source which tables and columns they offer.

        Raises:
            EndpointError: No endpoint is asked, or the answer is no list of tables.
        """
        if not self.behaviour.endpoint_checks:
            raise EndpointError("with --no-endpoint-checks the portal asks no endpoint")
        connector = self.store.connectors.get(source.connector_id)
        if connector is None:
            raise EndpointError("the connector of this source is gone")
        listing, description = connector.url_table_list, connector.url_table_description
        return await offers.find_offer(
            [table for table in self.store.tables if table.source_id == source.id],
            partial(
                endpoint_client.offered_tables,
                listing,
                source.connection,
                self._certificate_of(listing),
            ),
            lambda code: endpoint_client.described_codes(
                description, code, source.connection, self._certificate_of(description)
            ),
        )

    def _certificate_of(self, address: str) -> ssl.SSLContext | None:
        return self._own_certificate if address.startswith(f"{self.origin}/") else None

    def _forget(self) -> None:
        limits = self.conditions.limits
        self.calls: list[dict[str, object]] = []
        self.faults = Faults()
        #: Authorization codes: application, user, and when they expire by the monotonic clock.
        self.codes: dict[str, tuple[str, int, float]] = {}
        self.bucket = Bucket(limits.burst, limits.per_second)
        self.operating = OperatingTime(limits.operating_seconds, limits.operating_window)

    def _fill(self, objects: Snapshot) -> None:
        now = time.time()
        self.store.restore(objects)
        for token in self.conditions.tokens:
            grant = Grant(
                access_token=token.access_token,
                client_id=token.client_id,
                user_id=token.user_id,
                access_until=0 if token.expired else now + ACCESS_TOKEN_SECONDS,
                refresh_token=token.refresh_token,
                refresh_until=0 if token.refresh_expired else now + REFRESH_TOKEN_SECONDS,
                refusal=token.refusal,
            )
            self.store.grants.put(grant)
        self.first_grant = replace(
            self.first_grant,
            access_until=now + ACCESS_TOKEN_SECONDS,
            refresh_until=now + REFRESH_TOKEN_SECONDS,
        )
        self.store.grants.put(self.first_grant)
