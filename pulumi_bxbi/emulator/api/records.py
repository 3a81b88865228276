"""The records that a portal holds.

An attribute is named after the API's field: `dateCreate` is `date_create`. `Field.attribute` in
`api/schema.py` relies on that.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of a portal.

    Attributes:
        member_id: The portal's permanent id.
        client_id: The `client_id` of the first application that is registered on it.
        client_secret: The `client_secret` of this application.
    """

    member_id: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that a connector declares, an element of its `settings`."""

    code: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Connector:
    """A connector: the addresses of its endpoints, and the parameters that they need."""

    id: int
    client_id: str
    title: str
    logo: str
    url_check: str
    url_table_list: str
    url_table_description: str
    url_data: str
    settings: tuple[Parameter, ...]
    date_create: str
    description: str = ""
    sort: int = 100
    support_mapping: bool = False
    source_code: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """The value of one parameter in a source, an element of its `settings`."""

    id: int
    code: str
    name: str
    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Source:
    """A source: a named set of values for the parameters of a connector."""

    id: int
    client_id: str
    connector_id: int
    title: str
    settings: tuple[Setting, ...]
    date_create: str
    date_update: str
    created_by_id: int
    updated_by_id: int
    description: str = ""
    active: bool = True

    @property
    def type(self) -> str:
        """The type of the source, always `rest` for sources created by REST."""
        return "rest"

    @property
    def code(self) -> str:
        """The code of the source's connector."""
        return f"rest_{self.connector_id}"

    @property
    def connection(self) -> dict[str, str]:
        """The values of the settings by code, which endpoints get."""
        return {setting.code: setting.value for setting in self.settings}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, an element of its `fields`."""

    id: int
    name: str
    external_code: str
    type: str
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table: a named set of columns of a source; under its older name, a dataset.

    Attributes:
        failures: The operations on this table that fail: `update`, `synchronisation`, `deletion`.
    """

    id: int
    client_id: str
    source_id: int
    name: str
    external_name: str
    external_code: str
    fields: tuple[Column, ...]
    date_create: str
    created_by_id: int
    description: str = ""
    date_update: str | None = None
    updated_by_id: int = 0
    external_id: int = 0
    failures: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The type of the table, always `rest` for tables created by REST."""
        return "rest"


@dataclass(frozen=True, slots=True)
class Grant:
    """A pair of tokens, with which an application acts for a user.

    Attributes:
        access_token: The access token.
        client_id: The application.
        user_id: The user.
        access_until: When the access token expires, in seconds of Unix time.
        refresh_token: The refresh token; `None` after it was used.
        refresh_until: When the refresh token expires, in seconds of Unix time.
        refusal: The platform's error code for every call with this token; `None` for no error.
    """

    access_token: str
    client_id: str
    user_id: int
    access_until: float
    refresh_token: str | None
    refresh_until: float
    refusal: str | None = None
