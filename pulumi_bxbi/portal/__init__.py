"""One Bitrix24 portal and its REST API, without any engine.

from pulumi_bxbi.portal import AccessToken, Portal

portal = Portal("https://acme.bitrix24.com", AccessToken("…"))
portal.call("biconnector.source.get", {"id": 42})
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
from pulumi_bxbi.portal.objects.catalog import Catalog
from pulumi_bxbi.portal.objects.models import Column, Connector, Parameter, Setting, Source, Table
from pulumi_bxbi.portal.rest.client import Portal
from pulumi_bxbi.portal.rest.credentials import AccessToken, Credentials, Webhook

if TYPE_CHECKING:
    from pulumi_bxbi.portal.oauth.application import Application

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

# The engine shows an error with its module: the one that users import it from.
for _error in (PortalError, *PortalError.__subclasses__()):
    _error.__module__ = __name__
del _error


def __getattr__(name: str) -> Any:
    # Other credentials do without what an application needs, which takes a while to import.
    if name != "Application":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.oauth.application").Application
