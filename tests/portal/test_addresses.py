"""What of an address may be shown, and to which a secret may be sent."""

from __future__ import annotations

import pytest

from pulumi_bxbi.portal.addresses import holds_secret, host_of


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://svc:hunter2@host:8443/data", "host:8443"),
        ("https://hunter2@host/data", "host"),
        ("https://host/data?token=hunter2", "host"),
        ("https://host/data#hunter2", "host"),
        ("https://[::1]:80/?hunter2", "[::1]:80"),
        # A password that was not encoded ends up in another part of the address.
        ("https://svc:hunter/2@host/data", ""),
        ("https://svc:12/hunter2@host/data", ""),
        ("https://svc:hunter?2@host/data", ""),
        ("https://svc:12?hunter2@host/data", ""),
        ("https://svc:12#hunter2@host/data", ""),
        ("https://[svc:hunter2@host", ""),
        ("//svc:hunter2@host/logo.png", "host"),
        ("svc:hunter2@host", ""),
        ("logo.png?hunter2", ""),
    ],
)
def test_a_secret_is_found_wherever_it_stands(address: str, host: str) -> None:
    assert holds_secret(address)
    assert host_of(address) == host


@pytest.mark.parametrize(
    "address",
    ["", "https://host/data", "https://host/?", "data:image/svg+xml,<svg id='a@b?c#d'/>"],
)
def test_an_address_that_holds_none_may_be_shown(address: str) -> None:
    assert not holds_secret(address)
