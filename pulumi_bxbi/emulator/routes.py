"""The routes of the portal: the handler of each address."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Mount, Route

from pulumi_bxbi.emulator import control, sample_endpoints
from pulumi_bxbi.emulator.api.envelope import refused
from pulumi_bxbi.emulator.api.platform_errors import platform
from pulumi_bxbi.emulator.page import views
from pulumi_bxbi.emulator.rest import oauth, service

if TYPE_CHECKING:
    from starlette.requests import Request

    from pulumi_bxbi.emulator.state.portal import Portal

logger = logging.getLogger(__name__)
#: The HTTP methods of addresses that accept both.
BOTH: Final = ["GET", "POST"]


def application(portal: Portal) -> Starlette:
    """Return the web application of a portal."""
    app = Starlette(
        routes=[
            Route("/", views.page, methods=["GET"]),
            Route("/rest/{method}", service.serve, methods=BOTH),
            Route("/rest/{user}/{code}/{method}", service.serve, methods=BOTH),
            Route("/oauth/authorize/", oauth.authorize, methods=["GET"]),
            Route("/oauth/token/", oauth.token, methods=BOTH),
            Mount(
                "/__emulator__",
                routes=[
                    Route("/reset", control.reset, methods=["POST"]),
                    Route("/keep", control.keep, methods=["POST"]),
                    Route("/calls", control.calls, methods=["GET"]),
                    Route("/faults", control.faults, methods=["POST"]),
                    Route("/objects", control.objects, methods=["GET"]),
                    Route("/rows", control.rows, methods=["GET"]),
                    Route("/page/rows", views.table_rows, methods=["GET"]),
                    Route("/page/tables", views.source_tables, methods=["GET"]),
                    Route("/page/{file}", views.file, methods=["GET"]),
                    Route("/authorized", oauth.authorized, methods=["GET"]),
                    Route("/endpoints/check", sample_endpoints.check, methods=["POST"]),
                    Route("/endpoints/tables", sample_endpoints.tables, methods=["POST"]),
                    Route("/endpoints/description", sample_endpoints.description, methods=["POST"]),
                    Route("/endpoints/data", sample_endpoints.data, methods=["POST"]),
                    Route("/endpoints/refuse", sample_endpoints.refuse, methods=["POST"]),
                    Route("/endpoints/empty", sample_endpoints.empty, methods=["POST"]),
                ],
            ),
        ],
        exception_handlers={ClientDisconnect: _left, Exception: _crashed},
    )
    app.state.portal = portal
    return app


async def _left(_request: Request, _error: Exception) -> Response:
    """Return what nobody receives: the client was gone before its request was complete."""
    return Response()


async def _crashed(_request: Request, error: Exception) -> Response:
    """Answer as the portal does when its code fails, and log the error."""
    logger.error("the local portal has a fault", exc_info=error)
    return refused(platform("INTERNAL_SERVER_ERROR")).response()
