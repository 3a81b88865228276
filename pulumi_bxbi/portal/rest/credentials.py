"""How a call is authorized.

A webhook is part of the address, an access token part of the body. Credentials that renew
themselves are in :mod:`pulumi_bxbi.portal.oauth.application`.
Vendor's pages: "Incoming webhooks", "OAuth 2.0: simplified way to get tokens".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_WEBHOOK_PATH: Final = re.compile(r"/rest/(?P<user>\d+)/(?P<code>[^/]+)/?")


@dataclass(frozen=True, slots=True)
class Holder:
    """The owner of credentials, as far as it is known without a call; empty values are unknown.

    Attributes:
        client_id: The application that they belong to.
        member_id: The permanent id of the portal that they are for.
        addresses: All present and former addresses of this portal that are known.
    """

    client_id: str = ""
    member_id: str = ""
    addresses: tuple[str, ...] = ()


class Credentials(Protocol):
    """The authorization of calls to a portal.

    Attributes:
        identifying_method: The REST method whose answer says most about the caller.
    """

    @property
    def identifying_method(self) -> str:
        """The REST method whose answer says most about the caller."""

    def holder(self) -> Holder:
        """Return the owner of the credentials, as far as it is known without a call."""

    def path(self, method: str) -> str:
        """Return the path of a method's address, with a leading slash."""

    def body(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters of a call with the authorization added.

        Raises:
            PortalError: There should be an authorization, but it could not be obtained.
        """

    def renew(self, body: Mapping[str, Any]) -> bool:
        """Get newer credentials than those of a call that the portal refused as expired.

        Args:
            body: What :meth:`body` returned for that call.

        Returns:
            Whether there are newer ones, so that the call is worth repeating.

        Raises:
            PortalError: There should be newer ones, but they could not be obtained.
        """

    def require(self) -> None:
        """Refuse to go on without usable credentials; nothing is renewed or called.

        Raises:
            PortalError: There are none, or they cannot be read.
        """

    def address(self, configured: str) -> str:
        """Return the present address of a portal, which may have moved.

        Args:
            configured: The last known address.
        """

    def moved(self, address: str) -> None:
        """Remember that the portal has redirected a call, and answered it at the new address.

        Args:
            address: The portal's new address.
        """


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An OAuth access token of an application, which is never renewed.

    Attributes:
        token: The token, a secret.
    """

    token: str = field(repr=False)

    @property
    def identifying_method(self) -> str:
        """The method whose answer names the application."""
        return "app.info"

    def holder(self) -> Holder:
        """Return an unknown owner: a token does not show to whom it belongs."""
        return Holder()

    def path(self, method: str) -> str:
        """Return the path of a method's address."""
        return f"/rest/{method}"

    def body(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters with the token as ``auth``."""
        return {**params, "auth": self.token}

    def renew(self, _body: Mapping[str, Any]) -> bool:
        """Return that there is no newer token."""
        return False

    def require(self) -> None:
        """Do nothing: the credentials are always there."""

    def address(self, configured: str) -> str:
        """Return the address as it is."""
        return configured

    def moved(self, _address: str) -> None:
        """Do nothing: there is no store that could remember the address."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """An incoming webhook, for portals that still accept one.

    Attributes:
        portal: The address of the portal that it belongs to.
        user: The id of the user it acts for.
        code: Its secret.
    """

    portal: str
    user: str
    code: str = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Webhook:
        """Parse a webhook's address.

        Args:
            url: The address as the portal shows it,
                ``https://acme.bitrix24.com/rest/1/<secret>/``.

        Raises:
            ValueError: It is not the address of a webhook. The text does not repeat it.
        """
        try:
            parts = urlsplit(url.strip())
        except ValueError:
            parts = urlsplit("")
        path = _WEBHOOK_PATH.fullmatch(parts.path)
        if not (parts.scheme and parts.netloc and path):
            raise ValueError(
                "is not the address of an incoming webhook: it should look like "
                "https://acme.bitrix24.com/rest/1/<secret>/"
            )
        return cls(f"{parts.scheme}://{parts.netloc}", path["user"], path["code"])

    @property
    def identifying_method(self) -> str:
        """A method that every webhook may call; no method names an application."""
        return "biconnector.connector.fields"

    def holder(self) -> Holder:
        """Return an unknown owner: a webhook belongs to a user, not to an application."""
        return Holder()

    def path(self, method: str) -> str:
        """Return the path of a method's address."""
        return f"/rest/{self.user}/{self.code}/{method}"

    def body(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters as they are."""
        return params

    def renew(self, _body: Mapping[str, Any]) -> bool:
        """Return that there is no other webhook."""
        return False

    def require(self) -> None:
        """Do nothing: the credentials are always there."""

    def address(self, configured: str) -> str:
        """Return the address as it is."""
        return configured

    def moved(self, _address: str) -> None:
        """Do nothing: there is no store that could remember the address."""
