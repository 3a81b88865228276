"""The models of connectors, sources and tables in answers of the portal.

Portals differ in how they write the same value: ids as numbers or strings, an empty text as ``""``
or ``null``, a source on one level or on two. These models accept every documented form.

Vendor's pages: "BI Connector: overview" of connectors, sources and tables.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Annotated, Any, Final

from pydantic import (
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel

#: The types of the parameters that a connector declares.
PARAMETER_TYPES: Final = ("STRING", "INT")
#: The types of columns; an older portal lacks the last two.
COLUMN_TYPES: Final = ("int", "string", "double", "date", "datetime", "money", "timezone")
#: The most characters of the name of a column.
LONGEST_COLUMN_NAME: Final = 32
#: The name of a column, and the same for people.
COLUMN_NAME: Final = re.compile(f"[A-Z][A-Z0-9_]{{0,{LONGEST_COLUMN_NAME - 1}}}")
COLUMN_NAME_RULE: Final = (
    f"an upper-case Latin letter, then up to {LONGEST_COLUMN_NAME - 1} of A-Z, 0-9 and _"
)
#: The most characters of the name and of the code of a table in the outside system.
LONGEST_EXTERNAL_TEXT: Final = 512

#: A number that some portals leave out.
Count = Annotated[int, BeforeValidator(lambda value: 0 if value is None else value)]
#: A text that some portals return as ``null`` where it is empty.
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]


class _PortalModel(BaseModel):
    """The common configuration of all models of the portal: unknown keys are ignored."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=to_camel),
        extra="ignore",
        frozen=True,
        # A source's settings are secrets, and a model's error must not show them.
        hide_input_in_errors=True,
    )


class PortalObject(_PortalModel, ABC):
    """An object that has an id on the portal.

    Attributes:
        id: Its id.
    """

    id: int

    @property
    @abstractmethod
    def label(self) -> str:
        """The name of a table, or the title of a connector or a source."""


class Parameter(_PortalModel):
    """A parameter that a connector declares; the portal lists them as ``settings``.

    Attributes:
        code: The key in a source's settings.
        name: The label that people see.
        type: ``STRING`` or ``INT``.
    """

    code: str
    name: Text = ""
    type: Text = "STRING"


class Connector(PortalObject):
    """A connector.

    Attributes:
        title: Its name.
        logo: An image: an address or a data URI, not always the one that was sent.
        description: Free text.
        sort: Its place among the connectors that people choose from.
        url_check: The endpoint that checks a source's settings.
        url_table_list: The endpoint that lists tables.
        url_table_description: The endpoint that describes the columns of a table.
        url_data: The endpoint that returns rows.
        parameters: The parameters that its sources need values for.
        support_mapping: Whether names of columns are mapped in requests for rows; ``None`` on a
            portal without this field.
        source_code: ``mysql`` or ``pgsql`` hide the portal's own hint for that database; ``None``
            on a portal without this field.
        date_create: Creation, ``Y-m-d H:i:s`` in the portal's time zone.
    """

    title: Text = ""
    logo: Text = Field(default="", repr=False)
    description: Text = ""
    sort: int = 100
    url_check: Text = ""
    url_table_list: Text = ""
    url_table_description: Text = ""
    url_data: Text = ""
    parameters: tuple[Parameter, ...] = Field(default=(), validation_alias="settings")
    support_mapping: bool | None = None
    source_code: str | None = None
    date_create: Text = ""

    @property
    def label(self) -> str:
        """Its title."""
        return self.title

    def parameter(self, code: str) -> Parameter | None:
        """Return the declared parameter with a code; ``None`` where there is none."""
        return next((each for each in self.parameters if each.code == code), None)


class Setting(_PortalModel):
    """The value of one parameter in a source.

    Attributes:
        code: The connector's parameter.
        value: The value, always as text, secrets included.
    """

    code: str
    value: Text = Field(default="", repr=False)


class Source(PortalObject):
    """A source.

    Attributes:
        title: Its name.
        description: Free text.
        connector_id: The connector it belongs to.
        settings: The values of the connector's parameters.
        active: Whether it supplies data.
        type: ``rest`` for sources that were created by REST.
        code: ``rest_<connector id>``.
        date_create: Creation, ``Y-m-d H:i:s`` in the portal's time zone.
        date_update: Last change, in the same form.
        created_by_id: The user who created it.
        updated_by_id: The user who changed it last.
    """

    title: Text = ""
    description: Text = ""
    connector_id: int
    settings: tuple[Setting, ...] = ()
    active: bool = True
    type: Text = ""
    code: Text = ""
    date_create: Text = ""
    date_update: Text = ""
    created_by_id: Count = 0
    updated_by_id: Count = 0

    @property
    def label(self) -> str:
        """Its title."""
        return self.title

    @model_validator(mode="before")
    @classmethod
    def _flatten(cls, data: Any) -> Any:
        """Flatten the two levels of ``source.get`` to the one level of ``source.list``."""
        if isinstance(data, dict) and isinstance(data.get("connection"), dict):
            return {**data, **data["connection"]}
        return data

    def values(self) -> dict[str, str]:
        """Return the settings as a mapping from code to value."""
        return {setting.code: setting.value for setting in self.settings}


class Column(_PortalModel):
    """A column of a table.

    Attributes:
        id: Its id.
        name: Its name in BI Builder, unique in the table.
        external_code: Its code in the outside system, unique in the table.
        type: ``int``, ``string``, ``double``, ``date``, ``datetime``, ``money`` or ``timezone``.
        visible: Whether BI Builder shows it.
    """

    id: int
    name: str
    external_code: Text = ""
    type: Text = ""
    visible: bool = True


class Table(PortalObject):
    """A table.

    A list of tables lacks the columns; a table that is read alone lacks its source.

    Attributes:
        source_id: The source it belongs to; ``None`` where it is not known.
        name: Its name, unique on the portal.
        description: Free text.
        external_code: Its code in the outside system.
        external_name: Its name in the outside system.
        columns: Its columns; ``None`` where they are not known.
        type: ``rest`` for tables that were created by REST.
        date_create: Creation, ``Y-m-d H:i:s`` in the portal's time zone.
        date_update: Last change, in the same form; empty before the first one.
        created_by_id: The user who created it.
        updated_by_id: The user who changed it last; 0 before the first change.
        external_id: The id of its dataset in BI Builder; 0 where there is none.
    """

    source_id: int | None = None
    name: Text = ""
    description: Text = ""
    external_code: Text = ""
    external_name: Text = ""
    columns: tuple[Column, ...] | None = Field(default=None, validation_alias="fields")
    type: Text = ""
    date_create: Text = ""
    date_update: Text = ""
    created_by_id: Count = 0
    updated_by_id: Count = 0
    external_id: Count = 0

    @property
    def label(self) -> str:
        """Its name."""
        return self.name

    @field_validator("date_create", "date_update", mode="before")
    @classmethod
    def _date(cls, value: Any) -> Any:
        """Read the empty object that some portals return instead of a date as an empty text."""
        return "" if value == {} else value
