"""What endpoints say of tables and columns, in the documented form and as they say it.

Vendor's page: "Requirements for the endpoints of a connector".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, NoReturn

#: The keys of a column's name: the present one, and the one of the first edition.
NAME_KEYS: Final = ("name", "title")


class InvalidAnswerError(Exception):
    """An answer does not have the documented form; the text is a sentence that says how."""


class EmptyAnswerError(InvalidAnswerError):
    """An answer has no body."""


class WrongEncodingError(InvalidAnswerError):
    """An answer is not encoded in UTF-8."""


class NotUnicodeError(InvalidAnswerError):
    """A text of an answer is not Unicode: it has half of a surrogate pair."""


class NotJsonError(InvalidAnswerError):
    """An answer is not JSON, or not all of it arrived."""


@dataclass(frozen=True, slots=True)
class ListedTable:
    """A table in an answer of ``urlTableList``.

    Attributes:
        code: The code that ``urlTableDescription`` takes.
        title: The name that people see.
        id: The code that ``urlData`` takes in place of ``code``; empty where that is the same.
    """

    code: str
    title: str
    id: str = ""

    @property
    def external_code(self) -> str:
        """The code that the table has on the portal, which ``urlData`` gets."""
        return self.id or self.code


@dataclass(frozen=True, slots=True)
class DescribedColumn:
    """A column in an answer of ``urlTableDescription``.

    Attributes:
        code: Its code in the outside system.
        name: Its name there.
        type: The type that the endpoint says it has, which BI Builder need not know.
    """

    code: str
    name: str
    type: str


def listed_tables(body: bytes) -> tuple[ListedTable, ...]:
    """Return the tables in an answer of ``urlTableList``, in its order.

    Args:
        body: The body of the answer.

    Raises:
        InvalidAnswerError: It does not have the documented form.
    """
    return tuple(
        ListedTable(
            _text(each, place, "code"), _text(each, place, "title"), text_of(each, place, "id")
        )
        for place, each in enumerate(elements_of(body), start=1)
    )


def described_columns(body: bytes) -> tuple[DescribedColumn, ...]:
    """Return the columns in an answer of ``urlTableDescription``, in its order, at least one.

    Args:
        body: The body of the answer.

    Raises:
        InvalidAnswerError: It does not have the documented form.
    """
    columns = tuple(
        DescribedColumn(
            _text(each, place, "code"), _text(each, place, *NAME_KEYS), _text(each, place, "type")
        )
        for place, each in enumerate(elements_of(body), start=1)
    )
    if not columns:
        raise InvalidAnswerError("The answer describes no column.")
    return columns


def json_of(body: bytes) -> Any:
    """Return the JSON of an answer.

    Args:
        body: The body of the answer.

    Raises:
        EmptyAnswerError: It is empty.
        WrongEncodingError: It is not encoded in UTF-8.
        NotJsonError: It is not JSON.
    """
    if not body:
        raise EmptyAnswerError("The answer is empty.")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise WrongEncodingError("The answer is not encoded in UTF-8.") from None
    if text.startswith("\ufeff"):
        raise NotJsonError("The answer begins with a byte order mark, which JSON does not have.")
    if text.lstrip().startswith("<"):
        raise NotJsonError("The answer is HTML or XML, not JSON.")
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NotJsonError("The answer is not JSON, or not all of it arrived.") from None


def elements_of(body: bytes) -> list[dict[str, Any]]:
    """Return the elements of the list of objects that an answer must be.

    Args:
        body: The body of the answer.

    Raises:
        InvalidAnswerError: It is no such list.
    """
    answer = json_of(body)
    if not isinstance(answer, list):
        raise InvalidAnswerError("The answer is JSON, but not a list.")
    for place, each in enumerate(answer, start=1):
        if not isinstance(each, dict):
            raise InvalidAnswerError(f"Element {place} of the answer is not an object.")
    return answer


def text_of(element: dict[str, Any], place: int, key: str) -> str:
    """Return a text of an element, or a whole number as one; empty where there is none.

    Args:
        element: The element.
        place: Its place in the answer, from 1 on, for errors.
        key: The key of the text.

    Raises:
        NotUnicodeError: The text is not Unicode.
    """
    found = element.get(key)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    if not isinstance(found, str):
        return ""
    try:
        found.encode()
    except UnicodeEncodeError:
        raise NotUnicodeError(
            f'Element {place} of the answer has a "{key}" that is not Unicode.'
        ) from None
    return found


def _text(element: dict[str, Any], place: int, *keys: str) -> str:
    """Return the text of the first of several keys that an element has."""
    texts = (text_of(element, place, key) for key in keys)
    text = next((each for each in texts if each.strip()), "")
    if not text:
        raise InvalidAnswerError(f'Element {place} of the answer has no "{keys[0]}".')
    return text


def _no_number(_constant: str) -> NoReturn:
    """Refuse ``NaN`` and ``Infinity``, which Python reads and JSON does not have."""
    raise ValueError
