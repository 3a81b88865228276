"""The answers of a connector's endpoints, in the documented form.

An error says which endpoint answered, and what is wrong with the answer. It shows nothing of the
answer, because an endpoint may repeat the values of a source's settings.

Vendor's page: "Requirements for the endpoints of a connector".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pulumi_bxbi.emulator.api.records import Table

#: How much of an answer is read, so that an endless answer comes to an end.
LARGEST_ANSWER_BYTES: Final = 16 * 1024 * 1024


class EndpointError(Exception):
    """An endpoint gave no usable answer; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table, in an answer of `urlData`.

    Attributes:
        codes: The codes of the columns in the outside system; empty where the answer was an empty
            list.
        rows: The values, in the order of the codes: any JSON values.
    """

    codes: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

    def left_out(self, table: Table) -> list[str]:
        """Return the names of the columns that were requested and are missing."""
        return [
            column.name
            for column in table.fields
            if self.codes and column.visible and column.external_code not in self.codes
        ]

    def hidden(self, table: Table) -> list[str]:
        """Return the names of the hidden columns that were sent all the same."""
        return [
            column.name
            for column in table.fields
            if not column.visible and column.external_code in self.codes
        ]


@dataclass(frozen=True, slots=True)
class OfferedTable:
    """A table in an answer of `urlTableList`.

    Attributes:
        code: The code that `urlTableDescription` takes.
        title: The title that people see.
        external_code: The external code of the table on the portal: its `id`, or else the code.
    """

    code: str
    title: str
    external_code: str


def rows(body: bytes, limit: int) -> Rows:
    """Return the rows in an answer of `urlData`: a list of lists, of which the first has the codes.

    Where there are no rows, the vendor's own connector answers with an empty list, without codes.

    Raises:
        EndpointError: The answer has another form.
    """
    answer = _json("urlData", body)
    if not isinstance(answer, list) or not all(isinstance(row, list) for row in answer):
        raise EndpointError("urlData answered with JSON that is not a list of lists")
    if not answer:
        return Rows((), ())
    codes = answer[0]
    if not codes or not all(isinstance(code, str) for code in codes):
        raise EndpointError("urlData answered without the codes of the columns in the first list")
    found = answer[1 : limit + 1]
    for number, row in enumerate(found, start=1):
        if len(row) != len(codes):
            raise EndpointError(
                f"urlData answered with row {number} of {len(row)} values for {len(codes)} columns"
            )
    return Rows(tuple(codes), tuple(map(tuple, found)))


def offered_tables(body: bytes) -> tuple[OfferedTable, ...]:
    """Return the tables in an answer of `urlTableList`, in its order.

    Raises:
        EndpointError: The answer has another form, or a table has no code or no title.
    """
    return tuple(
        OfferedTable(
            _text(each["code"]), _text(each["title"]), _text(each.get("id")) or _text(each["code"])
        )
        for each in _objects("urlTableList", body, ("code", "title"))
    )


def described_codes(body: bytes) -> frozenset[str]:
    """Return the codes of the columns in an answer of `urlTableDescription`.

    Raises:
        EndpointError: The answer has another form, no column at all, or a column without a code, a
            name or a type.
    """
    found = _objects("urlTableDescription", body, ("code", "name", "type"))
    if not found:
        raise EndpointError("urlTableDescription answered with an empty list")
    return frozenset(_text(each["code"]) for each in found)


def _objects(endpoint: str, body: bytes, keys: tuple[str, ...]) -> list[dict[str, object]]:
    """Return the objects in an answer, each of which has a text or a number under these keys."""
    answer = _json(endpoint, body)
    if not isinstance(answer, list) or not all(isinstance(each, dict) for each in answer):
        raise EndpointError(f"{endpoint} answered with JSON that is not a list of objects")
    for number, each in enumerate(answer, start=1):
        for key in keys:
            if not _text(each.get(key)):
                raise EndpointError(f"{endpoint} answered with object {number} without a {key}")
    return answer


def _text(value: object) -> str:
    """Return a text, or a number as one; any other value is an empty text."""
    is_text = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value) if is_text else ""


def _json(endpoint: str, body: bytes) -> object:
    if len(body) > LARGEST_ANSWER_BYTES:
        raise EndpointError(
            f"{endpoint} answered with more than {LARGEST_ANSWER_BYTES // 1024 // 1024} MiB"
        )
    try:
        answer: object = json.loads(body)
        # Infinite numbers and lone surrogates could not be sent on.
        json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise EndpointError(f"{endpoint} answered with something that is not JSON") from None
    return answer
