"""What a portal must hold once everything has been done, told without the provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.faults.scenario import IdOf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.faults.scenario import Resource


def differences(
    resource: Resource, found: Mapping[str, Any], ids: Mapping[str, int]
) -> dict[str, tuple[Any, Any]]:
    """Tell in which properties an object of the portal is not as a program declares it.

    Args:
        resource: The resource.
        found: The object as the portal lists it.
        ids: The ids of the resources that it may refer to, by their names.

    Returns:
        What is declared and what was found, by property; a logo may be hosted anew.
    """
    declared = {
        key: ids.get(value.name) if isinstance(value, IdOf) else value
        for key, value in resource.properties.items()
        if key not in {"logo", "forceDestroy"}
    }
    declared.setdefault("description", "")
    actual = {key: _found(key, found, value) for key, value in declared.items()}
    wanted = {key: _ordered(key, value) for key, value in declared.items()}
    return {key: (value, actual[key]) for key, value in wanted.items() if value != actual[key]}


def _found(key: str, found: Mapping[str, Any], declared: Any) -> Any:
    if key == "settings":
        values = {each["code"]: each["value"] for each in found["settings"]}
        return {code: value for code, value in values.items() if value or code in declared}
    if key == "parameters":
        names = ("code", "name", "type")
        return _ordered(key, [{name: each[name] for name in names} for each in found["settings"]])
    if key == "columns":
        shown = ("name", "externalCode", "type", "visible")
        return _ordered(key, [{name: each[name] for name in shown} for each in found["fields"]])
    if key in {"connectorId", "sourceId"}:
        return int(found[key])
    return (found[key] or "") if key == "description" else found[key]


def _ordered(key: str, value: Any) -> Any:
    """Bring lists into an order of their own."""
    if key == "parameters":
        return sorted(value, key=lambda each: str(each["code"]))
    if key == "columns":
        whole = [{"visible": True, **each} for each in value]
        return sorted(whole, key=lambda each: str(each["name"]))
    return value
