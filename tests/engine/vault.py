"""A HashiCorp Vault on loopback that gives each key back as it got it.

Pulumi encrypts with the key as ever. Deriving one from a passphrase takes it half a second of
arithmetic in each command, so only stacks that need a passphrase have one.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What `pulumi stack init --secrets-provider` calls it.
SECRETS_PROVIDER: Final = "hashivault://tests"
_PREFIX: Final = "vault:v1:"


@contextmanager
def vault() -> Iterator[dict[str, str]]:
    """Serve the vault, and give the variables that lead Pulumi to it."""
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), _Handler)) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        yield {
            "VAULT_ADDR": address,
            "VAULT_SERVER_URL": address,
            "VAULT_TOKEN": "a token",
            "VAULT_SERVER_TOKEN": "a token",
        }


class _Handler(BaseHTTPRequestHandler):
    """Answers ``transit/encrypt`` and ``transit/decrypt``."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_PUT(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "/encrypt/" in self.path:
            found = {"ciphertext": _PREFIX + given["plaintext"]}
        else:
            found = {"plaintext": given["ciphertext"].removeprefix(_PREFIX)}
        body = json.dumps({"data": found}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
