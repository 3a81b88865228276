"""Addresses that a secret may be sent to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_safe(address: str) -> bool:
    """Tell whether an address is https, or plain http on this machine itself.

    Args:
        address: Scheme, host and port.
    """
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
