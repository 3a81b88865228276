"""Every setting of the provider: its name, meaning and default, and whether it is secret."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.portal.addresses import OAUTH_SERVER
from pulumi_bxbi.portal.rest.default_settings import (
    BURST,
    MAX_WAIT_SECONDS,
    REQUESTS_PER_SECOND,
    TIMEOUT_SECONDS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the stack's configuration or of the environment.

    Attributes:
        name: Its name in the stack, without the namespace ``bxbi``.
        meaning: What it means, in Markdown.
        default: Its value where none is given; ``None`` where it has no default.
        type: The type of its value, as Pulumi's schemas name it.
        secret: Whether its value is a secret, with which others could call the portal.
    """

    name: str
    meaning: str
    default: float | str | None = None
    type: str = "string"
    secret: bool = False


_ALL: Final = (
    Setting(
        "portal",
        "Address of the portal, `https://acme.bitrix24.com`. Plain http is refused, except for a "
        "portal on this machine.",
    ),
    Setting(
        "accessToken",
        "One access token of an application. It is never renewed.",
        secret=True,
    ),
    Setting("clientId", "An application that renews its tokens itself: its `client_id`."),
    Setting(
        "clientSecret",
        "Its `client_secret`. It is sent to the OAuth server alone, never to a portal.",
        secret=True,
    ),
    Setting(
        "refreshToken",
        "Its first refresh token. Not needed after `bxbi login`.",
        secret=True,
    ),
    Setting(
        "tokenStore",
        "Where renewed tokens are kept: a file, or `exec:COMMAND`. Without it: a file in your data "
        "folder.",
    ),
    Setting(
        "oauthServer",
        f"Address of the OAuth server, `{OAUTH_SERVER}`. In Russia `https://oauth.bitrix24.tech`.",
        default=OAUTH_SERVER,
    ),
    Setting(
        "webhook",
        "An incoming webhook, for portals that still accept one. It names the portal too.",
        secret=True,
    ),
    Setting(
        "offline",
        "`true`: check inputs without calling the portal, for previews without credentials. The "
        "results of lookups are not known then, so such a preview may show replacements that will "
        "not happen. Not for `up`, which calls the portal all the same when it changes something.",
        default=False,
        type="boolean",
    ),
    Setting(
        "timeout",
        f"Seconds for one HTTP request, {TIMEOUT_SECONDS:g}. The portal itself gives up after 60.",
        default=TIMEOUT_SECONDS,
        type="number",
    ),
    Setting(
        "burst",
        f"How many calls the portal takes at once, {BURST}.",
        default=BURST,
        type="integer",
    ),
    Setting(
        "requestsPerSecond",
        f"How many calls a second it takes from then on, {REQUESTS_PER_SECOND:g}.",
        default=REQUESTS_PER_SECOND,
        type="number",
    ),
    Setting(
        "maxWait",
        f"Seconds that a call may wait for the portal's limits, {MAX_WAIT_SECONDS:g}.",
        default=MAX_WAIT_SECONDS,
        type="number",
    ),
    Setting(
        "allowedPortals",
        "Addresses or permanent ids (`member_id`) of portals, separated by commas: any other "
        "portal is refused before the first call.",
    ),
    Setting(
        "movedFrom",
        "The address that the portal had when the state was made, for a portal that was renamed "
        "and no longer redirects.",
    ),
)

#: The settings by their names, in the order in which a user reads about them.
SETTINGS: Final[Mapping[str, Setting]] = MappingProxyType({each.name: each for each in _ALL})
