"""Addresses that a secret may be sent to, and addresses that may hold one."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

#: The OAuth server of the vendor's cloud.
OAUTH_SERVER: Final = "https://oauth.bitrix.info"
#: The default ports of http and https.
_USUAL_PORTS: Final = (80, 443)
#: Matches the beginning of a query or fragment, or the end of a user and password.
_AROUND_HOST_AND_PATH: Final = re.compile(r"@|[?#].", re.DOTALL)


def is_safe(address: str) -> bool:
    """Return whether an address is https, or plain http on this machine.

    Args:
        address: Scheme, host and port.
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:  # the port is not a number, or the brackets of an IPv6 address do not match
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    )


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine.

    Args:
        host: A host's name or its IP address, without a port.
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_same_host(address: str, other: str) -> bool:
    """Return whether two addresses lead to the same host and port.

    Loopback has several names, and the usual ports of http and https count as one: a portal behind
    a proxy may call itself by the other scheme.

    Args:
        address: Scheme, host and port.
        other: Another one.
    """
    try:
        return _place(address) == _place(other)
    except ValueError:  # one of them is not an address
        return False


def holds_secret(address: str) -> bool:
    """Return whether an address may hold a secret, before its host or after its path.

    The address is not parsed for this, because it may be malformed: a password may hold a ``/``.

    Args:
        address: An address, also a data URI, which holds none.
    """
    return not address.startswith("data:") and bool(_AROUND_HOST_AND_PATH.search(address))


def host_of(address: str) -> str:
    """Return the host and the port of an address; empty where a part of a secret may be in them.

    Args:
        address: An address.
    """
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return ""
    is_clear = "@" not in f"{parts.path}{parts.query}{parts.fragment}"
    return parts.netloc.rpartition("@")[2] if is_clear else ""


def host_and_path_of(address: str) -> str:
    """Return the host, the port and the path of an address; empty where a secret may be in them.

    Args:
        address: An address.
    """
    host = host_of(address)
    return f"{host}{urlsplit(address).path}" if host else ""


@lru_cache
def _place(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    host = parts.hostname or ""
    port = 0 if parts.port in _USUAL_PORTS else parts.port or 0
    return ("localhost" if is_loopback(host) else host, port)
