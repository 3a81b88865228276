"""The identity of a portal that neither a seed nor a state file names."""

from __future__ import annotations

import secrets
import string
from typing import Final

from pulumi_bxbi.emulator.api.records import Identity

#: The number of letters and digits in a client secret.
SECRET_LENGTH: Final = 50


def drawn() -> Identity:
    """Return a random identity, in the form of a local application."""
    letters = string.ascii_letters + string.digits
    return Identity(
        member_id=secrets.token_hex(16),
        client_id=f"local.{secrets.token_hex(7)}.{secrets.randbelow(10**8):08}",
        client_secret="".join(secrets.choice(letters) for _ in range(SECRET_LENGTH)),
    )
