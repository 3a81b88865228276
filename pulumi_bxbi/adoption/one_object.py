"""The import of one object into a stack, under a name that the user gives."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_bxbi.adoption.applying import applied, deferred_interrupts
from pulumi_bxbi.adoption.entries import entry_in
from pulumi_bxbi.adoption.errors import NotImportedError
from pulumi_bxbi.adoption.language import language_for
from pulumi_bxbi.adoption.names import Names
from pulumi_bxbi.adoption.placement import current_project
from pulumi_bxbi.adoption.plan import Adopted, Plan, failures_of
from pulumi_bxbi.portal import Catalog, NotFound
from pulumi_bxbi.resources.description import described
from pulumi_bxbi.resources.secrets import secrets_of
from pulumi_bxbi.stack.secrets import plain
from pulumi_bxbi.stack.state import objects_in, require_same_portal
from pulumi_bxbi.stack.urns import Urn, explicit_provider_of, resource_type_of, types_below

if TYPE_CHECKING:
    from pulumi_bxbi.adoption.language import Language
    from pulumi_bxbi.resources.values import Failure, Properties
    from pulumi_bxbi.stack.pulumi_command import Stack
    from pulumi_bxbi.stack.urns import ResourceType


@dataclass(frozen=True, slots=True)
class Import:
    """The result of an import.

    Attributes:
        adopted: The object as the stack has it.
        language: The language of the program.
        was_there: Whether the state had it already.
        failures: Why a preview will refuse it.
        missing: The keys of secrets that the stack's configuration does not have.
        owner: The name in the program of the resource that it belongs to; empty where the stack
            does not have it.
    """

    adopted: Adopted
    language: Language
    was_there: bool = False
    failures: tuple[Failure, ...] = ()
    missing: frozenset[str] = frozenset()
    owner: str = ""


def import_object(
    kind: ResourceType, object_id: int, name: str, parent: str, stack: Stack
) -> Import:
    """Take one object into the state, and its secrets into the configuration.

    Its declaration for the program is known before anything changes. A repeated import returns it
    again, from the state.

    Args:
        kind: The type of its resource.
        object_id: Its id on the portal.
        name: The resource's name in the program.
        parent: The URN of its parent; empty for the stack itself.
        stack: The stack.

    Raises:
        NotImportedError: The project's program is neither in Python nor in YAML; or the state has
            the object or the name already, or lacks the parent; or the portal has no such object
            for this application.
        PortalError: The object could not be read.
        SettingsError: A setting is wrong or missing.
        StackError: Pulumi refused or failed.
    """
    command = f"pulumi import {kind.schema_token} {shlex.quote(name)} {object_id}{stack.option}"
    instead = f"Run `{command}`, which prints what to write into the program."
    language = language_for(current_project(), None, "bxbi import", instead)
    resources = stack.export().get("resources", [])
    if recorded := _recorded(kind, object_id, name, parent, resources):
        adopted = _in_state(kind, recorded, stack)
        missing = frozenset(adopted.keys.values()) - frozenset(stack.configured())
        owner = _owner(adopted, resources)
        return Import(adopted, language, was_there=True, missing=missing, owner=owner)
    catalog = Catalog(stack.settings().connect())
    require_same_portal(objects_in(resources), catalog.identity)
    _refuse_taken(kind, object_id, name, parent, resources)
    names = (Urn.parse(each["urn"]).name for each in resources)
    keys = Names({*stack.configured(), *names})
    adopted = _described(kind, object_id, name, catalog, keys)
    failures = failures_of(kind, adopted.inputs, catalog, language)
    entries = [entry_in(language, adopted, parent, catalog)]
    found = Plan((adopted,), (), 0)
    with (
        deferred_interrupts() as stop_if_interrupted,
        applied(stack, found, entries, stop_if_interrupted, protect=False),
    ):
        stop_if_interrupted()
    return Import(adopted, language, failures=failures, owner=_owner(adopted, resources))


def _described(
    kind: ResourceType, object_id: int, name: str, catalog: Catalog, keys: Names
) -> Adopted:
    """Return an object as it is on the portal, with new keys for its secrets."""
    try:
        found = kind.lifecycle.collection(catalog).get(object_id)
    except NotFound as error:
        raise NotImportedError(
            f"{catalog.address} has no {kind.lifecycle.kind} {object_id} for this application, so "
            f"nothing was imported. (The portal said: {error.code}: {error.description}) An object "
            "belongs to the application that made it: others cannot see it."
        ) from None
    inputs, undeclared = described(kind.lifecycle, found, catalog)
    return Adopted(
        kind=kind,
        id=object_id,
        label=found.label,
        name=name,
        variable="",
        inputs=inputs,
        keys={
            secret: keys.key(name, secret) for secret in secrets_of(kind.lifecycle.inputs, inputs)
        },
        owner=None,
        undeclared=undeclared,
    )


def _owner(adopted: Adopted, resources: list[Properties]) -> str:
    """Return the name of the resource that an object belongs to; empty where the state has none."""
    owner = adopted.kind.lifecycle.owner
    if owner is None:
        return ""
    owners = (
        Urn.parse(each["urn"]).name
        for each in resources
        if (known := resource_type_of(each["urn"]))
        and known.lifecycle.kind == owner.kind
        and not explicit_provider_of(each)
        and each.get("id") == str(int(adopted.inputs[owner.reference]))
    )
    return next(owners, "")


def _in_state(kind: ResourceType, recorded: Properties, stack: Stack) -> Adopted:
    """Return an object as it is in the state, with the keys that hold its secrets already."""
    name = Urn.parse(recorded["urn"]).name
    given = plain(recorded.get("inputs") or {})
    inputs = {
        each: given[each] for each in kind.lifecycle.input_names() if given.get(each) is not None
    }
    secrets = secrets_of(kind.lifecycle.inputs, inputs)
    known = stack.values(Urn.parse(recorded["urn"]).project)
    keys = Names(key for key in stack.configured() if known.get(key) not in secrets.values())
    return Adopted(
        kind=kind,
        id=int(recorded["id"]),
        label=str(inputs.get(kind.lifecycle.label, "")),
        name=name,
        variable="",
        inputs=inputs,
        keys={secret: keys.key(name, secret) for secret in secrets},
        owner=None,
    )


def _recorded(
    kind: ResourceType, object_id: int, name: str, parent: str, resources: list[Properties]
) -> Properties | None:
    """Return the resource in the state that is the object, under this name and parent."""
    if parent and all(each["urn"] != parent for each in resources):
        return None
    wanted = _places(kind, name, parent)
    for each in resources:
        is_wanted = Urn.parse(each["urn"]).in_stack in wanted and not explicit_provider_of(each)
        if is_wanted and each.get("id") == str(object_id):
            return each
    return None


def _places(kind: ResourceType, name: str, parent: str) -> set[tuple[str, str]]:
    """Return the types and the name of a resource, of the dynamic provider and of the plugin."""
    tokens = (kind.token, kind.schema_token)
    return {(types_below(token, parent), name) for token in tokens}


def _refuse_taken(
    kind: ResourceType, object_id: int, name: str, parent: str, resources: list[Properties]
) -> None:
    if parent and all(each["urn"] != parent for each in resources):
        raise NotImportedError(
            f"the stack has no resource {parent} that could be the parent, so nothing was "
            "imported. `pulumi stack --show-urns` lists those that it has."
        )
    wanted = _places(kind, name, parent)
    for each in resources:
        urn = Urn.parse(each["urn"])
        is_here = resource_type_of(each["urn"]) is kind and not explicit_provider_of(each)
        if is_here and each.get("id") == str(object_id):
            raise NotImportedError(
                f"{kind.lifecycle.kind} {object_id} is in the state already, as {urn.name}. "
                "Nothing was imported."
            )
        if urn.in_stack in wanted:
            raise NotImportedError(
                f"{name} is in the state already: it is {kind.lifecycle.kind} {each.get('id')}. "
                "Nothing was imported. Give another --name."
            )
