"""Which portal, which credentials, which limits.

Each setting comes from the environment (``BXBI_PORTAL``) or from the stack's configuration
(``bxbi:portal``); the environment wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pulumi_bxbi.portal import AccessToken, Credentials, Portal, Webhook
from pulumi_bxbi.portal.location import is_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"", "0", "false", "no", "off"})
_TIMEOUT: Final = 75.0
_BURST: Final = 50
_REQUESTS_PER_SECOND: Final = 2.0
_MAX_WAIT: Final = 900.0


class SettingsError(Exception):
    """A setting is missing or wrong; the text names it and says what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is known before a portal is called.

    Attributes:
        portal: The portal's address; empty where none is given.
        credentials: What authorizes the calls; ``None`` where nothing is given.
        offline: Whether check, diff and lookups must not ask the portal.
        timeout: Seconds for one HTTP request.
        burst: How many calls the portal takes at once.
        requests_per_second: How many calls a second it takes from then on.
        max_wait: Seconds that a call may wait for the portal's limits.
    """

    portal: str = ""
    credentials: Credentials | None = None
    offline: bool = False
    timeout: float = _TIMEOUT
    burst: int = _BURST
    requests_per_second: float = _REQUESTS_PER_SECOND
    max_wait: float = _MAX_WAIT

    def connect(self) -> Portal:
        """Make the portal that these settings describe; nothing is called yet.

        Raises:
            SettingsError: The address or the credentials are missing.
        """
        if self.credentials is None:
            raise SettingsError(
                "no credentials for the portal. Set BXBI_ACCESS_TOKEN (an application's access "
                "token) or, for portals that still accept one, BXBI_WEBHOOK; or in the stack: "
                "pulumi config set --secret bxbi:accessToken. A preview without credentials is "
                "possible with BXBI_OFFLINE=1."
            )
        if not self.portal:
            raise SettingsError(
                "no portal. Set BXBI_PORTAL, or in the stack: pulumi config set bxbi:portal "
                "https://acme.bitrix24.com."
            )
        return Portal(
            self.portal,
            self.credentials,
            timeout=self.timeout,
            burst=self.burst,
            requests_per_second=self.requests_per_second,
            max_wait=self.max_wait,
        )


def load_settings(stack: Callable[[str], str | None], environment: Mapping[str, str]) -> Settings:
    """Read the settings.

    Args:
        stack: Gives the value of a setting of the stack's namespace ``bxbi``, such as ``portal``.
        environment: The environment's variables.

    Raises:
        SettingsError: A setting is wrong. No text shows a secret.
    """
    environ = _Level("environment", lambda name: environment.get(_variable(name)), _variable)
    configured = _Level("stack", stack, lambda name: f"bxbi:{name}")
    credentials, portal = _credentials(environ) or _credentials(configured) or (None, "")
    return Settings(
        portal=_portal(portal, environ, configured),
        credentials=credentials,
        offline=_switch("offline", environ, configured),
        timeout=_positive("timeout", "number of seconds", environ, configured) or _TIMEOUT,
        burst=_whole("burst", environ, configured) or _BURST,
        requests_per_second=_positive("requestsPerSecond", "number", environ, configured)
        or _REQUESTS_PER_SECOND,
        max_wait=_positive("maxWait", "number of seconds", environ, configured) or _MAX_WAIT,
    )


@dataclass(frozen=True, slots=True)
class _Level:
    """One of the places where settings stand.

    Attributes:
        name: What the place is called.
        read: Gives the value of a setting.
        spell: How a setting is written there.
    """

    name: str
    read: Callable[[str], str | None]
    spell: Callable[[str], str]

    def get(self, setting: str) -> str:
        """Give a setting's value; empty where it is not given."""
        return (self.read(setting) or "").strip()


def _variable(setting: str) -> str:
    words = "".join(f"_{letter}" if letter.isupper() else letter for letter in setting)
    return f"BXBI_{words.upper()}"


def _credentials(level: _Level) -> tuple[Credentials, str] | None:
    """Take the credentials of one place, and the portal that they name themselves."""
    given = [name for name in ("webhook", "accessToken") if level.get(name)]
    if not given:
        return None
    if len(given) > 1:
        names = " and ".join(level.spell(name) for name in given)
        raise SettingsError(
            f"{names} are both set, and only one kind of credentials can be used: unset one."
        )
    if given == ["accessToken"]:
        return AccessToken(level.get("accessToken")), ""
    try:
        webhook = Webhook.parse(level.get("webhook"))
    except ValueError as error:
        raise SettingsError(f"{level.spell('webhook')} {error}") from None
    _check_address(webhook.portal, level.spell("webhook"))
    return webhook, webhook.portal


def _portal(of_webhook: str, environ: _Level, configured: _Level) -> str:
    level = environ if environ.get("portal") else configured
    address = level.get("portal").rstrip("/")
    spelt = level.spell("portal")
    if not address:
        return of_webhook
    _check_address(address, spelt)
    if of_webhook and of_webhook.lower() != address.lower():
        raise SettingsError(
            f"the webhook belongs to {of_webhook}, but {spelt} is {address}: unset {spelt}, or "
            "take a webhook of that portal."
        )
    return address


def _check_address(address: str, spelt: str) -> None:
    """Refuse what is no address of a portal; it may hold a secret, so it is not repeated."""
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
            f"{spelt} is more than the address of a portal: write scheme and host only, for "
            "example https://acme.bitrix24.com."
        )
    if not is_safe(address):
        raise SettingsError(
            f"{spelt} is {address}, and plain http would show the credentials to everyone on the "
            "way: write https://. (Plain http is accepted on this machine only, as 127.0.0.1 or "
            "localhost.)"
        )


def _switch(setting: str, *levels: _Level) -> bool:
    for level in levels:
        value = level.get(setting).lower()
        if value in _TRUE:
            return True
        if value not in _FALSE:
            raise SettingsError(f'{level.spell(setting)} is "{value}": write true or false.')
        if value:
            return False
    return False


def _positive(setting: str, meaning: str, *levels: _Level) -> float | None:
    """Take a number above zero; ``None`` where none is given."""
    for level in levels:
        value = level.get(setting)
        if not value:
            continue
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 < number < float("inf"):
            raise SettingsError(f'{level.spell(setting)} is "{value}": write a positive {meaning}.')
        return number
    return None


def _whole(setting: str, *levels: _Level) -> int | None:
    """Take a whole number above zero; ``None`` where none is given."""
    for level in levels:
        value = level.get(setting)
        if not value:
            continue
        if not value.isdecimal() or int(value) == 0:
            raise SettingsError(
                f'{level.spell(setting)} is "{value}": write a positive whole number.'
            )
        return int(value)
    return None
