"""A connector of BI Builder: its four endpoints, over a database of SQLite.

Start it with ``CONNECTOR_TOKEN=... uvicorn service:application --port 8901``.
"""

import os
import re
import secrets
import sqlite3
from collections import defaultdict
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

TOKEN = os.environ["CONNECTOR_TOKEN"]
# What BI Builder may read: the columns of each table by their codes, and their types.
TABLES = {"orders": {"id": "int", "customer": "string", "amount": "double", "ordered": "date"}}
DATABASE = sqlite3.connect(":memory:")
DATABASE.execute("CREATE TABLE orders (id INTEGER, customer TEXT, amount REAL, ordered TEXT)")
ROWS = [(1, "Ромашка", 9.5, "2026-09-01"), (2, "Acme", 310, "2026-09-02"), (3, "Eve", None, None)]
DATABASE.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", ROWS)
# How a filter writes a value, by the type of the column.
VALUES = {"int": r"-?\d+", "double": r"-?\d+(\.\d+)?", "string": ".+", "date": r"\d{4}-\d\d-\d\d"}


def require(condition: object, text: str, status: int = 400) -> None:
    """Refuse a request unless a condition holds; BI Builder takes HTTP 200 alone for success."""
    if not condition:
        raise HTTPException(status, text)


async def answer(request: Request) -> JSONResponse:
    """Answer a form, such as ``table=orders&limit=5&select[0]=ID&connection[token]=…``."""
    form = defaultdict(list)
    for key, value in parse_qsl((await request.body()).decode(), keep_blank_values=True):
        group, _, name = key.partition("[")
        form[group].append((name.removesuffix("]"), value))
    token = dict(form["connection"]).get("token", "")
    require(secrets.compare_digest(token.encode(), TOKEN.encode()), "wrong token", 403)
    endpoint, table = request.path_params["endpoint"], dict(form["table"]).get("", "")
    if endpoint == "check":
        return JSONResponse("ok")
    if endpoint == "tables":
        text = dict(form["searchString"]).get("", "").lower()
        return JSONResponse([{"code": t, "title": t.title()} for t in TABLES if text in t.lower()])
    require(table in TABLES, f'no table "{table}"', 404)
    if endpoint == "columns":
        columns = TABLES[table].items()
        return JSONResponse([{"code": c, "name": c, "type": kind} for c, kind in columns])
    require(endpoint == "data", "no such endpoint", 404)
    return JSONResponse(rows(table, form))


def rows(table: str, form: dict[str, list[tuple[str, str]]]) -> list[object]:
    """Return the codes of the selected columns, then the rows; refuse what is not understood."""
    types = TABLES[table]
    codes = {name: code for code in types for name in (code, code.upper())}
    codes |= {name: code for code, name in form["mapFields"]}
    selected = [codes.get(name, "") for _, name in form["select"]] or list(types)
    require({*selected, *codes.values()} <= types.keys(), "no such column")
    where, values = ["1"], []
    for key, value in form["filter"]:
        sign, name = re.findall("(?s)^(!=|[<>]=?|=?)(.*)", key)[0]
        code = codes.get(name, "")
        known = code and re.fullmatch(VALUES.get(types[code], ""), value, re.ASCII | re.DOTALL)
        require(known, f"filter[{key}] is not understood")
        where.append(f"{code} {sign or '='} ?")
        values.append(value)
    limit = dict(form["limit"]).get("", "")
    require(re.fullmatch("[0-9]{0,9}", limit), "the limit is no number of rows")
    query = f"SELECT {', '.join(selected)} FROM {table} WHERE {' AND '.join(where)}"  # noqa: S608
    return [selected, *DATABASE.execute(f"{query} ORDER BY rowid LIMIT {limit or -1}", values)]


application = Starlette(routes=[Route("/{endpoint}", answer, methods=["POST"])])
