"""Endpoints of a connector that the portal serves itself, for programs that have none yet.

`check`, `tables`, `description` and `data` behave as the documentation requires of a connector's
server, for one table of orders; a table with any other code is the same one. `refuse` and `empty`,
for `urlCheck`, accept no settings: one answers 503, the other 200 without a body.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response

from pulumi_bxbi.emulator.api.values import elements, integer, mapping
from pulumi_bxbi.emulator.rest.wire import parameters

if TYPE_CHECKING:
    from starlette.requests import Request

#: The columns of the table of orders, with their types, and its rows.
COLUMNS: Final = (("id", "int"), ("customer", "string"), ("amount", "double"), ("created", "date"))
ROWS: Final = (
    (1, "Ромашка", 1250.5, "2026-09-01"),
    (2, "Acme", 310, "2026-09-02"),
    (3, "Globex", 87.25, "2026-09-02"),
    (4, "Initech", 2199.9, "2026-09-03"),
    (5, "Василёк", 640, "2026-09-04"),
    (6, "Umbrella", 1833.4, "2026-09-04"),
    (7, "Acme", 75.1, "2026-09-07"),
    (8, "Hooli", 5120, "2026-09-08"),
    (9, "Ромашка", 415.75, "2026-09-08"),
    (10, "Soylent", 932, "2026-09-09"),
    (11, "Vandelay", 128.6, "2026-09-10"),
    (12, "Globex", 3050.25, "2026-09-11"),
)


async def check(_request: Request) -> Response:
    """Answer `urlCheck`, and accept any values."""
    return JSONResponse({"status": "ok"})


async def tables(request: Request) -> Response:
    """Answer `urlTableList`: the tables whose title contains the text of the search."""
    wanted = str((await parameters(request)).get("searchString", "")).casefold()
    offered = [{"code": "orders", "title": "Orders"}]
    return JSONResponse([table for table in offered if wanted in table["title"].casefold()])


async def description(_request: Request) -> Response:
    """Answer `urlTableDescription`: the columns of the table."""
    return JSONResponse(
        [{"code": code, "name": code.capitalize(), "type": kind} for code, kind in COLUMNS]
    )


async def data(request: Request) -> Response:
    """Answer `urlData`: the codes of the columns, then the rows.

    A column is selected by its code, or by the name for which `mapFields` has the code. Filters
    are refused: rows that nobody asked for would look like an answer.
    """
    given = await parameters(request)
    if given.get("filter"):
        return Response("filters are not understood", HTTPStatus.BAD_REQUEST)
    codes = [code for code, _ in COLUMNS]
    names = mapping(given.get("mapFields")) or {}
    code_of = {str(name): code for code, name in names.items()}
    selected = [code_of.get(str(name), name) for name in elements(given.get("select")) or codes]
    places = [codes.index(str(code)) for code in selected if code in codes]
    limit = integer(given.get("limit"))
    rows = ROWS if limit is None else ROWS[: max(0, limit)]
    return JSONResponse(
        [[codes[place] for place in places], *([row[place] for place in places] for row in rows)]
    )


async def refuse(_request: Request) -> Response:
    """Answer as an endpoint whose database is down."""
    return Response("the database is away", 503)


async def empty(_request: Request) -> Response:
    """Answer as an endpoint that sends no body."""
    return Response()
