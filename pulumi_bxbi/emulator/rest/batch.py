"""The method `batch`: up to fifty calls in one request.

In the newest edition the platform treats an error of the module as a result, so it is in `result`
and does not halt a batch; this follows from its HTTP 200 and is not documented. In the edition of
2025 it is in `result_error`.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api.envelope import Answer, refused, succeeded, timing
from pulumi_bxbi.emulator.api.platform_errors import PlatformError, platform
from pulumi_bxbi.emulator.api.values import FormText, mapping
from pulumi_bxbi.emulator.rest.access import require_scope
from pulumi_bxbi.emulator.rest.perform import perform
from pulumi_bxbi.emulator.rest.wire import from_query, method_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.emulator.state.portal import Caller, Portal

#: The largest number of calls in a batch.
LONGEST: Final = 50
#: A reference to a part of an earlier result, such as `$result[a][id]`.
REFERENCE: Final = re.compile(r"\$result((?:\[[^\[\]]+\])+)")
#: The values of `halt` that stop a batch at the first error.
TRUE: Final = (True, 1, "1", "true", "Y")


async def batch(portal: Portal, caller: Caller, parameters: Mapping[str, object]) -> Answer:
    """Answer `batch`: the result or the error of every call, by its name."""
    start = time.time()
    results: dict[str, object] = {}
    refusals: dict[str, object] = {}
    times: dict[str, object] = {}
    calls = []
    for index, (name, command) in enumerate((mapping(parameters.get("cmd")) or {}).items()):
        method, _, query = str(command).partition("?")
        method = method_name(method)
        if index >= LONGEST:
            answer = refused(platform("ERROR_BATCH_LENGTH_EXCEEDED"))
        elif method == "batch":
            answer = refused(platform("ERROR_BATCH_METHOD_NOT_ALLOWED"))
        else:
            values = {key: _filled(value, results) for key, value in from_query(query).items()}
            answer = await _one(portal, caller, method, values)
        calls.append((method, answer.error))
        body = dict(mapping(answer.body) or {})
        if "result" in body:
            results[name] = body["result"]
            times[name] = body["time"]
            continue
        refusals[name] = body
        if parameters.get("halt") in TRUE:
            break
    result = {
        "result": _php_array(results),
        "result_error": _php_array(refusals),
        "result_total": [],
        "result_next": [],
        "result_time": _php_array(times),
    }
    answer = succeeded(result, timing(start))
    return Answer(answer.status, answer.body, calls=tuple(calls))


async def _one(portal: Portal, caller: Caller, method: str, values: Mapping[str, object]) -> Answer:
    try:
        require_scope(caller, method)
    except PlatformError as error:
        return refused(error)
    return await perform(portal, caller, method, values)


def _filled(value: object, results: Mapping[str, object]) -> object:
    """Return a parameter with references such as `$result[a][id]` replaced.

    A value that is only a reference becomes the result itself, with its type. A reference to a
    missing result becomes an empty text.
    """
    if isinstance(value, dict):
        return {key: _filled(inner, results) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, results) for inner in value]
    text = str(value)
    whole = REFERENCE.fullmatch(text)
    if whole:
        return _referred(whole[1], results)
    return FormText(REFERENCE.sub(lambda match: str(_referred(match[1], results)), text))


def _referred(path: str, results: Mapping[str, object]) -> object:
    place: object = results
    for step in re.findall(r"\[([^\[\]]+)\]", path):
        place = (mapping(place) or {}).get(step, FormText(""))
    return place


def _php_array(values: dict[str, object]) -> object:
    """Return the values as PHP writes them: a list, if the names are its indexes."""
    numbered = list(values) == [str(index) for index in range(len(values))]
    return list(values.values()) if numbered else values
