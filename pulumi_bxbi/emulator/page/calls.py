"""The latest calls, the newest first."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.page.markup import code, count, element

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree.ElementTree import Element

#: How many calls the page shows; `GET /__emulator__/calls` has all of them.
LATEST: Final = 50


def section(calls: Sequence[Mapping[str, object]]) -> Element:
    """Return the section with the latest of these calls."""
    return element(
        "section",
        {"id": "calls", "aria-labelledby": "calls-title"},
        element("h2", {"id": "calls-title"}, "Latest calls"),
        _table(calls) if calls else element("p", {"class": "none"}, "Nothing was called yet."),
    )


def _table(calls: Sequence[Mapping[str, object]]) -> Element:
    latest = list(enumerate(calls, start=1))[-LATEST:]
    hidden = len(calls) - len(latest)
    heads = ("No.", "Method", "Status", "Error")
    return element(
        "div",
        {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": "Latest calls"},
        element(
            "table",
            element(
                "thead",
                element("tr", *(element("th", {"scope": "col"}, head) for head in heads)),
            ),
            element("tbody", *(_row(number, call) for number, call in reversed(latest))),
        ),
        element("p", {"class": "note"}, f"{count(hidden, 'earlier call')} not shown.")
        if hidden
        else None,
    )


def _row(number: int, call: Mapping[str, object]) -> Element:
    status, error, fault = call["status"], call["error"], call.get("fault")
    good = status == HTTPStatus.OK and error is None
    return element(
        "tr",
        {"id": f"call-{number}", "class": "good" if good else "bad"},
        element("td", {"class": "number"}, str(number)),
        element("td", code(str(call["method"])), _inner(call.get("calls"))),
        element("td", {"class": "number"}, "none" if status is None else str(status)),
        element(
            "td",
            *_error(error),
            element("span", {"class": "faint"}, f"fault {fault}") if fault else None,
        ),
    )


def _inner(calls: object) -> Element | None:
    """Return the list of the calls in a batch; `None` for another call."""
    if not isinstance(calls, list) or not calls:
        return None
    items = (element("li", code(call["method"]), " ", *_error(call["error"])) for call in calls)
    return element("ol", *items)


def _error(error: object) -> list[Element | str]:
    """Return the code of an error, which may be empty; nothing for no error."""
    return [] if error is None else [code(str(error) or "without a code", {"class": "error"}), " "]
