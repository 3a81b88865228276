"""One Bitrix24 portal and its REST API, without any engine.

from pulumi_bxbi.portal import AccessToken, Portal

portal = Portal("https://acme.bitrix24.com", AccessToken("…"))
portal.call("biconnector.source.get", {"id": 42})

A name other than that of an error is imported when it is first used: a program that only declares
resources calls no portal.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pulumi_bxbi.portal.errors import (
    AccessDenied,
    ConnectionCheckFailed,
    CredentialsExpired,
    InUse,
    LimitExceeded,
    NotFound,
    ObjectRef,
    OutcomeUnknown,
    PortalError,
    PortalUnavailable,
    ValidationFailed,
    WrongApplication,
    WrongPortal,
)

if TYPE_CHECKING:
    from pulumi_bxbi.portal.oauth.application import Application
    from pulumi_bxbi.portal.objects.catalog import Catalog
    from pulumi_bxbi.portal.objects.models import (
        Column,
        Connector,
        Parameter,
        Setting,
        Source,
        Table,
    )
    from pulumi_bxbi.portal.rest.client import Portal
    from pulumi_bxbi.portal.rest.credentials import AccessToken, Credentials, Webhook

__all__ = [
    "AccessDenied",
    "AccessToken",
    "Application",
    "Catalog",
    "Column",
    "ConnectionCheckFailed",
    "Connector",
    "Credentials",
    "CredentialsExpired",
    "InUse",
    "LimitExceeded",
    "NotFound",
    "ObjectRef",
    "OutcomeUnknown",
    "Parameter",
    "Portal",
    "PortalError",
    "PortalUnavailable",
    "Setting",
    "Source",
    "Table",
    "ValidationFailed",
    "Webhook",
    "WrongApplication",
    "WrongPortal",
]

#: The other names by the modules that define them.
_MODULES = {
    "oauth.application": ("Application",),
    "objects.catalog": ("Catalog",),
    "objects.models": ("Column", "Connector", "Parameter", "Setting", "Source", "Table"),
    "rest.client": ("Portal",),
    "rest.credentials": ("AccessToken", "Credentials", "Webhook"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

# The engine shows an error with its module: the one that users import it from.
for _error in (PortalError, *PortalError.__subclasses__()):
    _error.__module__ = __name__
del _error


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
