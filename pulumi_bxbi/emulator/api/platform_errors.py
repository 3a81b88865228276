"""The errors of the platform around the module: at the root of the answer, HTTP 4xx or 5xx."""

from __future__ import annotations

from typing import Final


class PlatformError(Exception):
    """An error of the platform: a status, a code and a text at the root of the answer."""

    def __init__(self, status: int, code: str, text: str | None) -> None:
        super().__init__(text or code)
        self.status = status
        self.code = code
        self.text = text


#: The errors of the platform, by code: status and text. `ACCESS_DENIED` stands for a plan without
#: REST; the module's own error of that name has HTTP 200, and that of `app.info` HTTP 400. The text
#: of `ERROR_METHOD_NOT_FOUND`, and the errors with 401 other than `NO_AUTH_FOUND` and
#: `expired_token`, are not in the documentation, but in the vendor's SDKs. Where the two differ,
#: the documentation is followed.
PLATFORM: Final[dict[str, tuple[int, str]]] = {
    "ACCESS_DENIED": (403, "REST API is available only on commercial plans"),
    "APPLICATION_NOT_FOUND": (401, "Application not found"),
    "ERROR_BATCH_LENGTH_EXCEEDED": (400, "Max batch length exceeded"),
    "ERROR_BATCH_METHOD_NOT_ALLOWED": (405, "Method is not allowed for batch usage"),
    "ERROR_MANIFEST_IS_NOT_AVAILABLE": (404, "Manifest is not available"),
    "ERROR_METHOD_NOT_FOUND": (404, "Method not found!"),
    "ERROR_OAUTH": (401, "Application not installed"),
    "ERROR_UNEXPECTED_ANSWER": (500, "Server returned an unexpected response"),
    "INTERNAL_SERVER_ERROR": (500, "Internal server error"),
    "INVALID_CREDENTIALS": (403, "Invalid request credentials"),
    "INVALID_REQUEST": (400, "Https required"),
    "METHOD_CONFIRM_WAITING": (401, "Waiting for confirmation"),
    "NO_AUTH_FOUND": (401, "Wrong authorization data"),
    "OPERATION_TIME_LIMIT": (429, "Method is blocked due to operation time limit"),
    "OVERLOAD_LIMIT": (503, "REST API is blocked due to overload"),
    "PAYMENT_REQUIRED": (401, "Subscription has been ended"),
    "PORTAL_DELETED": (500, "Portal was deleted"),
    "QUERY_LIMIT_EXCEEDED": (503, "Too many requests"),
    "authorization_error": (401, "Unable to authorize user"),
    "expired_token": (401, "The access token provided has expired"),
    "insufficient_scope": (
        403,
        "The request requires higher privileges than provided by the access token",
    ),
    "invalid_token": (401, "Unable to get application by token"),
    "user_access_error": (403, "The user does not have access to the application"),
}

#: The errors of the token endpoint, by code: status and text. Their statuses are not documented;
#: these are what the vendor's Python SDK expects. `wrong_client` has 200 and no text.
OAUTH: Final[dict[str, tuple[int, str | None]]] = {
    "NOT_INSTALLED": (401, "Application not installed"),
    "PAYMENT_REQUIRED": (401, "Payment required"),
    "bad_verification_code": (400, "Verification code is not valid"),
    "insufficient_scope": (403, "The requested scope exceeds the scope of the application"),
    "invalid_client": (400, "Invalid client data"),
    "invalid_grant": (400, "The grant is invalid or expired"),
    "invalid_request": (400, "The request is malformed"),
    "invalid_scope": (403, "The requested scope exceeds the scope of the application"),
    "wrong_client": (200, None),
}


def platform(code: str) -> PlatformError:
    """Return the platform's error with a code."""
    status, text = PLATFORM[code]
    return PlatformError(status, code, text)


def oauth(code: str, text: str | None = None) -> PlatformError:
    """Return the token endpoint's error with a code, and with a given or its usual text."""
    status, usual = OAUTH[code]
    return PlatformError(status, code, text or usual)
