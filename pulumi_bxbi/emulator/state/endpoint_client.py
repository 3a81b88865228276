"""The portal's requests to the endpoints of a connector.

Redirects are not followed: a status other than 200 is a refusal. Addresses in the local network
are called, since that is where the endpoints of a local portal are. `own` is how the portal's own
certificate is trusted, if the address is one of its own.
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
    """There are no rows to be had; the text tells a person why."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table, as its endpoint has sent them."""

    codes: tuple[str, ...]
    """The codes of the columns in the outside system; none where the answer was an empty list."""
    rows: tuple[tuple[object, ...], ...]
    """The values, in the order of the codes: whatever JSON can say."""

    def left_out(self, table: Table) -> list[str]:
        """Return the names of the columns that were asked for and did not come."""
        return [
            column.name
            for column in table.fields
            if self.codes and column.visible and column.external_code not in self.codes
        ]

    def hidden(self, table: Table) -> list[str]:
        """Return the names of the hidden columns that came all the same."""
        return [
            column.name
            for column in table.fields
            if not column.visible and column.external_code in self.codes
        ]


def accepts(address: str, connection: Mapping[str, str], own: ssl.SSLContext | None) -> bool:
    """Post the values of a source to `urlCheck`: 200 with any body that is not empty accepts."""
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
    """Post to `urlData` what BI Builder posts for the columns that it shows, without a filter.

    The documentation gives no example of a request. Read by the letter, `select` has the names
    of the table's columns, and `mapFields` says which codes they stand for.
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
    """Return what an answer of `urlData` says: a list of lists, the codes in the first of them.

    An empty list, without codes, is what the vendor's own connector answers for no rows.
    """
    if len(body) > LARGEST_ANSWER_BYTES:
        raise RowsError(
            f"urlData answered with more than {LARGEST_ANSWER_BYTES // 1024 // 1024} MiB"
        )
    try:
        answer = json.loads(body)
        # Numbers beyond all bounds and halves of surrogates could not be passed on.
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
    """Post the form, and give the answer as long as the connection lasts."""
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
