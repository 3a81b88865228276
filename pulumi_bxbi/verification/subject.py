"""What is verified: the endpoints of a connector, with the values of one source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_bxbi.external.drift import DeclaredTable


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that the connector declares, with the value of the source.

    Attributes:
        code: Its code, the key in the form's group ``connection``.
        type: Its type, such as ``STRING`` or ``INT``.
        value: Its value, which may be a secret.
    """

    code: str
    type: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subject:
    """The endpoints of a connector, with the values of one source.

    Attributes:
        name: What they belong to, for people: ``source 4 "CRM"``.
        url_check: The address of the endpoint that checks the values.
        url_table_list: The address of the endpoint that lists tables.
        url_table_description: The address of the endpoint that describes columns.
        url_data: The address of the endpoint that gives rows.
        parameters: The parameters, with their values.
        tables: The tables that are declared for the source; ``None`` to try each table that the
            endpoints list.
    """

    name: str
    url_check: str = field(repr=False)
    url_table_list: str = field(repr=False)
    url_table_description: str = field(repr=False)
    url_data: str = field(repr=False)
    parameters: tuple[Parameter, ...] = ()
    tables: tuple[DeclaredTable, ...] | None = None
