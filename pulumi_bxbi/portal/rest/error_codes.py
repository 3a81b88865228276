"""What each documented error code means for the caller, and what to do about it.

Vendor's pages: "System errors" and "Limits" of the REST API, "Authorization" of OAuth 2.0, and the
error tables of the methods ``biconnector.*``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.portal.errors import (
    AccessDenied,
    ConnectionCheckFailed,
    CredentialsExpired,
    LimitExceeded,
    NotFound,
    PortalError,
    PortalUnavailable,
    ValidationFailed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.portal.rest.envelope import Refusal


@dataclass(frozen=True, slots=True)
class Remedy:
    """How an error code is raised.

    Attributes:
        error: The class of the error.
        cure: What the user can do.
    """

    error: type[PortalError]
    cure: str


#: How a changed setting reaches these commands; {} stands for its variables.
_FROM_LAST_UP: Final = (
    "`pulumi refresh` and `pulumi destroy` take the stack's configuration from the last `pulumi "
    "up`: give them {}, or the option --run-program."
)
_CHECK_CREDENTIALS: Final = (
    "check the credentials: they must belong to this portal and still exist there. An application "
    "(BXBI_CLIENT_ID) gets new tokens with `bxbi login`; an access token or a webhook stands in "
    "BXBI_ACCESS_TOKEN or BXBI_WEBHOOK, or in the stack as bxbi:accessToken or bxbi:webhook. "
    f"{_FROM_LAST_UP.format('BXBI_ACCESS_TOKEN or BXBI_WEBHOOK')}"
)
_FRESH_ACCESS: Final = (
    "put a fresh access token into BXBI_ACCESS_TOKEN (or bxbi:accessToken); it lives one hour. "
    f"{_FROM_LAST_UP.format('BXBI_ACCESS_TOKEN')} An application renews its own: set "
    "BXBI_CLIENT_ID and BXBI_CLIENT_SECRET and run `bxbi login`."
)
_REINSTALL: Final = (
    "install the application on this portal, or use the token of one that is installed there."
)
_SUBSCRIPTION: Final = "renew the portal's subscription; the REST API belongs to commercial plans."
_SUPPORT: Final = "contact the vendor's support; a later attempt alone does not lift this."
_TRY_LATER: Final = (
    "run the same command again in some minutes; if the error stays, contact the vendor's support."
)
_REPORT_FORM: Final = (
    "correct the value that the portal names. If no value of the program explains the text, the "
    "portal may have changed its API: report this message to the maintainers of pulumi-bxbi."
)
_REFRESH: Final = (
    "run `pulumi refresh`, which removes missing objects from the state, then run the same command "
    "again."
)
#: What to do with the state of a portal that no longer exists.
OUT_OF_THE_STATE: Final = (
    "take its objects out of the state: `pulumi state delete URN --target-dependents` for each of "
    "them (`pulumi stack --show-urns`)."
)
#: The same where it is not certain that it is gone.
IF_THE_PORTAL_IS_GONE: Final = f"If the portal no longer exists, {OUT_OF_THE_STATE}"
_NAME_GIVEN_UP: Final = (
    "If a table of the same program is to give the name up, `bxbi preflight` tells the order."
)
_HANDLER: Final = (
    "ask the portal's administrator: an event handler that is installed there refused the change."
)
_UNIQUE_COLUMNS: Final = "give each column of the table a name and an external code of its own."
_SHORTER_PARAMETER: Final = "shorten the parameter's code and name to less than 512 characters."

#: Errors of the platform around the module: HTTP 4xx or 5xx, keyed by the code in lower case.
PLATFORM: Final[Mapping[str, Remedy]] = {
    "access_denied": Remedy(AccessDenied, _SUBSCRIPTION),
    "application_not_found": Remedy(AccessDenied, _REINSTALL),
    "authorization_error": Remedy(
        AccessDenied,
        "the user behind the token was dismissed or deactivated: have an active user with both "
        "permissions authorize the application.",
    ),
    "error_argument": Remedy(ValidationFailed, _REPORT_FORM),
    "error_batch_length_exceeded": Remedy(ValidationFailed, _REPORT_FORM),
    "error_batch_method_not_allowed": Remedy(ValidationFailed, _REPORT_FORM),
    "error_manifest_is_not_available": Remedy(PortalError, _SUPPORT),
    "error_method_not_found": Remedy(
        PortalError,
        "update the portal (on-premise) or have the module BIconnector switched on: this portal "
        "does not know the method.",
    ),
    "error_oauth": Remedy(AccessDenied, _REINSTALL),
    "error_unexpected_answer": Remedy(PortalUnavailable, _TRY_LATER),
    "expired_token": Remedy(CredentialsExpired, _FRESH_ACCESS),
    "insufficient_scope": Remedy(
        AccessDenied,
        "give the application (or the webhook) the scope `biconnector` in its settings on the "
        "portal, then take a new token.",
    ),
    "internal_server_error": Remedy(PortalUnavailable, _TRY_LATER),
    "invalid_credentials": Remedy(
        AccessDenied,
        "the user behind the token lacks rights: take the token of a user who has both permissions "
        '"Access to BI Builder" and "Access to Analytics Hub".',
    ),
    "invalid_request": Remedy(
        ValidationFailed, "give the portal's address with https:// (BXBI_PORTAL or bxbi:portal)."
    ),
    "invalid_token": Remedy(AccessDenied, _CHECK_CREDENTIALS),
    "method_confirm_waiting": Remedy(
        AccessDenied,
        "an administrator of the portal has to confirm the call there; then run it again.",
    ),
    "no_auth_found": Remedy(AccessDenied, _CHECK_CREDENTIALS),
    "operation_time_limit": Remedy(
        LimitExceeded,
        "wait ten minutes, the portal's accounting window, and run the same command again.",
    ),
    "overload_limit": Remedy(LimitExceeded, f"the vendor has blocked the REST API: {_SUPPORT}"),
    "payment_required": Remedy(AccessDenied, _SUBSCRIPTION),
    "portal_deleted": Remedy(
        PortalError,
        "check the address (BXBI_PORTAL or bxbi:portal): this portal was deleted. If it is the "
        f"right one, {OUT_OF_THE_STATE}",
    ),
    "query_limit_exceeded": Remedy(
        LimitExceeded,
        "run the same command again later, with fewer other calls to this portal, or allow longer "
        "waits with BXBI_MAX_WAIT (seconds).",
    ),
    "user_access_error": Remedy(
        AccessDenied,
        "the application is open to certain users only: add this user in its settings on the "
        "portal, or take the token of a user who may use it.",
    ),
}

#: What the platform's code ``ACCESS_DENIED`` means with HTTP status 400.
_APPLICATION_CONTEXT: Final = Remedy(
    AccessDenied,
    "this method works only inside an application: use its access token (BXBI_ACCESS_TOKEN) "
    "instead of a webhook.",
)
_HTTP_BAD_REQUEST: Final = 400

#: Errors of the module itself, of any method, keyed by the code in lower case.
MODULE: Final[Mapping[str, Remedy]] = {
    "access_denied": Remedy(
        AccessDenied,
        'the user behind the token needs both permissions, "Access to BI Builder" and "Access to '
        'Analytics Hub"; and BI Builder answers applications only: newer portals refuse webhooks, '
        "so use a local application (`bxbi login`).",
    ),
    "bx_error": Remedy(
        PortalError,
        "look at the object in the portal's Analytics hub; the portal gives no closer reason.",
    ),
    "connector_delete_restricted": Remedy(
        PortalError,
        "delete the sources of this connector first; the portal calls them connections.",
    ),
    "connector_not_found": Remedy(
        NotFound,
        "check the connector's id: a connector is visible only to the "
        "application that made it; one made by hand or by another application counts as missing.",
    ),
    "dataset_already_exist": Remedy(
        ValidationFailed,
        "choose another name: BI Builder itself has this one, perhaps for a dataset that was left "
        f"over from a deleted table (Analytics hub > Unused elements). {_NAME_GIVEN_UP}",
    ),
    "dataset_not_found": Remedy(NotFound, _REFRESH),
    "dataset_update_error": Remedy(
        PortalError,
        "the columns were changed, but BI Builder was not informed: synchronise the table in the "
        "portal's Analytics hub.",
    ),
    "duplicate_fields": Remedy(ValidationFailed, _UNIQUE_COLUMNS),
    "fields_empty": Remedy(ValidationFailed, "give the table at least one column."),
    "invalid_method": Remedy(ValidationFailed, _REPORT_FORM),
    "name_exists": Remedy(
        ValidationFailed,
        "choose another name: a table of this portal has it, perhaps one that this application "
        f"cannot see because a person or another application made it. {_NAME_GIVEN_UP}",
    ),
    "source_create_connection_error": Remedy(
        ConnectionCheckFailed,
        "before it creates a source the portal posts its settings to the connector's urlCheck and "
        "expects HTTP 200 with a body. Check that this address answers from the internet and "
        "accepts these settings (wrong password?). Nothing was created.",
    ),
    "source_not_found": Remedy(NotFound, _REFRESH),
    "source_update_connection_error": Remedy(
        ConnectionCheckFailed,
        "with every change of a source, even of its title, the portal posts its settings to the "
        "connector's urlCheck and expects HTTP 200 with a body. Check that this address answers "
        "from the internet and accepts these settings. The source was left as it is.",
    ),
    "validation_dataset_name_invalid": Remedy(
        ValidationFailed,
        "begin the table's name with a lower-case Latin letter and go on with a-z, 0-9 and _.",
    ),
    "validation_dataset_name_too_long": Remedy(ValidationFailed, "shorten the table's name."),
    "validation_duplicate_exist_code": Remedy(ValidationFailed, _UNIQUE_COLUMNS),
    "validation_duplicate_exist_name": Remedy(ValidationFailed, _UNIQUE_COLUMNS),
    "validation_duplicate_field_code": Remedy(ValidationFailed, _UNIQUE_COLUMNS),
    "validation_duplicate_field_name": Remedy(ValidationFailed, _UNIQUE_COLUMNS),
    "validation_field_add_missing_required_fields": Remedy(ValidationFailed, _REPORT_FORM),
    "validation_field_delete_invalid_id": Remedy(ValidationFailed, _REPORT_FORM),
    "validation_field_invalid_type": Remedy(
        ValidationFailed,
        "give each column one of the types int, string, double, date, datetime, money, timezone, "
        "in lower case; an older portal does not know the last two.",
    ),
    "validation_field_missing_required_parameters": Remedy(ValidationFailed, _REPORT_FORM),
    "validation_field_name_invalid_format": Remedy(
        ValidationFailed,
        "begin each column's name with an upper-case Latin letter and go on with A-Z, 0-9 and _.",
    ),
    "validation_field_name_too_long": Remedy(
        ValidationFailed, "shorten the column's name to at most 32 characters."
    ),
    "validation_field_not_allowed_in_filter": Remedy(ValidationFailed, _REPORT_FORM),
    "validation_field_not_allowed_in_order": Remedy(ValidationFailed, _REPORT_FORM),
    "validation_field_not_allowed_in_select": Remedy(ValidationFailed, _REPORT_FORM),
    "validation_field_update_missing_required_fields": Remedy(ValidationFailed, _REPORT_FORM),
    "validation_fields_not_provided": Remedy(ValidationFailed, _REPORT_FORM),
    "validation_filter_type": Remedy(ValidationFailed, _REPORT_FORM),
    "validation_id_not_provided": Remedy(ValidationFailed, _REPORT_FORM),
    "validation_immutable_field": Remedy(
        ValidationFailed,
        "this value cannot be changed on an existing object: let Pulumi replace the resource.",
    ),
    "validation_invalid_field_type": Remedy(
        ValidationFailed, "give the named property a value of the type that the portal asks for."
    ),
    "validation_invalid_filter_logic": Remedy(ValidationFailed, _REPORT_FORM),
    "validation_invalid_id_format": Remedy(
        ValidationFailed, "give the id as a positive whole number, as the portal shows it."
    ),
    "validation_order_type": Remedy(ValidationFailed, _REPORT_FORM),
    "validation_read_only_field": Remedy(ValidationFailed, _REPORT_FORM),
    "validation_required_field_missing": Remedy(
        ValidationFailed, "give the property that the portal names."
    ),
    "validation_select_type": Remedy(ValidationFailed, _REPORT_FORM),
    "validation_settings_code_too_long": Remedy(ValidationFailed, _SHORTER_PARAMETER),
    "validation_settings_invalid_type": Remedy(
        ValidationFailed, "give each parameter the type STRING or INT, in capitals."
    ),
    "validation_settings_missing_required_fields": Remedy(
        ValidationFailed, "give each parameter a code, a name and a type."
    ),
    "validation_settings_name_too_long": Remedy(ValidationFailed, _SHORTER_PARAMETER),
    "validation_unknown_parameters": Remedy(
        ValidationFailed,
        "leave out the properties that the portal names: its version does not know them.",
    ),
}

#: Errors of the module whose code has another meaning for one method, keyed by both.
_BY_METHOD: Final[Mapping[tuple[str, str], Remedy]] = {
    ("biconnector.source.delete", "bx_error"): Remedy(
        PortalError,
        "look at the source in the portal's Analytics hub. Tables that depend on it would explain "
        "a refusal, but neither the portal's text nor its list of tables speaks of any.",
    ),
    ("biconnector.source.get", "source_not_found"): Remedy(
        NotFound,
        "check the id: a source is visible only to the application that made it.",
    ),
    ("biconnector.source.get", "connector_not_found"): Remedy(
        PortalError,
        "the source exists but its connector does not: delete the source, or ask the vendor's "
        "support to restore the connector.",
    ),
}

#: Documented errors without a code, keyed by the text in lower case.
_BY_TEXT: Final[Mapping[str, Remedy]] = {
    "all the fields are required": Remedy(
        ValidationFailed, "give the source a title: the portal requires it with every change."
    ),
    "error adding dataset": Remedy(PortalError, _HANDLER),
    "error deleting dataset": Remedy(
        PortalError,
        "delete the dataset in the Analytics hub; the portal undid everything.",
    ),
    "error updating dataset": Remedy(PortalError, _HANDLER),
    "error updating table": Remedy(PortalError, _HANDLER),
}

_NEW_GRANT: Final = Remedy(
    CredentialsExpired,
    "log in again with `bxbi login`: a refresh token is good once and for 180 days, an "
    "authorization code once and for 30 seconds.",
)
_WRONG_CLIENT: Final = Remedy(
    AccessDenied,
    "check the client id and the client secret (BXBI_CLIENT_ID and BXBI_CLIENT_SECRET, or "
    "bxbi:clientId and bxbi:clientSecret) against the application's card on the portal, and that "
    "the application is installed there. Registering it again gives it new ones. "
    f"{_FROM_LAST_UP.format('BXBI_CLIENT_ID and BXBI_CLIENT_SECRET')}",
)
_FEWER_SCOPES: Final = Remedy(
    AccessDenied,
    "give the application the scope `biconnector` in its settings on the portal, then log in again "
    "with `bxbi login`.",
)
#: Errors of the OAuth server, keyed by the code in lower case.
OAUTH: Final[Mapping[str, Remedy]] = {
    "bad_verification_code": _NEW_GRANT,
    "insufficient_scope": _FEWER_SCOPES,
    "invalid_client": _WRONG_CLIENT,
    "invalid_grant": _NEW_GRANT,
    "invalid_request": Remedy(
        ValidationFailed,
        "check that the client id, the client secret and the refresh token are whole. If they are, "
        "report this message to the maintainers of pulumi-bxbi.",
    ),
    "invalid_scope": _FEWER_SCOPES,
    "not_installed": Remedy(AccessDenied, "install the application on this portal."),
    "payment_required": Remedy(
        AccessDenied,
        "pay for the application or for the portal: its trial or paid period is over.",
    ),
    "wrong_client": _WRONG_CLIENT,
}

#: A code, or a text without one, that is not in the vendor's documentation.
UNKNOWN_CODE: Final = Remedy(
    PortalError,
    "read the portal's text: this code is not in the vendor's documentation. If it does not help, "
    "report it to the maintainers of pulumi-bxbi with this message.",
)


def remedy(method: str, refusal: Refusal) -> Remedy:
    """Return how a refusal is raised and what the user can do.

    Args:
        method: The REST method that was refused.
        refusal: What the portal said.
    """
    meaning = _meaning(method, refusal)
    if meaning.error is NotFound and not _is_about_its_own(method, refusal):
        return Remedy(PortalError, meaning.cure)
    return meaning


def oauth_remedy(code: str) -> Remedy:
    """Return how a refusal of the OAuth server is raised and what the user can do.

    Args:
        code: The error code, in any spelling.
    """
    return OAUTH.get(code.lower(), UNKNOWN_CODE)


def _is_about_its_own(method: str, refusal: Refusal) -> bool:
    """Return whether the missing object is the method's own, and not the owner of that object."""
    _, kind, *action = method.split(".")
    own = "dataset" if kind == "table" else kind
    return action == ["add"] or refusal.code.lower() == f"{own}_not_found"


def _meaning(method: str, refusal: Refusal) -> Remedy:
    code = refusal.code.lower()
    if refusal.by_platform:
        if code == "access_denied" and refusal.status == _HTTP_BAD_REQUEST:
            return _APPLICATION_CONTEXT
        return PLATFORM.get(code) or MODULE.get(code) or UNKNOWN_CODE
    if not code:
        return _BY_TEXT.get(refusal.description.lower().rstrip("."), UNKNOWN_CODE)
    return _BY_METHOD.get((method, code)) or MODULE.get(code) or PLATFORM.get(code) or UNKNOWN_CODE
