"""The schemas of the objects, and the checks that follow from them.

The same descriptors are the answer of `*.fields`, and determine the checks of a write, the fields
that a list may select, and those that an object shows: no rule about a field is written elsewhere.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api import module_errors
from pulumi_bxbi.emulator.api.values import elements, integer, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pulumi_bxbi.emulator.api.records import Parameter, Setting


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One field of an object, as `*.fields` describes it.

    Attributes:
        attribute: The name of the field in the records of `records.py`.
    """

    title: str
    type: str
    required: bool = False
    read_only: bool = False
    immutable: bool = False
    multiple: bool = False
    attribute: str = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        """Name the attribute."""
        name = re.sub("([A-Z])", r"_\1", self.title).lower()
        object.__setattr__(self, "attribute", name)

    def descriptor(self) -> dict[str, object]:
        """Return the element of the answer of `*.fields`."""
        return {
            "title": self.title,
            "type": self.type,
            "isRequired": self.required,
            "isReadOnly": self.read_only,
            "isImmutable": self.immutable,
            "isMultiple": self.multiple,
        }


Schema = tuple[Field, ...]

#: The answer of `biconnector.connector.fields`. Only the newest documentation lists
#: `supportMapping` and `sourceCode`.
CONNECTOR: Final[Schema] = (
    Field("id", "integer", required=True, read_only=True),
    Field("title", "string", required=True),
    Field("logo", "string", required=True),
    Field("description", "string"),
    Field("sort", "integer"),
    Field("urlCheck", "string", required=True),
    Field("urlData", "string", required=True),
    Field("urlTableList", "string", required=True),
    Field("urlTableDescription", "string", required=True),
    Field("settings", "array", required=True, multiple=True),
    Field("dateCreate", "datetime", required=True, read_only=True),
    Field("supportMapping", "boolean"),
    Field("sourceCode", "string"),
)

#: The answer of `biconnector.source.fields`.
SOURCE: Final[Schema] = (
    Field("id", "integer", required=True, read_only=True),
    Field("title", "string", required=True),
    Field("type", "string", required=True, read_only=True),
    Field("code", "string", required=True, read_only=True),
    Field("description", "string"),
    Field("active", "boolean"),
    Field("dateCreate", "datetime", required=True, read_only=True),
    Field("dateUpdate", "datetime", required=True, read_only=True),
    Field("createdById", "integer", required=True, read_only=True),
    Field("updatedById", "integer", required=True, read_only=True),
    Field("connectorId", "integer", required=True, immutable=True),
    Field("settings", "array", required=True, multiple=True),
)

#: The answer of `biconnector.table.fields`, and of its older name `biconnector.dataset.fields`.
TABLE: Final[Schema] = (
    Field("id", "integer", required=True, read_only=True),
    Field("sourceId", "integer", required=True, immutable=True),
    Field("name", "string", required=True, immutable=True),
    Field("type", "string", required=True, read_only=True),
    Field("description", "string"),
    Field("externalName", "string", required=True, immutable=True),
    Field("externalCode", "string", required=True, immutable=True),
    Field("externalId", "integer", required=True, read_only=True),
    Field("dateCreate", "datetime", required=True, read_only=True),
    Field("dateUpdate", "datetime", required=True, read_only=True),
    Field("createdById", "integer", required=True, read_only=True),
    Field("updatedById", "integer", required=True, read_only=True),
    Field("fields", "array", required=True, multiple=True),
)


def provided(fields: object) -> dict[str, object]:
    """Return the parameter `fields`, unless it is missing or empty."""
    given = mapping(fields)
    if not given:
        raise module_errors.FIELDS_NOT_PROVIDED.error()
    return given


def accepted_for_add(given: Mapping[str, object], schema: Schema) -> dict[str, Any]:
    """Return the values for a new object, or raise the first error by its schema.

    `null` counts as not given, and so does an empty text where a text is required.
    """
    fields = _permitted(given, schema, immutable=False)
    for field in schema:
        if field.required and not field.read_only and fields.get(field.title, "") == "":
            raise module_errors.REQUIRED_FIELD_MISSING.error(title=field.title)
    return fields


def accepted_for_update(given: Mapping[str, object], schema: Schema) -> dict[str, Any]:
    """Return the values to change, or raise the first error by the schema."""
    return _permitted(given, schema, immutable=True)


def shown(record: object, schema: Schema) -> dict[str, object]:
    """Return the plain fields of a record, in the order of the schema."""
    return {field.title: getattr(record, field.attribute) for field in schema if not field.multiple}


def shown_part(part: Parameter | Setting) -> dict[str, object]:
    """Return an element of the `settings` of a connector or a source."""
    return {name: getattr(part, name) for name in part.__slots__}


def attributes(fields: Mapping[str, object], schema: Schema) -> dict[str, Any]:
    """Return the values of fields, by the names of the attributes in the records."""
    names = {field.title: field.attribute for field in schema}
    return {names[title]: value for title, value in fields.items()}


def _permitted(given: Mapping[str, object], schema: Schema, *, immutable: bool) -> dict[str, Any]:
    known = {field.title: field for field in schema}
    unknown = [title for title in given if title not in known]
    if unknown:
        raise module_errors.UNKNOWN_PARAMETERS.error(names=", ".join(unknown))
    for title in given:
        if known[title].read_only:
            raise module_errors.READ_ONLY_FIELD.error(title=title)
        if immutable and known[title].immutable:
            raise module_errors.IMMUTABLE_FIELD.error(title=title)
    return {
        title: _typed(value, known[title]) for title, value in given.items() if value is not None
    }


def _typed(value: object, field: Field) -> object:
    typed: object
    match field.type:
        case "integer":
            typed = integer(value)
        case "boolean":
            typed = value if isinstance(value, bool) else None
        case "array":
            typed = value if elements(value) is not None else None
        case _:
            typed = value if isinstance(value, str) else None
    if typed is None:
        raise module_errors.INVALID_FIELD_TYPE.error(title=field.title, type=field.type)
    return typed
