"""The tokens of an application, in the form in which a token store keeps them.

Vendor's page: "Renewing OAuth 2.0 tokens automatically".
"""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_serializer,
    field_validator,
)
from pydantic.alias_generators import to_camel

from pulumi_bxbi.portal.addresses import is_safe, is_same_host


class Tokens(BaseModel):
    """A pair of tokens, with the portal and the application that it belongs to.

    Attributes:
        version: The version of this form.
        portal: The address of the portal that the pair was first stored for.
        moved_to: The addresses that the portal has moved to since, the latest last.
        client_id: The application's ``client_id``.
        first_token_hash: The SHA-256, in hexadecimal, of the refresh token of the settings that was
            the origin of the pair; empty where its origin is a login and no setting is known yet.
        refused_token_hashes: The SHA-256 of refresh tokens of the settings that the OAuth server
            has refused: they are not tried again.
        access_token: Authorizes calls, for an hour; empty where a renewal is needed first.
        refresh_token: Valid for one renewal, within 180 days.
        member_id: The portal's permanent id; empty where it is not known.
        user_id: The id of the user that the tokens act for; ``None`` where it is not known.
        saved: When the pair was issued, by the clock of the machine that stored it. For people, and
            to order pairs by age.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        hide_input_in_errors=True,
    )

    version: Literal[1] = 1
    portal: str
    moved_to: tuple[str, ...] = ()
    client_id: str
    first_token_hash: str = ""
    refused_token_hashes: tuple[str, ...] = ()
    access_token: SecretStr = SecretStr("")
    refresh_token: SecretStr = Field(min_length=1)
    member_id: str = ""
    user_id: int | None = None
    saved: AwareDatetime

    @field_validator("portal", "moved_to")
    @classmethod
    def _check_addresses(cls, given: str | tuple[str, ...]) -> str | tuple[str, ...]:
        """Refuse addresses that the tokens must not be sent to."""
        for address in (given,) if isinstance(given, str) else given:
            if not is_safe(address):
                raise ValueError("not an https address")
        return given

    @field_serializer("access_token", "refresh_token")
    def _reveal(self, secret: SecretStr) -> str:
        return secret.get_secret_value()

    @classmethod
    def parse(cls, text: str) -> Tokens:
        """Parse the content of a token store.

        Args:
            text: A JSON document.

        Raises:
            ValueError: It is not in this form. The message says where, and quotes nothing from it.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            place = ".".join(map(str, first["loc"]))
            if not place:
                raise ValueError("it is not a JSON object") from None
            raise ValueError(f"{place}: {first['msg']}") from None

    def to_json(self) -> str:
        """Return the document that :meth:`parse` reads."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"

    @property
    def address(self) -> str:
        """The portal's latest known address."""
        return self.moved_to[-1] if self.moved_to else self.portal

    def is_of(self, portal: str, client_id: str) -> bool:
        """Return whether the tokens belong to a portal and an application.

        Args:
            portal: A present or former address of the portal.
            client_id: The application's ``client_id``.
        """
        return self.client_id == client_id and any(
            is_same_host(address, portal) for address in (self.portal, *self.moved_to)
        )

    def grew_from(self, first_token: str) -> bool:
        """Return whether a refresh token of the settings is the origin of these tokens."""
        return (
            self.first_token_hash == hash_of(first_token)
            or self.refresh_token.get_secret_value() == first_token
        )

    def has_refused(self, first_token: str) -> bool:
        """Return whether the OAuth server has refused a refresh token of the settings before."""
        return hash_of(first_token) in self.refused_token_hashes

    def refused(self, first_token: str) -> Tokens:
        """Return the tokens, with a refresh token of the settings marked as refused."""
        hashes = (*self.refused_token_hashes, hash_of(first_token))
        return self.model_copy(update={"refused_token_hashes": hashes})

    def moved(self, address: str) -> Tokens:
        """Return the tokens, with a new address of the portal."""
        before = tuple(each for each in self.moved_to if each != address)
        return self.model_copy(update={"moved_to": (*before, address)})


def hash_of(refresh_token: str) -> str:
    """Return the SHA-256 of a refresh token, in hexadecimal."""
    return hashlib.sha256(refresh_token.encode()).hexdigest()
