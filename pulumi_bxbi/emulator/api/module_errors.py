"""The errors of the BIconnector module: every documented code and text, once.

An error of the module is inside `result`, with HTTP 200 (in the edition of 2025: at the root).
Some documented errors have no string code. The page of `biconnector.source.update` calls that
value empty, here `""`; those of `biconnector.table.update` and `biconnector.dataset.delete` call
it a numeric zero, here `0`. Lists inside a text are separated by a comma and a space; the
documentation names no separator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


class ModuleError(Exception):
    """An error of the BIconnector module."""

    def __init__(self, code: str | int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Refusal:
    """A documented code with its text."""

    code: str | int
    text: str

    def error(self, **values: str) -> ModuleError:
        """Return the error to raise, with the placeholders of its text filled in."""
        return ModuleError(self.code, self.text.format(**values))


ACCESS_DENIED: Final = Refusal("ACCESS_DENIED", "Access denied.")

# Every method that takes an id.
ID_NOT_PROVIDED: Final = Refusal("VALIDATION_ID_NOT_PROVIDED", "ID is missing.")
INVALID_ID_FORMAT: Final = Refusal(
    "VALIDATION_INVALID_ID_FORMAT", "ID has to be a positive integer."
)

# Every method that takes `fields`.
FIELDS_NOT_PROVIDED: Final = Refusal("VALIDATION_FIELDS_NOT_PROVIDED", "Fields not provided.")
UNKNOWN_PARAMETERS: Final = Refusal("VALIDATION_UNKNOWN_PARAMETERS", "Unknown parameters: {names}")
REQUIRED_FIELD_MISSING: Final = Refusal(
    "VALIDATION_REQUIRED_FIELD_MISSING", 'Field "{title}" is required.'
)
READ_ONLY_FIELD: Final = Refusal("VALIDATION_READ_ONLY_FIELD", 'Field "{title}" is read only.')
IMMUTABLE_FIELD: Final = Refusal("VALIDATION_IMMUTABLE_FIELD", 'Field "{title}" is immutable.')
INVALID_FIELD_TYPE: Final = Refusal(
    "VALIDATION_INVALID_FIELD_TYPE", 'Field "{title}" must be of type {type}.'
)

# Every list.
SELECT_TYPE: Final = Refusal("VALIDATION_SELECT_TYPE", 'Parameter "select" must be array.')
FILTER_TYPE: Final = Refusal("VALIDATION_FILTER_TYPE", 'Parameter "filter" must be array.')
ORDER_TYPE: Final = Refusal("VALIDATION_ORDER_TYPE", 'Parameter "order" must be array.')
NOT_ALLOWED_IN_SELECT: Final = Refusal(
    "VALIDATION_FIELD_NOT_ALLOWED_IN_SELECT", 'Field "{title}" is not allowed in the "select".'
)
NOT_ALLOWED_IN_FILTER: Final = Refusal(
    "VALIDATION_FIELD_NOT_ALLOWED_IN_FILTER", 'Field "{title}" is not allowed in the "filter".'
)
NOT_ALLOWED_IN_ORDER: Final = Refusal(
    "VALIDATION_FIELD_NOT_ALLOWED_IN_ORDER", 'Field "{title}" is not allowed in the "order".'
)
INVALID_FILTER_LOGIC: Final = Refusal(
    "VALIDATION_INVALID_FILTER_LOGIC", 'Field "logic" must be either "AND" or "OR".'
)

# Connectors.
CONNECTOR_NOT_FOUND: Final = Refusal("CONNECTOR_NOT_FOUND", "Connector was not found.")
CONNECTOR_DELETE_RESTRICTED: Final = Refusal(
    "CONNECTOR_DELETE_RESTRICTED",
    "Connector cannot be removed. Remove the connections related to the connector first.",
)
SETTINGS_MISSING_REQUIRED_FIELDS: Final = Refusal(
    "VALIDATION_SETTINGS_MISSING_REQUIRED_FIELDS",
    'Settings must include "type", "name" and "code" fields.',
)
SETTINGS_NAME_TOO_LONG: Final = Refusal(
    "VALIDATION_SETTINGS_NAME_TOO_LONG", 'Parameter "name" must be less than 512 characters.'
)
SETTINGS_CODE_TOO_LONG: Final = Refusal(
    "VALIDATION_SETTINGS_CODE_TOO_LONG", 'Parameter "code" must be less than 512 characters.'
)
SETTINGS_INVALID_TYPE: Final = Refusal(
    "VALIDATION_SETTINGS_INVALID_TYPE", 'Parameter "type" is not correct.'
)

# Sources.
SOURCE_NOT_FOUND: Final = Refusal("SOURCE_NOT_FOUND", "Source was not found.")
SOURCE_CREATE_CONNECTION_ERROR: Final = Refusal(
    "SOURCE_CREATE_CONNECTION_ERROR", "Cannot create connection."
)
SOURCE_UPDATE_CONNECTION_ERROR: Final = Refusal(
    "SOURCE_UPDATE_CONNECTION_ERROR", "Cannot update connection."
)
ALL_FIELDS_REQUIRED: Final = Refusal("", "All the fields are required.")
SOURCE_IN_USE: Final = Refusal(
    "BX_ERROR", "Cannot delete connection. Delete all associated tables first."
)
SOURCE_IN_USE_LEGACY: Final = Refusal(
    "BX_ERROR", "Cannot delete source. Delete all related datasets first."
)

# Tables, and datasets under their older name.
DATASET_NOT_FOUND: Final = Refusal("DATASET_NOT_FOUND", "Dataset was not found.")
TABLE_ALREADY_EXIST: Final = Refusal(
    "DATASET_ALREADY_EXIST", "Table with this name already exists."
)
DATASET_ALREADY_EXIST: Final = Refusal(
    "DATASET_ALREADY_EXIST", "Dataset with this name already exists."
)
NAME_EXISTS: Final = Refusal("NAME_EXISTS", 'A table named "{name}" already exists.')
TABLE_UPDATE_REFUSED: Final = Refusal(0, "Error updating table.")
DATASET_ADD_REFUSED: Final = Refusal(0, "Error adding dataset")
DATASET_UPDATE_REFUSED: Final = Refusal(0, "Error updating dataset.")
DATASET_DELETE_REFUSED: Final = Refusal(0, "Error deleting dataset")
DATASET_UPDATE_ERROR: Final = Refusal("DATASET_UPDATE_ERROR", "Error updating dataset.")
DATASET_NAME_INVALID: Final = Refusal(
    "VALIDATION_DATASET_NAME_INVALID",
    "Dataset name has to start with a lowercase Latin character. Possible entry includes "
    "lowercase Latin characters (a-z), numbers (0-9) and underscores.",
)
DATASET_NAME_TOO_LONG: Final = Refusal(
    "VALIDATION_DATASET_NAME_TOO_LONG", "Dataset name must not exceed 230 characters."
)
INVALID_METHOD: Final = Refusal(
    "INVALID_METHOD",
    'Use the method "biconnector.dataset.fields.update" to update the dataset fields."',
)
INVALID_METHOD_LEGACY: Final = Refusal(
    "INVALID_METHOD",
    'Use the method "biconnector.dataset.fields.update" to update the dataset fields.',
)

# Columns of a table.
FIELDS_EMPTY: Final = Refusal("FIELDS_EMPTY", "$fields is empty")
DUPLICATE_FIELDS: Final = Refusal("DUPLICATE_FIELDS", "Duplicate column names: {names}.")
DUPLICATE_FIELD_NAME: Final = Refusal(
    "VALIDATION_DUPLICATE_FIELD_NAME",
    'Duplicate values found in the "name" parameter: {names}',
)
DUPLICATE_FIELD_CODE: Final = Refusal(
    "VALIDATION_DUPLICATE_FIELD_CODE",
    'Duplicate values found in the "code" parameter: {names}',
)
DUPLICATE_EXIST_NAME: Final = Refusal(
    "VALIDATION_DUPLICATE_EXIST_NAME",
    'The following "name" values already exist in the current fields: {names}',
)
DUPLICATE_EXIST_CODE: Final = Refusal(
    "VALIDATION_DUPLICATE_EXIST_CODE",
    'The following "externalCode" values already exist in the current fields: {names}',
)
FIELD_MISSING_REQUIRED_PARAMETERS: Final = Refusal(
    "VALIDATION_FIELD_MISSING_REQUIRED_PARAMETERS",
    'Field must include the required parameters: "name", "externalCode" and "type".',
)
FIELD_ADD_MISSING_REQUIRED_FIELDS: Final = Refusal(
    "VALIDATION_FIELD_ADD_MISSING_REQUIRED_FIELDS",
    'Field to be added must include the required parameters: "name", "externalCode" and "type".',
)
FIELD_UPDATE_MISSING_REQUIRED_FIELDS: Final = Refusal(
    "VALIDATION_FIELD_UPDATE_MISSING_REQUIRED_FIELDS",
    'Field to be updated must include the required parameters: "id" and "visible".',
)
FIELD_DELETE_INVALID_ID: Final = Refusal(
    "VALIDATION_FIELD_DELETE_INVALID_ID", "ID to be deleted must be a positive integer."
)
FIELD_NAME_INVALID_FORMAT: Final = Refusal(
    "VALIDATION_FIELD_NAME_INVALID_FORMAT",
    'Field "name" has to start with an uppercase Latin character. Possible entry includes '
    "uppercase Latin characters (A-Z), numbers (0-9) and underscores.",
)
FIELD_NAME_TOO_LONG: Final = Refusal(
    "VALIDATION_FIELD_NAME_TOO_LONG", 'Field "name" must not exceed 32 characters.'
)
FIELD_INVALID_TYPE: Final = Refusal("VALIDATION_FIELD_INVALID_TYPE", "Invalid field type.")
