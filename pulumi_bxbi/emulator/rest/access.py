"""The caller of a request, by its token or webhook, and the methods in its scope."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api.platform_errors import PlatformError, platform
from pulumi_bxbi.emulator.state.portal import Caller

if TYPE_CHECKING:
    from pulumi_bxbi.emulator.state.portal import Portal

#: The scope of the module's methods; `batch`, `app.info` and `method.get` need no scope.
SCOPE: Final = "biconnector"


def caller_of(portal: Portal, webhook: tuple[str, str] | None, auth: object) -> Caller:
    """Return the caller of a request.

    Args:
        portal: The portal.
        webhook: The user id and the code of a webhook in the path; `None` for none.
        auth: The access token; it is ignored with a webhook.
    """
    if portal.conditions.refusal:
        raise platform(portal.conditions.refusal)
    return _by_webhook(portal, webhook) if webhook else _by_token(portal, auth)


def is_in_scope(caller: Caller, method: str) -> bool:
    """Return whether the caller has the scope that the method needs."""
    return not method.startswith(f"{SCOPE}.") or SCOPE in caller.scope


def require_scope(caller: Caller, method: str) -> None:
    """Refuse a caller without the scope that the method needs."""
    if is_in_scope(caller, method):
        return
    refusal = platform("insufficient_scope")
    if caller.webhook:
        text = str(refusal.text).replace("access token", "webhook token")
        raise PlatformError(refusal.status, refusal.code, text)
    raise refusal


def _by_webhook(portal: Portal, key: tuple[str, str]) -> Caller:
    webhook = portal.conditions.webhooks.get(key)
    if webhook is None:
        raise platform("NO_AUTH_FOUND")
    if webhook.refusal:
        raise platform(webhook.refusal)
    user = portal.conditions.users[webhook.user_id]
    return Caller(user, webhook.client_id, webhook.scope, webhook=True)


def _by_token(portal: Portal, token: object) -> Caller:
    grant = portal.store.grants.get(token) if isinstance(token, str) else None
    application = portal.conditions.applications.get(grant.client_id) if grant else None
    user = portal.conditions.users.get(grant.user_id) if grant else None
    if grant is None or application is None or user is None:
        raise platform("NO_AUTH_FOUND")
    if grant.refusal:
        raise platform(grant.refusal)
    if grant.access_until <= time.time():
        raise platform("expired_token")
    return Caller(user, grant.client_id, application.scope)
