"""Reads the settings: which portal, which credentials, which limits.

Each setting comes from the environment (``BXBI_PORTAL``) or from the stack's configuration
(``bxbi:portal``); the environment wins. The arguments of an explicit provider win over the
environment, and then the stack's configuration does not count.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.portal.addresses import OAUTH_SERVER, is_same_host
from pulumi_bxbi.portal.rest.credentials import AccessToken, Webhook
from pulumi_bxbi.portal.rest.default_settings import (
    BURST,
    MAX_WAIT_SECONDS,
    REQUESTS_PER_SECOND,
    TIMEOUT_SECONDS,
)
from pulumi_bxbi.settings.names import Level, SettingsError, check_address, misspelt, variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pulumi_bxbi.portal import Application, Credentials, Portal

#: The texts that switch a setting on or off.
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"", "0", "false", "no", "off"})
#: The longest time of a setting; after some years the system's own clocks would overflow.
_LONGEST_SECONDS: Final = 86400
#: The form of a portal's permanent id, as its tokens contain it.
_MEMBER_ID: Final = re.compile("[0-9a-fA-F]{32}")
#: The settings that only an application has.
_OF_APPLICATION: Final = ("clientId", "clientSecret", "refreshToken")


@dataclass(frozen=True, slots=True)
class ApplicationSettings:
    """The settings of an OAuth application; empty where they are not given.

    Attributes:
        client_id: Its ``client_id``.
        client_secret: Its ``client_secret``.
        refresh_token: The first refresh token.
        token_store: Where its tokens are stored: a file, or ``exec:`` and a command.
        oauth_server: The address of the OAuth server.
    """

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    token_store: str = field(default="", repr=False)
    oauth_server: str = OAUTH_SERVER

    def on(self, portal: str, timeout: float) -> Application:
        """Return the credentials for a portal; nothing is read or called yet.

        Args:
            portal: The portal's address.
            timeout: Seconds for one HTTP request.

        Raises:
            SettingsError: A part is missing, or the token store is wrong.
        """
        for name, value in (("clientId", self.client_id), ("clientSecret", self.client_secret)):
            if not value:
                raise SettingsError(
                    f"an application needs {variable('clientId')} and {variable('clientSecret')}, "
                    f"and {variable(name)} (or bxbi:{name}) is not set."
                )
        # Other credentials do without what an application needs, which takes a while to import.
        from pulumi_bxbi.portal.oauth.application import Application  # noqa: PLC0415
        from pulumi_bxbi.portal.oauth.server import OAuthServer  # noqa: PLC0415

        server = OAuthServer(self.client_id, self.client_secret, self.oauth_server, timeout=timeout)
        try:
            return Application(
                portal, server, refresh_token=self.refresh_token, store=self.token_store
            )
        except ValueError as error:
            raise SettingsError(
                f"BXBI_TOKEN_STORE (or bxbi:tokenStore) {error}: write the path of a file, or "
                "exec: and a command."
            ) from None


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of the provider.

    Attributes:
        portal: The portal's address; empty where none is given.
        credentials: What authorizes the calls; ``None`` where nothing is given.
        offline: Whether check, diff and lookups must not call the portal.
        timeout: Seconds for one HTTP request.
        burst: How many calls the portal accepts at once.
        requests_per_second: How many calls a second it accepts after that.
        max_wait: Seconds that a call may wait for the portal's limits.
        portal_setting: Where the portal's address is configured, for people; empty where there is
            none.
        moved_from: The address that the portal had when the state was made; empty where it is the
            same.
        allowed_portals: Addresses and permanent ids of the portals that may be called; empty for
            any.
        misspelt: Names that look like settings and are none, as clauses; empty where there are
            none.
    """

    portal: str = ""
    credentials: AccessToken | Webhook | ApplicationSettings | None = None
    offline: bool = False
    timeout: float = TIMEOUT_SECONDS
    burst: int = BURST
    requests_per_second: float = REQUESTS_PER_SECOND
    max_wait: float = MAX_WAIT_SECONDS
    portal_setting: str = field(default="", compare=False)
    moved_from: str = ""
    allowed_portals: tuple[str, ...] = ()
    misspelt: str = ""

    def connect(self, before_write: Callable[[], None] = lambda: None) -> Portal:
        """Return a client of the portal of these settings; nothing is called yet.

        Args:
            before_write: Called right before a write is sent; an error that it raises stops the
                write.

        Raises:
            SettingsError: The address or the credentials are missing, or the portal is not among
                the allowed ones.
        """
        hint = f" ({self.misspelt}.)" if self.misspelt else ""
        if self.credentials is None:
            raise SettingsError(
                f"no credentials for the portal.{hint} Set BXBI_CLIENT_ID and BXBI_CLIENT_SECRET "
                "and run `bxbi login`, or set BXBI_ACCESS_TOKEN (an application's access token) "
                "or, for portals that still accept one, BXBI_WEBHOOK; or in the stack: pulumi "
                "config set --secret bxbi:accessToken. A preview without credentials is possible "
                "with BXBI_OFFLINE=1."
            )
        if not self.portal:
            raise SettingsError(
                f"no portal.{hint} Set BXBI_PORTAL, or in the stack: pulumi config set "
                "bxbi:portal https://acme.bitrix24.com."
            )
        credentials = (
            self.credentials.on(self.portal, self.timeout)
            if isinstance(self.credentials, ApplicationSettings)
            else self.credentials
        )
        self._require_allowed(credentials)
        # A program only checks its settings, and what calls a portal takes a while to import.
        from pulumi_bxbi.portal.rest.bucket import SharedStore  # noqa: PLC0415
        from pulumi_bxbi.portal.rest.client import Portal  # noqa: PLC0415

        return Portal(
            self.portal,
            credentials,
            timeout=self.timeout,
            burst=self.burst,
            requests_per_second=self.requests_per_second,
            max_wait=self.max_wait,
            bucket=SharedStore(self.portal),
            before_write=before_write,
            setting=self.portal_setting or self.portal,
            moved_from=self.moved_from,
            may_move_to=lambda address: (
                self._allows(address)
                or credentials.holder().member_id.lower() in self.allowed_portals
            ),
        )

    def _allows(self, address: str) -> bool:
        """Return whether a portal may be called by its address alone."""
        return not self.allowed_portals or any(
            is_same_host(each, address) for each in self.allowed_portals
        )

    def _require_allowed(self, credentials: Credentials) -> None:
        """Refuse a portal that is not among the allowed ones; nothing is called."""
        if self._allows(self.portal):
            return
        unknown = ""
        if any(map(_is_member_id, self.allowed_portals)):
            try:
                credentials.require()
            except PortalError as error:
                unknown = f" Its permanent id is not known: {error.said}"
            member_id = credentials.holder().member_id
            if member_id.lower() in self.allowed_portals:
                return
            if member_id:
                unknown = f" Its permanent id is {member_id}."
            unknown = unknown or " Only the tokens of an application name its permanent id."
        raise SettingsError(
            f"{self.portal_setting} is {self.portal}, and BXBI_ALLOWED_PORTALS (or "
            f"bxbi:allowedPortals) allows only {', '.join(self.allowed_portals)}.{unknown} Nothing "
            f"was sent there. Correct {self.portal_setting}, or add the portal to the allowed "
            "ones."
        )


def load_settings(
    configured: Callable[[str], str | None],
    environment: Mapping[str, str],
    keys: Iterable[str] = (),
    *,
    provider: str = "",
    spell: Callable[[str], str] = str,
) -> Settings:
    """Read the settings.

    Args:
        configured: Returns a setting by its name, such as ``portal``, from the stack's namespace
            ``bxbi`` or from the arguments of an explicit provider.
        environment: The environment's variables.
        keys: The keys of the stack's configuration, such as ``bxbi:portal``, as far as known.
        provider: The name of the explicit provider; empty for the stack.
        spell: Returns how the program's language writes an argument of the provider.

    Raises:
        SettingsError: A setting is wrong. Its message shows no secret.
    """
    environ = Level("environment", lambda name: environment.get(variable(name)), variable)
    levels = (
        (Level(f"provider {provider}", configured, spell), environ)
        if provider
        else (environ, Level("stack", configured, lambda name: f"bxbi:{name}"))
    )
    credentials, portal = next(
        filter(None, (_credentials(level, *levels) for level in levels)), (None, "")
    )
    address, portal_setting = _portal(portal, *levels, is_explicit=bool(provider))
    return Settings(
        portal=address,
        portal_setting=portal_setting,
        credentials=credentials,
        offline=_switch("offline", *levels),
        timeout=_seconds("timeout", *levels) or TIMEOUT_SECONDS,
        burst=_whole("burst", *levels) or BURST,
        requests_per_second=_positive("requestsPerSecond", *levels) or REQUESTS_PER_SECOND,
        max_wait=_seconds("maxWait", *levels) or MAX_WAIT_SECONDS,
        moved_from=_address("movedFrom", *levels),
        allowed_portals=_allowed(*levels),
        misspelt=misspelt(environment, keys),
    )


def _credentials(
    level: Level, first: Level, second: Level
) -> tuple[AccessToken | Webhook | ApplicationSettings, str] | None:
    """Return the credentials of one place, and the portal that they name; empty for none.

    The settings of an application may be distributed over both places.
    """
    given = [name for name in ("webhook", "accessToken", *_OF_APPLICATION) if level.get(name)]
    if not given:
        return None
    if len(given) > 1 and given[0] not in _OF_APPLICATION:
        names = " and ".join(level.spell(name) for name in given)
        raise SettingsError(
            f"{names} are set together, and only one kind of credentials can be used: a webhook, "
            "or an access token, or an application. Unset the others."
        )
    if given[0] in _OF_APPLICATION:
        return _application(first, second), ""
    if given == ["accessToken"]:
        return AccessToken(level.get("accessToken")), ""
    try:
        webhook = Webhook.parse(level.get("webhook"))
    except ValueError as error:
        raise SettingsError(f"{level.spell('webhook')} {error}") from None
    check_address(webhook.portal, level.spell("webhook"))
    return webhook, webhook.portal


def _application(first: Level, second: Level) -> ApplicationSettings:
    def get(name: str) -> str:
        return first.get(name) or second.get(name)

    server = get("oauthServer").rstrip("/") or OAUTH_SERVER
    level = first if first.get("oauthServer") else second
    check_address(server, level.spell("oauthServer"))
    return ApplicationSettings(
        client_id=get("clientId"),
        client_secret=get("clientSecret"),
        refresh_token=get("refreshToken"),
        token_store=get("tokenStore"),
        oauth_server=server,
    )


def _portal(of_webhook: str, first: Level, second: Level, *, is_explicit: bool) -> tuple[str, str]:
    """Return the portal's address, and where it is configured; empty where there is none."""
    level = first if first.get("portal") else second
    if is_explicit and first.get("webhook"):
        level = first  # the webhook of a provider names its portal
    address = level.get("portal").rstrip("/")
    spelt = level.spell("portal")
    if not address:
        level = first if first.get("webhook") else second
        return of_webhook, f"{level.spell('webhook')} ({level.name})" if of_webhook else ""
    check_address(address, spelt)
    if of_webhook and of_webhook.lower() != address.lower():
        raise SettingsError(
            f"the webhook belongs to {of_webhook}, but {spelt} is {address}: unset {spelt}, or "
            "take a webhook of that portal."
        )
    return address, f"{spelt} ({level.name})"


def _address(setting: str, first: Level, second: Level) -> str:
    """Return the address of a server; empty where none is given."""
    level = first if first.get(setting) else second
    address = level.get(setting).rstrip("/")
    if address:
        check_address(address, level.spell(setting))
    return address


def _allowed(first: Level, second: Level) -> tuple[str, ...]:
    """Return addresses and permanent ids, which may be written as text or as a list of YAML."""
    level = first if first.get("allowedPortals") else second
    given, spelt = level.get("allowedPortals"), level.spell("allowedPortals")
    parts: object = given.replace(",", " ").split()
    if given.startswith("["):
        try:
            parts = json.loads(given)
        except ValueError:
            parts = None
    if not isinstance(parts, list) or not all(isinstance(each, str) for each in parts):
        raise SettingsError(
            f"{spelt} is not a list: write addresses or permanent ids of portals, separated by "
            "commas, for example https://acme.bitrix24.com."
        )
    allowed = [
        each.lower() if _is_member_id(each) else each.rstrip("/") for each in map(str.strip, parts)
    ]
    for each in allowed:
        if not _is_member_id(each):
            check_address(each, f"{spelt}, in one of its parts,")
    return tuple(allowed)


def _is_member_id(text: str) -> bool:
    return bool(_MEMBER_ID.fullmatch(text))


def _switch(setting: str, *levels: Level) -> bool:
    for level in levels:
        value = level.get(setting).lower()
        if value in _TRUE:
            return True
        if value not in _FALSE:
            raise SettingsError(f'{level.spell(setting)} is "{value}": write true or false.')
        if value:
            return False
    return False


def _seconds(setting: str, *levels: Level) -> float | None:
    """Return a time of at most a day, in seconds; ``None`` where none is given."""
    meaning = f"number of seconds, at most {_LONGEST_SECONDS}"
    return _positive(setting, *levels, most=_LONGEST_SECONDS, meaning=meaning)


def _positive(
    setting: str, *levels: Level, most: float = sys.float_info.max, meaning: str = "number"
) -> float | None:
    """Return a number above zero; ``None`` where none is given."""
    for level in levels:
        value = level.get(setting)
        if not value:
            continue
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 < number <= most:
            raise SettingsError(f'{level.spell(setting)} is "{value}": write a positive {meaning}.')
        return number
    return None


def _whole(setting: str, *levels: Level) -> int | None:
    """Return a whole number above zero; ``None`` where none is given."""
    for level in levels:
        value = level.get(setting)
        if not value:
            continue
        try:
            number = int(value) if value.isdecimal() else 0
        except ValueError:  # it has thousands of digits
            number = 0
        if number == 0:
            raise SettingsError(
                f'{level.spell(setting)} is "{value}": write a positive whole number.'
            )
        return number
    return None
