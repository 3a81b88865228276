"""Every documented code has a class of error and a cure."""

from __future__ import annotations

import pytest

from pulumi_bxbi.portal import (
    AccessDenied,
    ConnectionCheckFailed,
    CredentialsExpired,
    LimitExceeded,
    NotFound,
    PortalError,
    PortalUnavailable,
    ValidationFailed,
)
from pulumi_bxbi.portal.rest.envelope import Refusal
from pulumi_bxbi.portal.rest.error_codes import remedy

ADD, GET, UPDATE, DELETE, LIST = (
    f"biconnector.source.{name}" for name in ("add", "get", "update", "delete", "list")
)
FIELDS_UPDATE = "biconnector.table.fields.update"

MODULE = [
    (ADD, "ACCESS_DENIED", AccessDenied, "both permissions"),
    (ADD, "VALIDATION_FIELDS_NOT_PROVIDED", ValidationFailed, "report this message"),
    (ADD, "VALIDATION_UNKNOWN_PARAMETERS", ValidationFailed, "leave out"),
    (ADD, "VALIDATION_REQUIRED_FIELD_MISSING", ValidationFailed, "give the property"),
    (ADD, "VALIDATION_READ_ONLY_FIELD", ValidationFailed, "report this message"),
    (ADD, "VALIDATION_IMMUTABLE_FIELD", ValidationFailed, "replace the resource"),
    (ADD, "VALIDATION_INVALID_FIELD_TYPE", ValidationFailed, "of the type"),
    (ADD, "CONNECTOR_NOT_FOUND", NotFound, "check the connector's id"),
    (ADD, "SOURCE_CREATE_CONNECTION_ERROR", ConnectionCheckFailed, "Nothing was created"),
    (ADD, "SOURCE_UPDATE_CONNECTION_ERROR", ConnectionCheckFailed, "The source was left as it is"),
    (ADD, "BX_ERROR", PortalError, "no closer reason"),
    (UPDATE, "VALIDATION_ID_NOT_PROVIDED", ValidationFailed, "report this message"),
    (UPDATE, "VALIDATION_INVALID_ID_FORMAT", ValidationFailed, "positive whole number"),
    (UPDATE, "SOURCE_NOT_FOUND", NotFound, "pulumi refresh"),
    (UPDATE, "SOURCE_UPDATE_CONNECTION_ERROR", ConnectionCheckFailed, "urlCheck"),
    (GET, "SOURCE_NOT_FOUND", NotFound, "check the id"),
    (GET, "CONNECTOR_NOT_FOUND", PortalError, "its connector does not"),
    (DELETE, "CONNECTOR_NOT_FOUND", PortalError, "check the connector's id"),
    ("biconnector.table.delete", "SOURCE_NOT_FOUND", PortalError, "pulumi refresh"),
    ("biconnector.dataset.get", "DATASET_NOT_FOUND", NotFound, "pulumi refresh"),
    (DELETE, "SOURCE_NOT_FOUND", NotFound, "pulumi refresh"),
    (DELETE, "BX_ERROR", PortalError, "Analytics hub"),
    (LIST, "VALIDATION_SELECT_TYPE", ValidationFailed, "report this message"),
    (LIST, "VALIDATION_FILTER_TYPE", ValidationFailed, "report this message"),
    (LIST, "VALIDATION_ORDER_TYPE", ValidationFailed, "report this message"),
    (LIST, "VALIDATION_FIELD_NOT_ALLOWED_IN_SELECT", ValidationFailed, "report this message"),
    (LIST, "VALIDATION_FIELD_NOT_ALLOWED_IN_FILTER", ValidationFailed, "report this message"),
    (LIST, "VALIDATION_FIELD_NOT_ALLOWED_IN_ORDER", ValidationFailed, "report this message"),
    (LIST, "VALIDATION_INVALID_FILTER_LOGIC", ValidationFailed, "report this message"),
    (
        "biconnector.connector.add",
        "VALIDATION_SETTINGS_MISSING_REQUIRED_FIELDS",
        ValidationFailed,
        "a code",
    ),
    ("biconnector.connector.add", "VALIDATION_SETTINGS_NAME_TOO_LONG", ValidationFailed, "512"),
    ("biconnector.connector.add", "VALIDATION_SETTINGS_CODE_TOO_LONG", ValidationFailed, "512"),
    ("biconnector.connector.add", "VALIDATION_SETTINGS_INVALID_TYPE", ValidationFailed, "capitals"),
    ("biconnector.connector.delete", "CONNECTOR_DELETE_RESTRICTED", PortalError, "connections"),
    ("biconnector.connector.get", "CONNECTOR_NOT_FOUND", NotFound, "check the connector's id"),
    ("biconnector.table.delete", "DATASET_NOT_FOUND", NotFound, "pulumi refresh"),
    ("biconnector.table.add", "DATASET_ALREADY_EXIST", ValidationFailed, "another name"),
    ("biconnector.table.add", "NAME_EXISTS", ValidationFailed, "another name"),
    ("biconnector.table.add", "FIELDS_EMPTY", ValidationFailed, "one column"),
    ("biconnector.table.add", "DUPLICATE_FIELDS", ValidationFailed, "of its own"),
    ("biconnector.table.add", "VALIDATION_DUPLICATE_FIELD_CODE", ValidationFailed, "of its own"),
    ("biconnector.table.add", "VALIDATION_DUPLICATE_FIELD_NAME", ValidationFailed, "of its own"),
    ("biconnector.table.add", "VALIDATION_DATASET_NAME_INVALID", ValidationFailed, "lower-case"),
    (
        "biconnector.table.add",
        "VALIDATION_DATASET_NAME_TOO_LONG",
        ValidationFailed,
        "shorten the table's name",
    ),
    (
        "biconnector.table.add",
        "VALIDATION_FIELD_MISSING_REQUIRED_PARAMETERS",
        ValidationFailed,
        "report this message",
    ),
    ("biconnector.table.add", "VALIDATION_FIELD_NAME_INVALID_FORMAT", ValidationFailed, "upper"),
    ("biconnector.table.add", "VALIDATION_FIELD_NAME_TOO_LONG", ValidationFailed, "32"),
    ("biconnector.table.add", "VALIDATION_FIELD_INVALID_TYPE", ValidationFailed, "timezone"),
    ("biconnector.table.update", "INVALID_METHOD", ValidationFailed, "report this message"),
    (FIELDS_UPDATE, "DATASET_UPDATE_ERROR", PortalError, "synchronise"),
    (FIELDS_UPDATE, "VALIDATION_DUPLICATE_EXIST_CODE", ValidationFailed, "of its own"),
    (FIELDS_UPDATE, "VALIDATION_DUPLICATE_EXIST_NAME", ValidationFailed, "of its own"),
    (
        FIELDS_UPDATE,
        "VALIDATION_FIELD_ADD_MISSING_REQUIRED_FIELDS",
        ValidationFailed,
        "report this message",
    ),
    (
        FIELDS_UPDATE,
        "VALIDATION_FIELD_UPDATE_MISSING_REQUIRED_FIELDS",
        ValidationFailed,
        "report this message",
    ),
    (FIELDS_UPDATE, "VALIDATION_FIELD_DELETE_INVALID_ID", ValidationFailed, "report this"),
]

PLATFORM = [
    ("INTERNAL_SERVER_ERROR", 500, PortalUnavailable, "again in some minutes"),
    ("ERROR_UNEXPECTED_ANSWER", 500, PortalUnavailable, "again in some minutes"),
    ("QUERY_LIMIT_EXCEEDED", 503, LimitExceeded, "BXBI_MAX_WAIT"),
    ("OPERATION_TIME_LIMIT", 429, LimitExceeded, "ten minutes"),
    ("OVERLOAD_LIMIT", 503, LimitExceeded, "support"),
    ("ERROR_BATCH_METHOD_NOT_ALLOWED", 405, ValidationFailed, "report this message"),
    ("ERROR_BATCH_LENGTH_EXCEEDED", 400, ValidationFailed, "report this message"),
    ("NO_AUTH_FOUND", 401, AccessDenied, "BXBI_ACCESS_TOKEN"),
    ("expired_token", 401, CredentialsExpired, "fresh access token"),
    ("invalid_token", 401, AccessDenied, "check the credentials"),
    ("ERROR_OAUTH", 401, AccessDenied, "install the application"),
    ("APPLICATION_NOT_FOUND", 401, AccessDenied, "install the application"),
    ("authorization_error", 401, AccessDenied, "dismissed or deactivated"),
    ("PAYMENT_REQUIRED", 401, AccessDenied, "subscription"),
    ("METHOD_CONFIRM_WAITING", 401, AccessDenied, "administrator"),
    ("INVALID_REQUEST", 400, ValidationFailed, "https://"),
    ("ACCESS_DENIED", 403, AccessDenied, "commercial plans"),
    ("ACCESS_DENIED", 400, AccessDenied, "inside an application"),
    ("INVALID_CREDENTIALS", 403, AccessDenied, "lacks rights"),
    ("insufficient_scope", 403, AccessDenied, "`biconnector`"),
    ("insufficient_scope", 401, AccessDenied, "`biconnector`"),
    ("user_access_error", 403, AccessDenied, "certain users"),
    ("ERROR_MANIFEST_IS_NOT_AVAILABLE", 404, PortalError, "support"),
    ("PORTAL_DELETED", 500, PortalError, "was deleted"),
    ("PORTAL_DELETED", 410, PortalError, "was deleted"),
    ("ERROR_METHOD_NOT_FOUND", 404, PortalError, "does not know the method"),
    ("ERROR_ARGUMENT", 400, ValidationFailed, "report this message"),
]


@pytest.mark.parametrize(("method", "code", "error", "cure"), MODULE)
def test_what_the_module_refuses(
    method: str, code: str, error: type[PortalError], cure: str
) -> None:
    found = remedy(method, Refusal(code, "", 200))

    assert found.error is error
    assert cure in found.cure


@pytest.mark.parametrize(("code", "status", "error", "cure"), PLATFORM)
@pytest.mark.parametrize("written", [str.upper, str.lower])
def test_what_the_platform_refuses(
    code: str, status: int, error: type[PortalError], cure: str, written: type[str]
) -> None:
    found = remedy(GET, Refusal(written(code), "", status))

    assert found.error is error
    assert cure in found.cure


@pytest.mark.parametrize(
    ("text", "error", "cure"),
    [
        ("All the fields are required.", ValidationFailed, "give the source a title"),
        ("Error adding dataset", PortalError, "event handler"),
        ("Error updating dataset.", PortalError, "event handler"),
        ("Error updating table.", PortalError, "event handler"),
        ("Error deleting dataset", PortalError, "undid everything"),
    ],
)
def test_an_error_without_a_code_is_known_by_its_text(
    text: str, error: type[PortalError], cure: str
) -> None:
    found = remedy(UPDATE, Refusal("", text, 200))

    assert found.error is error
    assert cure in found.cure


@pytest.mark.parametrize("code", ["SOMETHING_NEW", ""])
def test_an_unknown_code_is_a_plain_error(code: str) -> None:
    found = remedy(UPDATE, Refusal(code, "Something new happened", 200))

    assert found.error is PortalError
    assert "portal's text" in found.cure
