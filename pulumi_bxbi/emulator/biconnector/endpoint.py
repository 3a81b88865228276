"""The portal's request to an endpoint of a connector."""

from __future__ import annotations

import http.client
import string
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

TIMEOUT = 10.0
"""Seconds without a sign of life; a portal in the cloud waits far longer."""


def accepts(address: str, connection: Mapping[str, str], own: ssl.SSLContext | None) -> bool:
    """Post the values of a source to `urlCheck`: 200 with any body that is not empty accepts them.

    Redirects are not followed: a status other than 200 is a refusal. Addresses in the local
    network are called, since that is where the endpoints of a local portal are. `own` is how the
    portal's own certificate is trusted, if the address is one of its own.
    """
    form = urlencode({f"connection[{code}]": value for code, value in connection.items()})
    try:
        url = urlsplit(address)
        client: http.client.HTTPConnection
        if url.scheme == "https":
            client = http.client.HTTPSConnection(
                url.hostname or "", url.port, timeout=TIMEOUT, context=own
            )
        elif url.scheme == "http":
            client = http.client.HTTPConnection(url.hostname or "", url.port, timeout=TIMEOUT)
        else:
            return False
        try:
            client.request(
                "POST",
                quote(f"{url.path or '/'}{'?' * bool(url.query)}{url.query}", string.punctuation),
                body=form,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
            answer = client.getresponse()
            return answer.status == http.client.OK and bool(answer.read(1))
        finally:
            client.close()
    except (OSError, ValueError, http.client.HTTPException):
        return False
