"""What a source may see: the values of its parameters, checked."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .form import InvalidRequest, group, text

if TYPE_CHECKING:
    from .form import Form

AIRPORTS: Final = ("EWR", "JFK", "LGA")

_MONTH: Final = re.compile(r"0?[1-9]|1[0-2]")


class AccessDenied(Exception):
    """The request does not have the token."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows that a source may see in tables of departures; other tables it sees whole."""

    airport: str
    until_month: int


def scope(form: Form, token: str) -> Scope:
    """Return what a request may see, by the values of its source."""
    values = group(form, "connection")
    if not secrets.compare_digest(text(values, "token").encode(), token.encode()):
        raise AccessDenied
    airport, month = text(values, "airport"), text(values, "until_month")
    if airport not in AIRPORTS:
        raise InvalidRequest(f'The airport has to be one of {", ".join(AIRPORTS)}, not "{airport}"')
    if not _MONTH.fullmatch(month):
        raise InvalidRequest(f'The last month has to be a number from 1 to 12, not "{month}"')
    return Scope(airport, int(month))
