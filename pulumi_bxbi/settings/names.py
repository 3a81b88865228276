"""The places where settings are configured, and their names there."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pulumi_bxbi.portal.addresses import is_safe
from pulumi_bxbi.settings.declared import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PREFIX: Final = "BXBI_"
_NAMESPACE: Final = "bxbi:"
#: Variables of the environment that are not settings of a stack.
_OF_PROCESS: Final = ("BXBI_DEBUG", "BXBI_LOG")


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and says what to write."""


@dataclass(frozen=True, slots=True)
class Level:
    """One of the places where settings are configured.

    Attributes:
        name: The name of the place.
        read: Returns the value of a setting; ``None`` where it is not given.
        spell: Returns the name of a setting in this place.
    """

    name: str
    read: Callable[[str], str | None]
    spell: Callable[[str], str]

    def get(self, setting: str) -> str:
        """Return a setting's value; empty where it is not given."""
        return (self.read(setting) or "").strip()


def variable(setting: str) -> str:
    """Return the name of a setting in the environment: ``maxWait`` is ``BXBI_MAX_WAIT``."""
    words = "".join(f"_{letter}" if letter.isupper() else letter for letter in setting)
    return f"{_PREFIX}{words.upper()}"


def misspelt(variables: Iterable[str], keys: Iterable[str] = ()) -> str:
    """Return the names that look like settings and are none, as clauses; empty where none do.

    Args:
        variables: The names of the environment's variables.
        keys: The keys of the stack's configuration, such as ``bxbi:portal``, as far as known.
    """
    known_keys = [f"{_NAMESPACE}{name}" for name in SETTINGS]
    known_variables = [*map(variable, SETTINGS), *_OF_PROCESS]
    told = []
    for names, prefix, known in (
        (variables, _PREFIX, known_variables),
        (keys, _NAMESPACE, known_keys),
    ):
        for name in sorted(names):
            if name.startswith(prefix) and name not in known:
                near = difflib.get_close_matches(name, known, 1)
                told.append(f"{name} is not a setting{f', {near[0]} is' if near else ''}")
    return "; ".join(told)


def check_address(address: str, spelt: str) -> None:
    """Refuse a text that is not the address of a server.

    Args:
        address: The text, which should be scheme, host and port.
        spelt: The name of the setting.

    Raises:
        SettingsError: It is something else, or plain http to another machine. As the text may hold
            a secret, the message does not quote it unless it is an address.
    """
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, usable = urlsplit(""), False
    if not usable or parts.scheme not in {"http", "https"}:
        hint = (
            " (It looks like a webhook: that belongs into BXBI_WEBHOOK or bxbi:webhook.)"
            if "/rest/" in address
            else ""
        )
        raise SettingsError(
            f"{spelt} is not an address: write it with its scheme, for example "
            f"https://acme.bitrix24.com.{hint}"
        )
    more = parts.path.rstrip("/") or parts.query or parts.fragment
    if parts.username or parts.password or more:
        raise SettingsError(
            f"{spelt} is more than the address of a server: write scheme and host only, for "
            "example https://acme.bitrix24.com."
        )
    if not is_safe(address):
        raise SettingsError(
            f"{spelt} is {address}, and plain http would show the credentials to everyone on the "
            "way: write https://. (Plain http is accepted on this machine only, as 127.0.0.1 or "
            "localhost.)"
        )
