"""The four endpoints of the connector.

The portal takes 200 with a body for an answer and anything else for a failure. What went wrong
is told for the people who look into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from . import access, query, rows
from .access import AccessDenied
from .description import TABLES
from .form import InvalidRequest, parse, text

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from .access import Scope
    from .description import Table
    from .form import Form

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Answers to those who have the token, from a file of SQLite."""

    database: Path
    token: str

    async def check(self, request: Request) -> Response:
        """Answer ``urlCheck``: the values of the source are accepted."""
        await self._asked(request)
        return PlainTextResponse("ok")

    async def tables(self, request: Request) -> Response:
        """Answer ``urlTableList``: the tables in whose title or code the text stands."""
        form, _ = await self._asked(request)
        wanted = text(form, "searchString").casefold()
        return JSONResponse(
            [
                {"code": table.code, "title": table.title}
                for table in TABLES.values()
                if wanted in table.title.casefold() or wanted in table.code
            ]
        )

    async def columns(self, request: Request) -> Response:
        """Answer ``urlTableDescription``: the columns of a table."""
        form, _ = await self._asked(request)
        return JSONResponse(
            [
                {"code": column.code, "name": column.name, "type": column.type}
                for column in _table(form).columns
            ]
        )

    async def data(self, request: Request) -> Response:
        """Answer ``urlData``: the rows of a table."""
        form, scope = await self._asked(request)
        asked = query.build(_table(form), form, scope)
        return StreamingResponse(rows.answer(self.database, asked), media_type="application/json")

    async def _asked(self, request: Request) -> tuple[Form, Scope]:
        """Return what is asked for, and which rows the source may see."""
        if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != FORM:
            raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        form = parse(await request.body())
        return form, access.scope(form, self.token)


def application(database: Path, token: str) -> Starlette:
    """Return the web application."""
    endpoints = Endpoints(database, token)
    return Starlette(
        routes=[
            Route("/check", endpoints.check, methods=["POST"]),
            Route("/tables", endpoints.tables, methods=["POST"]),
            Route("/columns", endpoints.columns, methods=["POST"]),
            Route("/data", endpoints.data, methods=["POST"]),
        ],
        exception_handlers={AccessDenied: _denied, InvalidRequest: _invalid},
    )


def _table(form: Form) -> Table:
    code = text(form, "table")
    if code not in TABLES:
        raise HTTPException(HTTPStatus.NOT_FOUND, f'There is no table "{code}"')
    return TABLES[code]


async def _denied(_request: Request, _error: Exception) -> Response:
    return Response(status_code=HTTPStatus.FORBIDDEN)


async def _invalid(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(str(error), HTTPStatus.BAD_REQUEST)
