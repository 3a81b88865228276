"""The answers to a browser."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final

from starlette.responses import HTMLResponse, Response

from pulumi_bxbi.emulator.api.values import FormText, integer
from pulumi_bxbi.emulator.page import calls, offer, rows, tree
from pulumi_bxbi.emulator.page.markup import element, html
from pulumi_bxbi.emulator.state.endpoint_answers import EndpointError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from starlette.requests import Request

    from pulumi_bxbi.emulator.state.portal import Portal

#: The browser loads and runs only the page's own files, whatever a title contains.
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

#: The files of the page, with their media types.
STYLE: Final = "page.css"
SCRIPT: Final = "page.js"
FILES: Final = {STYLE: "text/css", SCRIPT: "text/javascript"}


async def page(request: Request) -> Response:
    """Answer `/`, with 304 to a browser that already shows the present state."""
    portal: Portal = request.app.state.portal
    state = f'"{portal.started}-{portal.store.changes}-{len(portal.calls)}"'
    if request.headers.get("if-none-match") == state:
        return Response(status_code=304, headers={"ETag": state})
    return _html("<!doctype html>\n", _page(portal), ETag=state)


async def table_rows(request: Request) -> Response:
    """Answer `/__emulator__/page/rows?table=ID` with the rows that the page shows for a table."""
    portal: Portal = request.app.state.portal
    table_id = integer(FormText(request.query_params.get("table", "")))
    table = None if table_id is None else portal.store.tables.get(table_id)
    if table is None:
        return _html("", rows.problem("this table does not exist"))
    try:
        found = await portal.first_rows(table, rows.LIMIT)
    except EndpointError as error:
        return _html("", rows.problem(str(error)))
    return _html("", rows.table_of(table, found))


async def source_tables(request: Request) -> Response:
    """Answer `/__emulator__/page/tables?source=ID` with the tables offered to a source."""
    portal: Portal = request.app.state.portal
    source_id = integer(FormText(request.query_params.get("source", "")))
    source = None if source_id is None else portal.store.sources.get(source_id)
    if source is None:
        return _html("", offer.problem("this source does not exist"))
    try:
        found = await portal.offer(source)
    except EndpointError as error:
        return _html("", offer.problem(str(error)))
    return _html("", offer.table_of(found))


async def file(request: Request) -> Response:
    """Answer `/__emulator__/page/<file>`: the style and the script."""
    name = request.path_params["file"]
    if name not in FILES:
        return Response(status_code=404)
    content = (resources.files(__package__) / name).read_bytes()
    return Response(content, media_type=FILES[name], headers={"Cache-Control": "no-cache"})


def _html(before: str, root: Element, **headers: str) -> Response:
    return HTMLResponse(f"{before}{html(root)}", headers=HEADERS | headers)


def _page(portal: Portal) -> Element:
    return element(
        "html",
        {"lang": "en"},
        element(
            "head",
            element("meta", {"charset": "utf-8"}),
            element("meta", {"name": "viewport", "content": "width=device-width"}),
            element("title", f"Local portal {portal.origin}"),
            element("link", {"rel": "icon", "href": "data:,"}),
            element("link", {"rel": "stylesheet", "href": f"/__emulator__/page/{STYLE}"}),
            element("script", {"src": f"/__emulator__/page/{SCRIPT}", "defer": ""}),
        ),
        element(
            "body",
            element(
                "header",
                element("h1", "Local portal"),
                element("p", element("code", portal.origin), f", {_edition(portal)}"),
                element("p", {"id": "liveness", "role": "status", "data-kept": ""}),
            ),
            element("main", tree.section(portal.store), calls.section(portal.calls)),
        ),
    )


def _edition(portal: Portal) -> str:
    behaviour = portal.behaviour
    edition = {"current": "the current API", "legacy": "the API of 2025"}[behaviour.api.name]
    return f"{edition}, limits {'on' if behaviour.limits else 'off'}"
