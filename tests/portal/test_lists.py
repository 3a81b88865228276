"""How all objects of a portal are listed."""

from __future__ import annotations

import json
import math
import operator
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_bxbi.portal import AccessToken, Catalog, Portal, PortalUnavailable
from tests.http_server import Request, Response, Server
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

PAGE: Final = 50
#: How many pages are read at the same time, and into how many parts a list is divided.
AT_ONCE: Final = 8
MOST_PARTS: Final = 14
BOUNDS: Final = {">id": operator.gt, "<id": operator.lt}


class Listing(Server):
    """Lists sources with some ids, page by page.

    Attributes:
        ids: The ids.
        together: Answers wait until so many requests have come.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ids: Collection[int] = ()
        self.together: threading.Barrier | None = None

    def respond(self, request: Request) -> Response:
        if self.together and "filter" in request.body:
            self.together.wait(timeout=30)
        bounds = request.body.get("filter", {}).items()
        found = [each for each in self.ids if all(BOUNDS[k](each, int(v)) for k, v in bounds)]
        page = sorted(found, reverse=request.body["order"]["id"] == "DESC")[:PAGE]
        items = [{"id": each, "title": f"Source {each}", "connectorId": 1} for each in page]
        return Response(json.dumps({"result": items}).encode())

    def has_ids(self, ids: Collection[int]) -> None:
        self.ids = ids
        self.requests.clear()


@pytest.fixture(scope="module")
def server() -> Iterator[Listing]:
    with serving(Listing()) as made:
        yield made


def listed(server: Server) -> list[int]:
    portal = Portal(server.address, AccessToken("t"), burst=10_000)
    with closing(portal):
        return [each.id for each in Catalog(portal).sources.list_all()]


@pytest.mark.parametrize(
    ("number", "calls"),
    [(0, 1), (1, 1), (49, 1), (50, 2), (51, 2), (100, 2), (101, 3), (500, 10), (5000, 111)],
)
def test_ids_without_gaps_cost_a_call_for_each_page(
    server: Listing, number: int, calls: int
) -> None:
    server.has_ids(range(1, number + 1))

    assert sorted(listed(server)) == list(range(1, number + 1))
    assert len(server.requests) <= calls


@pytest.mark.parametrize("distance", [2, 3, 20, 1000])
@pytest.mark.parametrize("number", [60, 99, 150, 500])
def test_ids_with_the_same_gaps_cost_hardly_more(
    server: Listing, number: int, distance: int
) -> None:
    ids = range(7, 7 + number * distance, distance)
    server.has_ids(ids)

    assert sorted(listed(server)) == list(ids)
    assert len(server.requests) <= math.ceil(number / PAGE) + 1 + (number > 100)


@given(ids=st.sets(st.integers(1, 4000), min_size=50, max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_all_are_found_whatever_the_gaps(server: Listing, ids: set[int]) -> None:
    server.has_ids(ids)

    found = listed(server)

    assert sorted(found) == sorted(ids)
    assert len(server.requests) <= 2 * math.ceil(len(ids) / PAGE) + MOST_PARTS


def test_a_gap_of_a_million_costs_little(server: Listing) -> None:
    ids = [*range(1, 61), *range(1_000_000, 1_000_060)]
    server.has_ids(ids)

    assert sorted(listed(server)) == ids
    assert len(server.requests) <= 2 + MOST_PARTS


def test_pages_are_read_at_the_same_time(server: Listing) -> None:
    server.has_ids(range(1, 501))
    # Only together do they get an answer.
    server.together = threading.Barrier(AT_ONCE)
    try:
        assert len(listed(server)) == 500
    finally:
        server.together = None


def test_a_part_that_is_refused_fails_the_list(server: Listing, monkeypatch: Any) -> None:
    server.has_ids(range(1, 501))
    respond = server.respond

    def refuse(request: Request) -> Response:
        is_refused = request.body.get("filter", {}).get(">id") == 250
        return Response(b'{"result": 5}') if is_refused else respond(request)

    monkeypatch.setattr(server, "respond", refuse)

    with pytest.raises(PortalUnavailable, match="is not a list"):
        listed(server)
