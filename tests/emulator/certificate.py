"""Local portals over TLS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import trustme

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.raw_portal import RawPortal, Start


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of a certificate.

    Attributes:
        chain: The certificate and its key.
        authority: Who vouches for it.
    """

    chain: str
    authority: str


def issued(folder: Path, *names: str) -> Certificate:
    """Return a certificate for these names of this machine."""
    made = Certificate(str(folder / "chain.pem"), str(folder / "authority.pem"))
    authority = trustme.CA()
    authority.cert_pem.write_to_path(made.authority)
    authority.issue_cert(*names).private_key_and_cert_chain_pem.write_to_path(made.chain)
    return made


def start_over_tls(start: Start, certificate: Certificate, *options: str, **seed: Any) -> RawPortal:
    """Start a portal with a certificate, and trust it."""
    files = ("--tls-cert", certificate.chain, "--tls-key", certificate.chain)
    portal = start(*files, *options, **seed)
    portal.session.verify = certificate.authority
    return portal
