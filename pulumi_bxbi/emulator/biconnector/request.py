"""The common parts of the methods: permissions, the id of the object, the result of `add`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_bxbi.emulator.api import module_errors
from pulumi_bxbi.emulator.api.values import integer

if TYPE_CHECKING:
    from pulumi_bxbi.emulator.api.editions import Api
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


def object_id(call: Call) -> int:
    """Return the parameter `id`."""
    given = call.parameters.get("id")
    if given is None:
        raise module_errors.ID_NOT_PROVIDED.error()
    number = integer(given)
    if number is None or number < 1:
        raise module_errors.INVALID_ID_FORMAT.error()
    return number


def added(number: int, kind: str, api: Api) -> object:
    """Return the result of `add` for a new object of a kind."""
    return number if kind in api.plain_ids else {"id": number}
