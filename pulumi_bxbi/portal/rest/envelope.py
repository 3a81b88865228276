"""A response of the portal is a result or an error.

Three forms of an error are documented, and a client has to know all of them:

* inside ``result`` with HTTP 200, the newest form of the module's own errors;
* at the root with HTTP 200, the older form of the same errors;
* at the root with HTTP 4xx or 5xx, the platform's errors.

Most responses also contain the cost of the call, in the block ``time``.

Vendor's pages: "Error codes" of every ``biconnector.*`` method, "System errors" and "Limits" of the
REST API.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

HTTP_OK: Final = 200
#: Stands for the HTTP status that a call of a batch would have had alone; the portal omits it.
_PLATFORM: Final = 400

#: Larger than any meaningful moment in Unix time.
_END_OF_TIME_SECONDS: Final = 1e12

#: What the portal writes where a documented error has no code.
_NO_CODE: Final = ("0", "-")


@dataclass(frozen=True, slots=True)
class Accounting:
    """The time that the portal has counted for a method and this application (block ``time``).

    Attributes:
        duration: Seconds that this call took on the portal.
        operating: Seconds that all calls of the method took within the last ten minutes.
        resets_in: Seconds from this answer until the oldest of them are no longer counted, by the
            portal's own clock; ``None`` where the portal does not say.
    """

    duration: float
    operating: float
    resets_in: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The portal executed the call.

    Attributes:
        result: The value of ``result``.
        accounting: The cost of the method so far; ``None`` where the portal does not say.
    """

    result: Any
    accounting: Accounting | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The portal refused the call.

    Attributes:
        code: The error code as received; empty where there is none.
        description: The portal's text; may be empty.
        status: The HTTP status.
        accounting: The cost of the method so far; ``None`` where the portal does not say.
        in_result: Whether it was inside ``result``, as in the newest documentation.
    """

    code: str
    description: str
    status: int
    accounting: Accounting | None = None
    in_result: bool = field(default=False, compare=False)

    @property
    def by_platform(self) -> bool:
        """Whether the platform around the module refused, before the module saw the call."""
        return self.status != HTTP_OK


@dataclass(frozen=True, slots=True)
class InvalidResponse:
    """The body is not an answer of the REST API.

    Attributes:
        observed: What the body is instead, in words, without its content.
        status: The HTTP status.
    """

    observed: str
    status: int


def read_envelope(status: int, body: bytes) -> Answer | Refusal | InvalidResponse:
    """Return what a response means.

    Args:
        status: The HTTP status.
        body: The body as received.
    """
    try:
        document = json.loads(body)
    except ValueError:
        return InvalidResponse(_describe(body), status)
    if not isinstance(document, dict):
        return InvalidResponse("JSON that is not an object", status)
    result = document.get("result")
    accounting = _accounting(document.get("time"))
    if isinstance(result, dict) and isinstance(result.get("error"), dict):
        return _refusal(result["error"], status, accounting, in_result=True)
    if "error" in document:
        return _refusal(document, status, accounting)
    if "result" in document and status == HTTP_OK:
        return Answer(result, accounting)
    return InvalidResponse("JSON without a result and without an error", status)


def read_batched(batch: Any, name: str) -> Answer | Refusal:
    """Return the answer to one call of a batch.

    The module's own errors are among the results, the platform's are beside them.

    Args:
        batch: The ``result`` of ``batch``. Empty mappings in it are lists.
        name: The call's name.
    """
    accounting = _accounting(_mapping(batch, "result_time").get(name))
    failed = _mapping(batch, "result_error").get(name)
    if isinstance(failed, dict):
        return _refusal(failed, _PLATFORM, accounting)
    results = _mapping(batch, "result")
    if name not in results:
        return Refusal("", "The batch has no answer to this call.", _PLATFORM)
    result = results[name]
    if isinstance(result, dict) and isinstance(result.get("error"), dict):
        return _refusal(result["error"], HTTP_OK, accounting, in_result=True)
    return Answer(result, accounting)


def is_answered(batch: Any, name: str) -> bool:
    """Return whether a batch has an answer to one of its calls; one that breaks off has not.

    Args:
        batch: The ``result`` of ``batch``.
        name: The call's name.
    """
    return any(name in _mapping(batch, part) for part in ("result", "result_error"))


def codes_in(batch: Any) -> set[str]:
    """Return the error codes of the calls of a batch, in upper case.

    Args:
        batch: The ``result`` of ``batch``.
    """
    names = {*_mapping(batch, "result"), *_mapping(batch, "result_error")}
    answers = [read_batched(batch, name) for name in names]
    return {each.code.upper() for each in answers if isinstance(each, Refusal)}


def _mapping(batch: Any, key: str) -> dict[str, Any]:
    found = batch.get(key) if isinstance(batch, dict) else None
    return found if isinstance(found, dict) else {}


def _accounting(time: Any) -> Accounting | None:
    if not isinstance(time, dict):
        return None
    operating = _seconds(time.get("operating"))
    if operating is None:
        return None
    finish = _seconds(time.get("finish"))
    if finish is None:
        finish = _moment(time.get("date_finish"))
    reset_at = _seconds(time.get("operating_reset_at"))
    resets_in = None if reset_at is None or finish is None else reset_at - finish
    return Accounting(_seconds(time.get("duration")) or 0.0, operating, resets_in)


def _seconds(number: Any) -> float | None:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    # JSON allows numbers that no clock shows; NaN is not smaller than anything either.
    return float(number) if abs(number) < _END_OF_TIME_SECONDS else None


def _moment(date: Any) -> float | None:
    try:
        moment = datetime.fromisoformat(date)
    except (TypeError, ValueError):
        return None
    # Without an offset it would be read in this machine's time zone.
    return moment.timestamp() if moment.tzinfo and moment.year > 1 else None


def _refusal(
    error: dict[str, Any], status: int, accounting: Accounting | None, *, in_result: bool = False
) -> Refusal:
    given = error.get("error")
    code = "" if given is None else str(given).strip()
    return Refusal(
        code="" if code in _NO_CODE else code,
        description=str(error.get("error_description") or "").strip(),
        status=status,
        accounting=accounting,
        in_result=in_result,
    )


def _describe(body: bytes) -> str:
    start = body.lstrip()
    if not start:
        return "an empty body"
    if start.startswith(b"<"):
        return "an HTML page"
    if start.startswith((b"{", b"[")):
        return "a JSON document that breaks off"
    return "text that is not JSON"
