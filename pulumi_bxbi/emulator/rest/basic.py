"""The methods that need no scope: `app.info` and `method.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api.platform_errors import PlatformError
from pulumi_bxbi.emulator.biconnector.methods import methods_of
from pulumi_bxbi.emulator.rest.access import is_in_scope

if TYPE_CHECKING:
    from pulumi_bxbi.emulator.state.portal import Call


def app_info(call: Call) -> dict[str, object]:
    """Answer `app.info`, which needs an application."""
    if call.caller.webhook:
        text = "Access denied! Application context required"
        raise PlatformError(400, "ACCESS_DENIED", text)
    application = call.portal.conditions.applications[call.caller.client_id]
    return {
        "ID": list(call.portal.conditions.applications).index(application.client_id) + 1,
        "CODE": application.client_id,
        "STATUS": application.status,
        "INSTALLED": True,
    }


def method_get(call: Call) -> dict[str, bool]:
    """Answer `method.get`: whether a method exists, and whether the caller's scopes allow it.

    Names are compared as documented: in lower case, without `.json`. A missing name, or one that is
    not a text, is a method that does not exist. Permissions of the user do not matter. According to
    the documentation the methods of some modules are not checked; here they are.
    """
    name = call.parameters.get("name")
    exists = isinstance(name, str) and (
        name == "batch" or name in METHODS or name in methods_of(call.api)
    )
    return {
        "isExisting": exists,
        "isAvailable": exists and is_in_scope(call.caller, str(name)),
    }


METHODS: Final = {"app.info": app_info, "method.get": method_get}
