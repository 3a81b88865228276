"""``Provider`` for Python programs: a portal beside the one of the stack's configuration."""

from __future__ import annotations

import json
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from pulumi_bxbi.program.explicit_provider import PACKAGE
from pulumi_bxbi.program.plugin import require_plugin
from pulumi_bxbi.resources.spelling import PYTHON
from pulumi_bxbi.settings.names import SettingsError
from pulumi_bxbi.stack.provider_configuration import Configuration

if TYPE_CHECKING:
    from collections.abc import Sequence


class Provider(pulumi.ProviderResource):
    """A portal, and what authorizes the calls to it.

    Resources with this provider, or with a parent that has it, are managed by Pulumi's plugin
    ``pulumi-resource-bxbi``, which is installed with this package. Missing arguments are read from
    the environment; the stack's own ``bxbi:`` configuration is not used.

    Example::

        tokyo = bxbi.Provider(
            "tokyo",
            portal="https://tokyo.bitrix24.com",
            access_token=config.require_secret("tokyoToken"),
        )
        bxbi.BiSource("crm", ..., opts=pulumi.ResourceOptions(provider=tokyo))

    Args:
        resource_name: The name in the Pulumi program.
        portal: Address of the portal, ``https://acme.bitrix24.com``.
        access_token: One access token of an application. It is never renewed.
        client_id: An application that renews its tokens itself: its ``client_id``.
        client_secret: Its ``client_secret``.
        refresh_token: Its first refresh token.
        token_store: Where renewed tokens are kept: a file, or ``exec:COMMAND``.
        oauth_server: Address of the OAuth server.
        webhook: An incoming webhook, for portals that still accept one.
        offline: Whether inputs are checked without calling the portal.
        timeout: Seconds for one HTTP request.
        burst: How many calls the portal takes at once.
        requests_per_second: How many calls a second it takes from then on.
        max_wait: Seconds that a call may wait for the portal's limits.
        allowed_portals: Addresses or permanent ids of the portals that may be called.
        moved_from: The address that the portal had when the state was made.
        opts: Pulumi's options.

    Raises:
        pulumi.RunError: Pulumi will not find the plugin. Or a setting is wrong; where an argument
            is an output, once it is known.
    """

    def __init__(  # noqa: PLR0913  # as for every Pulumi resource
        self,
        resource_name: str,
        *,
        portal: pulumi.Input[str] | None = None,
        access_token: pulumi.Input[str] | None = None,
        client_id: pulumi.Input[str] | None = None,
        client_secret: pulumi.Input[str] | None = None,
        refresh_token: pulumi.Input[str] | None = None,
        token_store: pulumi.Input[str] | None = None,
        oauth_server: pulumi.Input[str] | None = None,
        webhook: pulumi.Input[str] | None = None,
        offline: pulumi.Input[bool] | None = None,
        timeout: pulumi.Input[float] | None = None,
        burst: pulumi.Input[int] | None = None,
        requests_per_second: pulumi.Input[float] | None = None,
        max_wait: pulumi.Input[float] | None = None,
        allowed_portals: pulumi.Input[str | Sequence[str]] | None = None,
        moved_from: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        arguments = {
            "portal": portal,
            "accessToken": _secret(access_token),
            "clientId": client_id,
            "clientSecret": _secret(client_secret),
            "refreshToken": _secret(refresh_token),
            "tokenStore": token_store,
            "oauthServer": oauth_server,
            "webhook": _secret(webhook),
            "offline": offline,
            "timeout": timeout,
            "burst": burst,
            "requestsPerSecond": requests_per_second,
            "maxWait": max_wait,
            "allowedPortals": _text(allowed_portals),
            "movedFrom": moved_from,
        }
        given = {name: value for name, value in arguments.items() if value is not None}
        if not isinstance(get_monitor(), MockMonitor):
            require_plugin()
        super().__init__(PACKAGE, resource_name, _checked(resource_name, given), opts)


def _checked(resource_name: str, given: dict[str, Any]) -> dict[str, pulumi.Output[Any]]:
    """Return the arguments, which are known to be right before the engine gets one of them.

    The plugin checks them too, but Pulumi ends a Python program whose provider it refuses as
    Ctrl-C does, and often shows the traceback of that.
    """

    def check(known: dict[str, Any]) -> bool:
        try:
            Configuration(resource_name, known).settings(PYTHON.name)
        except SettingsError as error:
            raise pulumi.RunError(
                f"the provider {resource_name!r} has a problem: {error}"
            ) from None
        return True

    passed = pulumi.Output.unsecret(pulumi.Output.from_input(given).apply(check))
    return {
        name: pulumi.Output.all(value, passed).apply(itemgetter(0)) for name, value in given.items()
    }


def _secret(value: pulumi.Input[str] | None) -> pulumi.Output[str] | None:
    return None if value is None else pulumi.Output.secret(value)


def _text(value: pulumi.Input[Any] | None) -> pulumi.Output[str] | None:
    """Return a list as text: the arguments of a provider are texts."""
    if value is None:
        return None
    return pulumi.Output.from_input(value).apply(
        lambda known: known if isinstance(known, str) else json.dumps(list(known))
    )
