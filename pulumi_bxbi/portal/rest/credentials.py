"""How a call is authorized.

A webhook stands in the address, an access token in the body. The credentials that renew themselves
are in :mod:`pulumi_bxbi.portal.oauth.application`.
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
    """What credentials tell of themselves without a call; empty values are not known.

    Attributes:
        client_id: The application that they belong to.
        member_id: The permanent id of the portal that they are for.
        addresses: All addresses that this portal is known to have or to have had.
    """

    client_id: str = ""
    member_id: str = ""
    addresses: tuple[str, ...] = ()


class Credentials(Protocol):
    """What a portal is called with.

    Attributes:
        identifying_method: The REST method that tells most of who is calling.
    """

    @property
    def identifying_method(self) -> str:
        """The REST method that tells most of who is calling."""

    def holder(self) -> Holder:
        """Return whose credentials they are, as far as that is known without a call."""

    def path(self, method: str) -> str:
        """Give the path of a method's address, with a leading slash."""

    def body(self, params: dict[str, Any]) -> dict[str, Any]:
        """Give the parameters of a call with the authorization that belongs among them.

        Raises:
            PortalError: There should be an authorization, but it could not be got.
        """

    def renew(self, body: Mapping[str, Any]) -> bool:
        """Get newer credentials than those of a call that the portal called expired.

        Args:
            body: What :meth:`body` gave for that call.

        Returns:
            Whether there are newer ones, so that the call is worth repeating.

        Raises:
            PortalError: There should be newer ones, but they could not be got.
        """

    def require(self) -> None:
        """Refuse to go on where there is nothing to call with; nothing is renewed or called.

        Raises:
            PortalError: There is nothing, or it cannot be read.
        """

    def address(self, configured: str) -> str:
        """Give the address that a portal is called at, another one after it has moved.

        Args:
            configured: The address that is known so far.
        """

    def moved(self, address: str) -> None:
        """Take note that the portal has redirected a call, and answered it there.

        Args:
            address: Where the portal is now.
        """


@dataclass(frozen=True, slots=True)
class AccessToken:
    """One ready OAuth access token of an application, never renewed."""

    token: str = field(repr=False)

    @property
    def identifying_method(self) -> str:
        """The method that tells the application."""
        return "app.info"

    def holder(self) -> Holder:
        """Return nothing: a token does not show whose it is."""
        return Holder()

    def path(self, method: str) -> str:
        """Give the path of a method's address."""
        return f"/rest/{method}"

    def body(self, params: dict[str, Any]) -> dict[str, Any]:
        """Give the parameters with the token as ``auth``."""
        return {**params, "auth": self.token}

    def renew(self, _body: Mapping[str, Any]) -> bool:
        """Say that there is no newer token."""
        return False

    def require(self) -> None:
        """Find nothing amiss."""

    def address(self, configured: str) -> str:
        """Give the address as it is."""
        return configured

    def moved(self, _address: str) -> None:
        """Keep nothing: there is no place for it."""


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
        """Take a webhook's address apart.

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
        """A method that every webhook may call; none tells an application."""
        return "biconnector.connector.fields"

    def holder(self) -> Holder:
        """Return nothing: a webhook belongs to a user."""
        return Holder()

    def path(self, method: str) -> str:
        """Give the path of a method's address."""
        return f"/rest/{self.user}/{self.code}/{method}"

    def body(self, params: dict[str, Any]) -> dict[str, Any]:
        """Give the parameters as they are."""
        return params

    def renew(self, _body: Mapping[str, Any]) -> bool:
        """Say that there is no other webhook."""
        return False

    def require(self) -> None:
        """Find nothing amiss."""

    def address(self, configured: str) -> str:
        """Give the address as it is."""
        return configured

    def moved(self, _address: str) -> None:
        """Keep nothing: there is no place for it."""
