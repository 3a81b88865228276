"""The plan of an import: the objects with their names, and those that are left out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pulumi_bxbi.adoption.language import Language
from pulumi_bxbi.adoption.logo import LogoFile, file_of
from pulumi_bxbi.adoption.names import RESERVED, RESERVED_IN_YAML, Names
from pulumi_bxbi.adoption.python_source import literal
from pulumi_bxbi.portal.addresses import holds_secret
from pulumi_bxbi.resources.description import described
from pulumi_bxbi.resources.secrets import secrets_of
from pulumi_bxbi.resources.values import Failure
from pulumi_bxbi.stack.urns import (
    CONNECTOR,
    TABLE,
    TYPES,
    Urn,
    explicit_provider_of,
    resource_type_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pulumi_bxbi.adoption.reading import Found
    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.resources.values import Properties
    from pulumi_bxbi.stack.urns import ResourceType


@dataclass(frozen=True, slots=True)
class Adopted:
    """An object that becomes part of the program.

    Attributes:
        kind: The type of its resource.
        id: Its id on the portal.
        label: Its title or name.
        name: The resource's name.
        variable: The variable of the program; empty for a table.
        inputs: Its inputs as the state will have them, secrets in plain text.
        keys: The key of the configuration for each of its secrets: a source's settings by their
            codes, a connector's addresses by their names in the state.
        owner: The object that it belongs to, where the program declares that too.
        logo: The image that gets a file of its own.
        undeclared: Settings that are left out, because the connector no longer declares them.
    """

    kind: ResourceType
    id: int
    label: str
    name: str
    variable: str
    inputs: Properties = field(repr=False)
    keys: Mapping[str, str]
    owner: Adopted | None
    logo: LogoFile | None = field(default=None, repr=False)
    undeclared: tuple[str, ...] = ()

    @property
    def logo_file(self) -> str:
        """The name of the file of its logo, beside the program; empty where it gets none."""
        return f"{self.name}{self.logo.suffix}" if self.logo else ""

    def secrets(self) -> dict[str, str]:
        """Return the values of the configuration's keys."""
        values = secrets_of(self.kind.lifecycle.inputs, self.inputs)
        return {key: values[name] for name, key in self.keys.items()}


class LeftOut(NamedTuple):
    """An object that does not become part of the program.

    Attributes:
        kind: ``connector``, ``source`` or ``table``.
        id: Its id on the portal.
        label: Its title or name.
        reasons: Why it is left out.
    """

    kind: str
    id: int
    label: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of an import.

    Attributes:
        adopted: The objects to import: each connector, followed by its sources and their tables.
        left_out: The objects that the provider's own checks would refuse.
        managed: How many objects are in the state already.
    """

    adopted: Sequence[Adopted]
    left_out: Sequence[LeftOut]
    managed: int

    def secrets(self) -> dict[str, str]:
        """Return the values of the configuration's keys."""
        return {key: value for each in self.adopted for key, value in each.secrets().items()}


class Managed:
    """The objects, names and keys that a stack has already.

    Args:
        resources: The resources of its state.
        keys: The keys of its configuration, without a namespace.
    """

    def __init__(self, resources: Iterable[Properties], keys: Iterable[str]) -> None:
        ours = [(each, known) for each in resources if (known := resource_type_of(each["urn"]))]
        urns = [(known, Urn.parse(each["urn"])) for each, known in ours]
        #: The ids on the stack's own portal: an explicit provider may lead to another one.
        self.ids = {
            (known.token, str(each.get("id")))
            for each, known in ours
            if not explicit_provider_of(each)
        }
        #: The names at the root of the stack, where objects are imported.
        self.names = {
            kind.token: {urn.name for known, urn in urns if known is kind and urn.types == urn.type}
            for kind in TYPES
        }
        self.keys = frozenset(keys)


def plan(found: Found, catalog: Catalog, managed: Managed, language: Language) -> Plan:
    """Return the plan of an import.

    Args:
        found: The objects of the portal.
        catalog: The catalog that they were read from.
        managed: The objects, names and keys that the stack has already.
        language: The language of the program.

    Raises:
        PortalError: A connector of another application could not be read.
    """
    for connector in found.all_connectors:
        # So each source is checked without a read of its connector.
        catalog.plan(connector.id, connector)
    adoption = _Adoption(catalog, managed, language)
    for kind, objects in zip(TYPES, found.objects, strict=True):
        for each in objects:
            adoption.take(kind, each)
    return Plan(list(adoption.in_order()), adoption.left_out, adoption.managed_count)


class _Adoption:
    """Plans one object after the other, owners before their dependents."""

    def __init__(self, catalog: Catalog, managed: Managed, language: Language) -> None:
        self.left_out: list[LeftOut] = []
        self.managed_count = 0
        self._catalog = catalog
        self._managed = managed
        self._language = language
        self._adopted: dict[tuple[str, int], Adopted] = {}
        self._names = {token: Names(names) for token, names in managed.names.items()}
        self._variables = Names(RESERVED)
        self._keys = Names(managed.keys)
        if language is Language.YAML:
            # A program in YAML refers to its resources and to the configuration in the same way.
            taken = RESERVED_IN_YAML.union(managed.keys, *managed.names.values())
            self._keys = Names(taken, tells_kinds=True)
            self._names = dict.fromkeys(managed.names, self._keys)

    def in_order(self) -> Iterator[Adopted]:
        """Yield each object, followed by those that belong to it."""
        hanging: dict[int, list[Adopted]] = defaultdict(list)
        for each in self._adopted.values():
            hanging[id(each.owner)].append(each)

        def behind(owner: Adopted | None) -> Iterator[Adopted]:
            for each in hanging[id(owner)]:
                yield each
                yield from behind(each)

        return behind(None)

    def take(self, kind: ResourceType, found: PortalObject) -> None:
        """Plan one object.

        Raises:
            PortalError: Its connector could not be read.
        """
        if (kind.token, str(found.id)) in self._managed.ids:
            self.managed_count += 1
            return
        inputs, undeclared = described(kind.lifecycle, found, self._catalog)
        file = file_of(inputs["logo"]) if kind is CONNECTOR else None
        if file:
            inputs["logo"] = file.uri
        failures = failures_of(kind, inputs, self._catalog, self._language)
        if failures:
            reasons = tuple(each.reason for each in failures)
            self.left_out.append(LeftOut(kind.lifecycle.kind, found.id, found.label, reasons))
            return
        noun = kind.lifecycle.kind
        name = self._names[kind.token].resource(found.label, noun, found.id)
        self._adopted[noun, found.id] = Adopted(
            kind=kind,
            id=found.id,
            label=found.label,
            name=name,
            variable="" if kind is TABLE else self._variables.variable(name, noun),
            inputs=inputs,
            keys={
                secret: self._keys.key(name, secret)
                for secret in secrets_of(kind.lifecycle.inputs, inputs)
            },
            owner=self._owner(kind, inputs),
            logo=file,
            undeclared=undeclared,
        )

    def _owner(self, kind: ResourceType, inputs: Properties) -> Adopted | None:
        owner = kind.lifecycle.owner
        return self._adopted.get((owner.kind, inputs[owner.reference])) if owner else None


def failures_of(
    kind: ResourceType, inputs: Properties, catalog: Catalog, language: Language
) -> tuple[Failure, ...]:
    """Return why a program could not have these inputs.

    Args:
        kind: The type of their resource.
        inputs: The inputs, by their names in the state.
        catalog: The portal's objects.
        language: The language of the program.

    Raises:
        PortalError: The connector could not be read.
    """
    logo = inputs.get("logo")
    if logo and not logo.startswith(("https://", "http://", "data:")):
        # A check would take it for the name of a file on this machine.
        shown = "" if holds_secret(logo) else f", but {literal(logo)}"
        reason = f"logo is neither an address nor a data URI{shown}."
        return (Failure("logo", reason),)
    return kind.lifecycle.spelt(language.spelling).judge(inputs, catalog).failures
