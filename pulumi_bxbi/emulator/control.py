"""The addresses under `/__emulator__/`, with which a test controls and inspects the portal.

`POST reset` goes back to the seed, and removes calls and faults. `POST keep?as=NAME` keeps the
objects as they are now, as long as the portal runs, and `POST reset?to=NAME` goes back to them.

`GET calls` is the list of REST calls: method, HTTP status and error code, for a batch also those
of the calls in it. A call without an answer has the status `null`.

`POST faults` adds to the pending faults, and answers with all of them; an empty list removes them.
A fault has a `method` (`*` for any, `oauth/token` for the token endpoint), an `action` of
`faults.py`, `times` (1 by default), `seconds` for a delay, and `after`: how many calls of the
method pass before it (0 by default).

`GET objects` shows all objects of the portal, including the values of settings: it is a local
portal, and tests need them.

`GET rows?table=ID&limit=10` requests the first rows of a table from its endpoint `urlData`, as BI
Builder would, and answers with the `columns`, the codes in the outside system, and the `rows`;
both are empty where the endpoint answers with an empty list. `leftOut` names the columns
that were requested and are missing, `hidden` those that were sent although the table hides them.
Where the endpoint fails, the answer is 502 and its `error` says why.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response

from pulumi_bxbi.emulator.api.editions import CURRENT
from pulumi_bxbi.emulator.api.values import FormText, integer
from pulumi_bxbi.emulator.biconnector import connector, source, table
from pulumi_bxbi.emulator.seed.node import Node, SeedError
from pulumi_bxbi.emulator.state.endpoint_answers import EndpointError
from pulumi_bxbi.emulator.state.faults import ACTIONS, Fault
from pulumi_bxbi.emulator.state.portal import SEED

if TYPE_CHECKING:
    from starlette.requests import Request

    from pulumi_bxbi.emulator.state.portal import Portal

#: The largest `limit` of `GET rows`.
MOST_ROWS: Final = 1000


async def reset(request: Request) -> Response:
    """Answer `POST reset`."""
    portal: Portal = request.app.state.portal
    name = request.query_params.get("to", SEED)
    try:
        portal.reset(name)
    except KeyError:
        return JSONResponse({"error": f"to: nothing was kept as {name!r}"}, 404)
    return Response(status_code=204)


async def keep(request: Request) -> Response:
    """Answer `POST keep`."""
    portal: Portal = request.app.state.portal
    name = request.query_params.get("as", "")
    if name in {"", SEED}:
        return JSONResponse({"error": f"as: must be a name, and not {SEED!r}"}, 400)
    portal.keep(name)
    return Response(status_code=204)


async def calls(request: Request) -> Response:
    """Answer `GET calls`."""
    portal: Portal = request.app.state.portal
    return JSONResponse(portal.calls)


async def faults(request: Request) -> Response:
    """Answer `POST faults`."""
    portal: Portal = request.app.state.portal
    try:
        given = [
            _fault(node)
            for node in Node({"faults": json.loads(await request.body())}).items("faults")
        ]
    except ValueError:
        return JSONResponse({"error": "the body is not JSON"}, 400)
    except SeedError as error:
        return JSONResponse({"error": str(error)}, 400)
    if given:
        portal.faults.add(given)
    else:
        portal.faults.pending.clear()
    return JSONResponse([asdict(fault) for fault in portal.faults.pending])


async def objects(request: Request) -> Response:
    """Answer `GET objects`: the items of lists in the newest edition, with their application."""
    store = request.app.state.portal.store
    return JSONResponse(
        {
            "connectors": [
                {**connector.item(each, CURRENT), "application": each.client_id}
                for each in store.connectors
            ],
            "sources": [
                {**source.item(each), "application": each.client_id} for each in store.sources
            ],
            "tables": [
                {**table.whole(each, CURRENT), "application": each.client_id}
                for each in store.tables
            ],
        }
    )


async def rows(request: Request) -> Response:
    """Answer `GET rows`."""
    portal: Portal = request.app.state.portal
    query = request.query_params
    table_id = integer(FormText(query.get("table", "")))
    limit = integer(FormText(query.get("limit", "10")))
    if table_id is None:
        return JSONResponse({"error": "table: must be the id of a table"}, 400)
    if limit is None or not 0 < limit <= MOST_ROWS:
        return JSONResponse({"error": f"limit: must be between 1 and {MOST_ROWS}"}, 400)
    wanted = portal.store.tables.get(table_id)
    if wanted is None:
        return JSONResponse({"error": f"table: {table_id} does not exist"}, 404)
    try:
        found = await portal.first_rows(wanted, limit)
    except EndpointError as error:
        return JSONResponse({"error": str(error)}, 502)
    return JSONResponse(
        {
            "columns": found.codes,
            "rows": found.rows,
            "leftOut": found.left_out(wanted),
            "hidden": found.hidden(wanted),
        }
    )


def _fault(node: Node) -> Fault:
    node.keys({"method", "times", "action", "seconds", "after"})
    return Fault(
        method=node.text("method").lower(),
        action=node.at("action").one_of(ACTIONS),
        times=node.identity("times", 1),
        seconds=node.number("seconds", 1.0),
        after=node.count("after"),
    )
