"""What of an object is secret, whether or not the program says so.

The models of the inputs say which inputs are, or may hold, a secret.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pulumi_bxbi.portal.addresses import holds_secret
from pulumi_bxbi.resources.inputs import SECRET_VALUES, Secrecy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_bxbi.resources.inputs import Inputs


def secrets_of(model: type[Inputs], properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the secrets among the inputs or outputs of an object.

    Args:
        model: The inputs of the resource.
        properties: The inputs or outputs, by their names in the state.

    Returns:
        All values of a mapping of secrets by their keys, and those texts that do hold a secret by
        the names of their properties.
    """
    secrets: dict[str, Any] = {}
    for name, secrecy in _secrecy(model).items():
        value = properties.get(name)
        if secrecy is SECRET_VALUES and isinstance(value, dict):
            secrets |= value
        elif isinstance(value, str) and holds_secret(value):
            secrets[name] = value
    return secrets


def with_secrets(
    model: type[Inputs], properties: Mapping[str, Any], mark: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return the inputs or outputs of an object with its secrets marked.

    Args:
        model: The inputs of the resource.
        properties: The inputs or outputs, by their names in the state.
        mark: Marks a value as a secret.
    """
    secrets = {key: mark(value) for key, value in secrets_of(model, properties).items()}
    marked = dict(properties)
    for name, secrecy in _secrecy(model).items():
        value = properties.get(name)
        if secrecy is SECRET_VALUES and isinstance(value, dict):
            marked[name] = {key: secrets[key] for key in value}
        elif name in secrets:
            marked[name] = secrets[name]
    return marked


@cache
def _secrecy(model: type[Inputs]) -> Mapping[str, Secrecy]:
    """Return the secrecy of those inputs that have one."""
    return {
        str(field.alias): each
        for field in model.model_fields.values()
        for each in field.metadata
        if isinstance(each, Secrecy)
    }
