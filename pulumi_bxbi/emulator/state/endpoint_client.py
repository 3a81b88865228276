"""The portal's requests to the endpoints of a connector.

Redirects are not followed: a status other than 200 is a refusal. Addresses in the local network
are allowed, since the endpoints of a local portal are there. `own` is the TLS context that trusts
the portal's own certificate, for addresses of the portal itself.
"""

from __future__ import annotations

import http.client
import json
import string
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode, urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

    from pulumi_bxbi.emulator.api.records import Table

#: The longest wait for a part of an answer; a portal in the cloud waits far longer.
TIMEOUT_SECONDS: Final = 10.0
#: How much of an answer is read, so that an endless answer comes to an end.
LARGEST_ANSWER_BYTES: Final = 16 * 1024 * 1024


class RowsError(Exception):
    """The rows cannot be read; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table, as its endpoint has sent them.

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


def accepts(address: str, connection: Mapping[str, str], own: ssl.SSLContext | None) -> bool:
    """Post the values of a source to `urlCheck`, and return whether it accepts them.

    An answer with status 200 and a body accepts them.
    """
    try:
        with _posted(address, _connection(connection), own) as answer:
            return answer.status == http.client.OK and bool(answer.read(1))
    except (OSError, ValueError, http.client.HTTPException):
        return False


def first_rows(
    address: str,
    table: Table,
    limit: int,
    connection: Mapping[str, str],
    own: ssl.SSLContext | None,
) -> Rows:
    """Request the rows of the visible columns from `urlData`, as BI Builder does, without a filter.

    The documentation gives no example of a request. Taken literally, `select` has the names of the
    table's columns, and `mapFields` maps their codes to these names.
    """
    visible = [column for column in table.fields if column.visible]
    form = [
        ("table", table.external_code),
        *((f"select[{index}]", column.name) for index, column in enumerate(visible)),
        ("limit", str(limit)),
        *((f"mapFields[{column.external_code}]", column.name) for column in visible),
        *_connection(connection),
    ]
    try:
        with _posted(address, form, own) as answer:
            if answer.status != http.client.OK:
                raise RowsError(f"urlData answered with HTTP {answer.status}")
            body = answer.read(LARGEST_ANSWER_BYTES + 1)
    except OSError as error:
        raise RowsError(f"urlData did not answer: {error.strerror or error}") from None
    except (ValueError, http.client.InvalidURL):
        raise RowsError("urlData is not an address that can be called") from None
    except http.client.HTTPException as error:
        raise RowsError(f"urlData did not answer in HTTP: {type(error).__name__}") from None
    return _read(body, limit)


def _read(body: bytes, limit: int) -> Rows:
    """Return the rows in an answer of `urlData`: a list of lists, of which the first has the codes.

    Where there are no rows, the vendor's own connector answers with an empty list, without codes.
    """
    if len(body) > LARGEST_ANSWER_BYTES:
        raise RowsError(
            f"urlData answered with more than {LARGEST_ANSWER_BYTES // 1024 // 1024} MiB"
        )
    try:
        answer = json.loads(body)
        # Infinite numbers and lone surrogates could not be sent on.
        json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise RowsError("urlData answered with something that is not JSON") from None
    if not isinstance(answer, list) or not all(isinstance(row, list) for row in answer):
        raise RowsError("urlData answered with JSON that is not a list of lists")
    if not answer:
        return Rows((), ())
    codes = answer[0]
    if not codes or not all(isinstance(code, str) for code in codes):
        raise RowsError("urlData answered without the codes of the columns in the first list")
    rows = answer[1 : limit + 1]
    for number, row in enumerate(rows, start=1):
        if len(row) != len(codes):
            raise RowsError(
                f"urlData answered with row {number} of {len(row)} values for {len(codes)} columns"
            )
    return Rows(tuple(codes), tuple(map(tuple, rows)))


def _connection(values: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(f"connection[{code}]", value) for code, value in values.items()]


@contextmanager
def _posted(
    address: str, form: list[tuple[str, str]], own: ssl.SSLContext | None
) -> Iterator[http.client.HTTPResponse]:
    """Post the form, and yield the answer while the connection is open."""
    url = urlsplit(address)
    client: http.client.HTTPConnection
    if url.scheme == "https":
        client = http.client.HTTPSConnection(
            url.hostname or "", url.port, timeout=TIMEOUT_SECONDS, context=own
        )
    elif url.scheme == "http":
        client = http.client.HTTPConnection(url.hostname or "", url.port, timeout=TIMEOUT_SECONDS)
    else:
        raise ValueError(url.scheme)
    try:
        client.request(
            "POST",
            quote(f"{url.path or '/'}{'?' * bool(url.query)}{url.query}", string.punctuation),
            body=urlencode(form),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        yield client.getresponse()
    finally:
        client.close()
