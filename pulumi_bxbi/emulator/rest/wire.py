"""The parameters of a request: from its query, and from its body, as JSON or a form.

Nested values of forms and queries are written with brackets, `fields[settings][login]=admin`.
A body that cannot be read, or that is JSON but not an object, counts as empty.
"""

from __future__ import annotations

import json
import re
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from pulumi_bxbi.emulator.api.values import FormText

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request

#: Matches a key of a form or query with its brackets, and one of these brackets.
KEY: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
STEP: Final = re.compile(r"\[([^\[\]]*)\]")


async def parameters(request: Request) -> dict[str, object]:
    """Return the parameters of a request; those in its body win over those in its query."""
    query = from_query(request.scope["query_string"].decode("latin-1"))
    return {**query, **_from_body(request.headers.get("content-type", ""), await request.body())}


def method_name(name: str) -> str:
    """Return the name of a method in lower case and without `.json`.

    `.xml` is not supported: a name with this suffix is unknown.
    """
    return name.lower().removesuffix(".json")


def from_query(query: str) -> dict[str, object]:
    """Return the parameters in a query string."""
    return nest(parse_qsl(query, keep_blank_values=True, errors="replace"))


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Return parameters with bracketed keys as nested values, as PHP reads them."""
    root: dict[str, object] = {}
    for key, value in pairs:
        match = KEY.fullmatch(key)
        first, rest = (match[1], match[2]) if match else (key, "")
        place, name = root, first
        for step in STEP.findall(rest):
            inner = place.setdefault(name, {})
            if not isinstance(inner, dict):
                inner = place[name] = {}
            place, name = inner, step or _next_index(inner)
        place[name] = FormText(value)
    return {key: _arrays(value) for key, value in root.items()}


def _from_body(content_type: str, body: bytes) -> dict[str, object]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _from_multipart(content_type, body)
    if kind == "application/x-www-form-urlencoded":
        return from_query(body.decode("latin-1"))
    try:
        value = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()  # lone surrogates are not text
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _from_multipart(content_type: str, body: bytes) -> dict[str, object]:
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body
    )
    pairs = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            pairs.append((name, content.decode(errors="replace")))
    return nest(pairs)


def _next_index(place: dict[str, object]) -> str:
    return str(max((int(key) for key in place if key.isdecimal()), default=-1) + 1)


def _arrays(value: object) -> object:
    """Return the value, with mappings whose keys are indexes converted to lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _arrays(element) for key, element in value.items()}
    if list(inner) == [str(index) for index in range(len(inner))]:
        return list(inner.values())
    return inner
