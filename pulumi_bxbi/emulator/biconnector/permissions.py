"""Who may call a method: the permissions that each edition of the API requires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_bxbi.emulator.api import module_errors

if TYPE_CHECKING:
    from pulumi_bxbi.emulator.state.portal import Call


def admit(call: Call, method: str) -> None:
    """Refuse a webhook, or a user without the permissions that the edition requires.

    The four methods `*.fields`, which describe the schemas, accept webhooks in both editions.
    """
    describes = method.count(".") == 2 and method.endswith(".fields")  # noqa: PLR2004
    if call.caller.webhook and not (describes or call.api.webhooks_write):
        raise module_errors.ACCESS_DENIED.error()
    if describes and not call.api.fields_need_permissions:
        return
    if not call.api.permissions <= call.caller.user.permissions:
        raise module_errors.ACCESS_DENIED.error()
