"""Forms as PHP writes them: names with brackets, ``filter[0][>=MONTH]=3``, make nested groups."""

from __future__ import annotations

import re
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

Node: TypeAlias = "str | Form"
Form: TypeAlias = dict[str, Node]

MOST_VALUES: Final = 900
"""As many values as one form may have; SQLite takes conditions in a row up to about 1000."""

DEEPEST: Final = 32
"""As many parts as one name may have, in brackets and before them."""

_NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)", re.DOTALL)
_BRACKETS: Final = re.compile(r"\[([^\[\]]*)\]")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


class InvalidRequest(ValueError):
    """A request that cannot be answered; the text says what is wrong with it."""


def parse(body: bytes) -> Form:
    """Read the body of a request.

    Empty brackets, as in ``select[]=MONTH``, number the values from 0. Where a name is given
    twice the last one counts.
    """
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_VALUES,
        )
    except ValueError as error:
        raise InvalidRequest(f"The form cannot be read: {error}") from None
    form: Form = {}
    for name, value in pairs:
        *outer, last = _path(name)
        inside = form
        for key in outer:
            inside = _entered(inside, _key(inside, key))
        inside[_key(inside, last)] = value
    return form


def group(form: Form, name: str) -> Form:
    """Return a group of a form, an empty one where it is not given."""
    node = form.get(name, {})
    if isinstance(node, str):
        raise InvalidRequest(f'"{name}" has to be a group, {name}[…]=…')
    return node


def text(form: Form, name: str) -> str:
    """Return a single value of a form, an empty one where it is not given."""
    node = form.get(name, "")
    if not isinstance(node, str):
        raise InvalidRequest(f'"{name}" has to be a single value, {name}=…')
    return node


def texts(form: Form, name: str) -> list[str]:
    """Return a list of values of a form, an empty one where it is not given."""
    listed = group(form, name)
    return [text(listed, key) for key in listed]


def _path(name: str) -> list[str]:
    parts = _NAME.fullmatch(name)
    if parts is None:
        raise InvalidRequest(f'"{name}" is no name of a form')
    path = [parts[1], *_BRACKETS.findall(parts[2])]
    if len(path) > DEEPEST:
        raise InvalidRequest(f'"{name[:40]}…" has too many brackets')
    return path


def _key(inside: Form, key: str) -> str:
    """Return the key itself, or for empty brackets the one after the highest number."""
    if key:
        return key
    return str(max((int(each) for each in inside if _NUMBER.fullmatch(each)), default=-1) + 1)


def _entered(inside: Form, key: str) -> Form:
    inner = inside.get(key)
    if isinstance(inner, dict):
        return inner
    made: Form = {}
    inside[key] = made
    return made
