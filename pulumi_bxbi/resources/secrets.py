"""What of an object is secret, whether or not the program says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_bxbi.portal.addresses import holds_secret
from pulumi_bxbi.resources.connector import ADDRESSES

if TYPE_CHECKING:
    from collections.abc import Mapping


def secrets_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the secrets among the inputs or outputs of an object.

    Args:
        properties: The inputs or outputs, by their names in the state.

    Returns:
        All settings of a source by their codes, or those addresses of a connector by their names in
        the state that may hold a secret.
    """
    settings = properties.get("settings")
    if isinstance(settings, dict):
        return dict(settings)
    addresses = {name: properties.get(name) for name in ADDRESSES}
    return {
        name: address
        for name, address in addresses.items()
        if isinstance(address, str) and holds_secret(address)
    }
