"""The portal's requests to the endpoints of a connector.

Redirects are not followed: a status other than 200 is a refusal. Addresses in the local network
are allowed, since the endpoints of a local portal are there. `own` is the TLS context that trusts
the portal's own certificate, for addresses of the portal itself.
"""

from __future__ import annotations

import http.client
import string
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode, urlsplit

from pulumi_bxbi.emulator.state import endpoint_answers
from pulumi_bxbi.emulator.state.endpoint_answers import LARGEST_ANSWER_BYTES, EndpointError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

    from pulumi_bxbi.emulator.api.records import Table
    from pulumi_bxbi.emulator.state.endpoint_answers import OfferedTable, Rows

#: The longest wait for a part of an answer; a portal in the cloud waits far longer.
TIMEOUT_SECONDS: Final = 10.0


def accepts(address: str, connection: Mapping[str, str], own: ssl.SSLContext | None) -> bool:
    """Post the values of a source to `urlCheck`, and return whether it accepts them.

    An answer with status 200 and a body accepts them.
    """
    try:
        with _posted(address, _connection(connection), own) as answer:
            return answer.status == http.client.OK and bool(answer.read(1))
    except (OSError, ValueError, http.client.HTTPException):
        return False


def offered_tables(
    address: str, connection: Mapping[str, str], own: ssl.SSLContext | None
) -> tuple[OfferedTable, ...]:
    """Request all tables from `urlTableList`, in its order.

    Raises:
        EndpointError: The endpoint did not answer with tables.
    """
    form = [("searchString", ""), *_connection(connection)]
    return endpoint_answers.offered_tables(_answer("urlTableList", address, form, own))


def described_codes(
    address: str, code: str, connection: Mapping[str, str], own: ssl.SSLContext | None
) -> frozenset[str]:
    """Request the columns of a table from `urlTableDescription`, and return their codes.

    Raises:
        EndpointError: The endpoint did not answer with columns.
    """
    form = [("table", code), *_connection(connection)]
    return endpoint_answers.described_codes(_answer("urlTableDescription", address, form, own))


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

    Raises:
        EndpointError: The endpoint did not answer with rows.
    """
    visible = [column for column in table.fields if column.visible]
    form = [
        ("table", table.external_code),
        *((f"select[{index}]", column.name) for index, column in enumerate(visible)),
        ("limit", str(limit)),
        *((f"mapFields[{column.external_code}]", column.name) for column in visible),
        *_connection(connection),
    ]
    return endpoint_answers.rows(_answer("urlData", address, form, own), limit)


def _connection(values: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(f"connection[{code}]", value) for code, value in values.items()]


def _answer(
    endpoint: str, address: str, form: list[tuple[str, str]], own: ssl.SSLContext | None
) -> bytes:
    """Post the form, and return the body of the answer, or a byte more than its largest size."""
    try:
        with _posted(address, form, own) as answer:
            if answer.status != http.client.OK:
                raise EndpointError(f"{endpoint} answered with HTTP {answer.status}")
            return answer.read(LARGEST_ANSWER_BYTES + 1)
    except OSError as error:
        raise EndpointError(f"{endpoint} did not answer: {error.strerror or error}") from None
    except (ValueError, http.client.InvalidURL):
        raise EndpointError(f"{endpoint} is not an address that can be called") from None
    except http.client.HTTPException as error:
        raise EndpointError(f"{endpoint} did not answer in HTTP: {type(error).__name__}") from None


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
