"""The inputs with which a program describes an object that exists on the portal already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_bxbi.portal import NotFound
from pulumi_bxbi.portal.identity import PortalIdentity
from pulumi_bxbi.resources.inputs import portal_id
from pulumi_bxbi.resources.memory import Memory
from pulumi_bxbi.resources.values import State

if TYPE_CHECKING:
    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.resources.lifecycle import Lifecycle
    from pulumi_bxbi.resources.values import Properties


def adopted(lifecycle: Lifecycle[Any], object_id: str, catalog: Catalog) -> State:
    """Read an object that no state has, with the inputs with which a program describes it.

    Args:
        lifecycle: What the object means.
        object_id: Its id on the portal.
        catalog: The portal's objects.

    Raises:
        InvalidInputsError: It is no id of the portal.
        NotFound: There is no such object for this application.
        PortalError: The portal did not say.
    """
    number = portal_id(lifecycle.resource, object_id)
    found = lifecycle.collection(catalog).read_shared(number)
    inputs, _ = described(lifecycle, found, catalog)
    memory = Memory().of(catalog.identity.to_remember(PortalIdentity()))
    memory = lifecycle.written_memory(found, inputs, lifecycle.fields(inputs), memory)
    known = {**lifecycle.to_inputs(found), **_with_defaults(lifecycle, inputs)}
    outputs = {**known, **lifecycle.computed(found)}
    return State(str(found.id), outputs, memory, inputs)


def described(
    lifecycle: Lifecycle[Any], found: PortalObject, catalog: Catalog
) -> tuple[Properties, tuple[str, ...]]:
    """Return the inputs with which a program describes an object in the shortest way.

    Args:
        lifecycle: What the object means.
        found: The object as it is on the portal.
        catalog: The portal's objects.

    Returns:
        The inputs without those that are as if they were not given, by their names in the state;
        and the settings that stay out, because the connector does not declare them, so that its
        sources cannot give them.

    Raises:
        PortalError: The portal did not say what the connector declares.
    """
    inputs = _shortest(lifecycle, found)
    if "logo" in inputs:
        inputs["logo"] = _address_of(inputs["logo"], catalog.address)
    undeclared = _undeclared(inputs, catalog)
    for code in undeclared:
        del inputs["settings"][code]
    return inputs, undeclared


def _shortest(lifecycle: Lifecycle[Any], found: PortalObject) -> Properties:
    fields = {str(each.alias): each for each in lifecycle.inputs.model_fields.values()}
    # A source that is given no `active` is active.
    defaults = {name: True if name == "active" else each.default for name, each in fields.items()}
    inputs = {
        name: value
        for name, value in lifecycle.to_inputs(found).items()
        if fields[name].is_required() or value != defaults[name]
    }
    if isinstance(inputs.get("settings"), dict):
        inputs["settings"] = {code: value for code, value in inputs["settings"].items() if value}
    for column in inputs.get("columns", ()):
        if column["visible"]:
            del column["visible"]
    return inputs


def _with_defaults(lifecycle: Lifecycle[Any], inputs: Properties) -> Properties:
    """Return inputs with the values that count where they are not given."""
    fields = lifecycle.inputs.model_fields.values()
    defaults = {
        str(each.alias): each.default
        for each in fields
        if not each.is_required()
        and each.default is not None
        and each.alias not in lifecycle.state_only
    }
    complete = {**defaults, **inputs}
    if "columns" in complete:
        complete["columns"] = [{"visible": True, **each} for each in complete["columns"]]
    return complete


def _address_of(logo: str, portal: str) -> str:
    """Return a logo that is a path on the portal with the portal's address."""
    return f"{portal}{logo}" if logo.startswith("/") else logo


def _undeclared(inputs: Properties, catalog: Catalog) -> tuple[str, ...]:
    if not inputs.get("settings"):
        return ()
    try:
        connector = catalog.declared(inputs["connectorId"])
    except NotFound:
        return ()
    return tuple(code for code in inputs["settings"] if connector and not connector.parameter(code))
