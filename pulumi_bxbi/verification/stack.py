"""The endpoints of a stack: of the connectors, the sources and the tables in its state.

Addresses and values are those on the portal, because BI Builder asks with these. The columns of a
table are those that the program declares.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.external.drift import DeclaredColumn, DeclaredTable
from pulumi_bxbi.portal import Catalog
from pulumi_bxbi.portal.addresses import host_of
from pulumi_bxbi.portal.display import named, one_line
from pulumi_bxbi.resources.inputs import portal_id
from pulumi_bxbi.resources.misspelling import nearest
from pulumi_bxbi.settings.names import SettingsError
from pulumi_bxbi.stack.provider_configuration import settings_in_state
from pulumi_bxbi.stack.secrets import plain
from pulumi_bxbi.stack.state import objects_in, require_same_portal
from pulumi_bxbi.stack.urns import (
    CONNECTOR,
    SOURCE,
    TABLE,
    TYPES,
    Urn,
    explicit_provider_of,
    resource_type_of,
)
from pulumi_bxbi.verification.arguments import ArgumentError
from pulumi_bxbi.verification.findings import Finding, Rule, Severity, Verified
from pulumi_bxbi.verification.subject import Parameter, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pulumi_bxbi.portal import Connector, Portal, Source
    from pulumi_bxbi.resources.values import Properties
    from pulumi_bxbi.settings.loading import Settings
    from pulumi_bxbi.stack.pulumi_command import Stack
    from pulumi_bxbi.stack.urns import ResourceType

#: A connector alone lacks the values that its endpoints want.
NO_SOURCE: Final = Rule(
    "no-source",
    Severity.UNKNOWN,
    "Endpoints are asked with the values of a source, if the connector declares parameters.",
    "declare a source of the connector, or give its endpoints and values to `bxbi verify --urls`",
)
#: The portal and the state do not agree.
NOT_ON_PORTAL: Final = Rule(
    "not-on-portal",
    Severity.UNKNOWN,
    "A source and its connector are on the portal, which has the addresses and the values.",
    "run `pulumi refresh`, which shows what is gone, then `pulumi up`",
)
#: The rules that a stack may not keep, whatever its endpoints do.
STACK_RULES: Final = (NO_SOURCE, NOT_ON_PORTAL)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be verified of a stack.

    Attributes:
        subjects: The endpoints with the values of each source.
        untried: The result for what cannot be tried.
    """

    subjects: tuple[Subject, ...]
    untried: tuple[Verified, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """A resource in the state.

    Attributes:
        kind: Its type.
        id: The id of its object.
        name: Its name in the program.
        provider: The URN of its explicit provider; empty where it has none.
        properties: Its inputs, and its outputs where the program gives no input.
    """

    kind: ResourceType
    id: int
    name: str
    provider: str
    properties: Properties = field(repr=False)

    @property
    def shown(self) -> str:
        """The object for people: ``source 42 "CRM"``."""
        return named(self.kind.kind, self.id, self.properties.get(self.kind.label, ""))

    @property
    def key(self) -> tuple[str, str, int]:
        """The kind, the provider and the id."""
        return (self.kind.kind, self.provider, self.id)

    @property
    def owner(self) -> tuple[str, str, int] | None:
        """The kind, the provider and the id of its owner; ``None`` where it has none."""
        owner = self.kind.lifecycle.owner
        if owner is None:
            return None
        number = portal_id(self.kind.name, self.properties[owner.reference])
        return (owner.kind, self.provider, number)


def chosen_in(
    stack: Stack, names: Sequence[str], tell: Callable[[str], None], *, only_tables: bool
) -> Chosen:
    """Return what is to be verified of a stack.

    Args:
        stack: The stack.
        names: The names in the program of the resources that are chosen: connectors with their
            sources, sources with their tables, and tables; empty for all.
        tell: Takes each line about what goes on.
        only_tables: Whether connectors that no source in the state belongs to are left out.

    Raises:
        ArgumentError: The state has no resource of a name.
        StackError: The state cannot be read.
        SettingsError: A setting is wrong, or a portal must not be asked.
        PortalError: A portal does not answer, or the state is of another one.
        MemoryUnreadableError: A newer version of this package wrote the state, or it is damaged.
    """
    resources = stack.export().get("resources") or ()
    chosen = _chosen(tuple(_held(resources)), names)
    providers = sorted({each.provider for each in chosen})  # the stack's own one first
    found = []
    for provider in providers:
        settings = settings_in_state(provider, resources) if provider else stack.settings()
        of_portal = [each for each in chosen if each.provider == provider]
        with closing(_connected(settings, tell)) as portal:
            catalog = Catalog(portal)
            require_same_portal(objects_in(resources, provider), catalog.identity)
            suffix = f" on {host_of(portal.address)}" if len(providers) > 1 else ""
            found.append(_Portal.read(catalog, suffix, only_tables).chosen(of_portal))
    return Chosen(
        tuple(each for one in found for each in one.subjects),
        tuple(each for one in found for each in one.untried),
    )


def _held(resources: Iterable[Mapping[str, Any]]) -> Iterable[_Held]:
    for each in resources:
        kind = resource_type_of(each["urn"])
        if kind is None or each.get("delete") or each.get("pendingReplacement"):
            continue
        properties = plain({**(each.get("outputs") or {}), **(each.get("inputs") or {})})
        number = portal_id(kind.name, each.get("id"))
        name = Urn.parse(each["urn"]).name
        yield _Held(kind, number, name, explicit_provider_of(each), properties)


def _chosen(held: Sequence[_Held], names: Sequence[str]) -> list[_Held]:
    """Return the resources of some names, with those that they own."""
    known = {each.name for each in held}
    for name in names:
        if name not in known:
            raise ArgumentError(
                one_line(
                    f"--only {name}: the state has no connector, source or table of this name"
                    f"{nearest(name, known) or '.'} Give the name that it has in the program."
                )
            )
    chosen: dict[tuple[str, str, int], _Held] = {}
    for kind in TYPES:
        for each in held:
            is_chosen = not names or each.name in names or each.owner in chosen
            if each.kind is kind and is_chosen:
                chosen[each.key] = each
    return list(chosen.values())


def _connected(settings: Settings, tell: Callable[[str], None]) -> Portal:
    """Return a client of a portal, which may be asked."""
    if settings.misspelt:
        tell(f"Warning: {settings.misspelt}.")
    if settings.offline:
        raise SettingsError(
            "the portal, which has the addresses and the values, must not be asked, because "
            "BXBI_OFFLINE (or bxbi:offline) is set: unset it for this command."
        )
    portal = settings.connect()
    tell(f"Asking {portal.address} for addresses and values ...")
    return portal


@dataclass(frozen=True, slots=True)
class _Portal:
    """The connectors and sources of a portal.

    Attributes:
        connectors: The connectors by their ids.
        sources: The sources by their ids.
        suffix: What names of subjects end with, where there are several portals.
        only_tables: Whether connectors that no source in the state belongs to are left out.
    """

    connectors: Mapping[int, Connector]
    sources: Mapping[int, Source]
    suffix: str
    only_tables: bool

    @classmethod
    def read(cls, catalog: Catalog, suffix: str, only_tables: bool) -> _Portal:  # noqa: FBT001
        """Read them, in as few calls as their lists allow."""
        return cls(
            {each.id: each for each in catalog.connectors.list({})},
            {each.id: each for each in catalog.sources.list({})},
            suffix,
            only_tables,
        )

    def chosen(self, held: Sequence[_Held]) -> Chosen:
        """Return what is to be verified of some resources."""
        tables: defaultdict[int, list[DeclaredTable]] = defaultdict(list)
        shown: dict[int, str] = {}
        for each in held:
            if each.kind is SOURCE:
                shown[each.id] = each.shown
            if each.kind is TABLE and each.owner:
                tables[each.owner[2]].append(_declared(each))
        numbers = dict.fromkeys([*shown, *tables])
        found = [
            self._of_source(number, shown.get(number, f"source {number}"), tuple(tables[number]))
            for number in numbers
        ]
        used = {each.owner for each in held}
        found += [
            self._of_connector(each)
            for each in held
            if each.kind is CONNECTOR and each.key not in used and not self.only_tables
        ]
        return Chosen(
            tuple(each for each in found if isinstance(each, Subject)),
            tuple(each for each in found if isinstance(each, Verified)),
        )

    def _of_source(
        self, number: int, shown: str, tables: tuple[DeclaredTable, ...]
    ) -> Subject | Verified:
        source = self.sources.get(number)
        if source is None:
            return self._untried(
                NOT_ON_PORTAL, shown, "The portal has no such source for this application."
            )
        name = named("source", number, source.title)
        connector = self.connectors.get(source.connector_id)
        if connector is None:
            came = f"The portal has no connector {source.connector_id} for this application."
            return self._untried(NOT_ON_PORTAL, name, came)
        return self._subject(name, connector, source.values(), tables)

    def _of_connector(self, held: _Held) -> Subject | Verified:
        connector = self.connectors.get(held.id)
        if connector is None:
            return self._untried(
                NOT_ON_PORTAL, held.shown, "The portal has no such connector for this application."
            )
        name = named("connector", held.id, connector.title)
        if connector.parameters:
            codes = ", ".join(each.code for each in connector.parameters)
            came = f"The state has no source of it, so there are no values for {codes}."
            return self._untried(NO_SOURCE, name, came)
        return self._subject(name, connector, {}, None)

    def _subject(
        self,
        name: str,
        connector: Connector,
        values: Mapping[str, str],
        tables: tuple[DeclaredTable, ...] | None,
    ) -> Subject:
        return Subject(
            f"{name}{self.suffix}",
            connector.url_check,
            connector.url_table_list,
            connector.url_table_description,
            connector.url_data,
            tuple(
                Parameter(each.code, each.type, values.get(each.code, ""))
                for each in connector.parameters
            ),
            tables,
        )

    def _untried(self, rule: Rule, shown: str, came: str) -> Verified:
        name = f"{shown}{self.suffix}"
        return Verified(name, (Finding(rule, name, "", "", "", one_line(came)),))


def _declared(table: _Held) -> DeclaredTable:
    properties = table.properties
    return DeclaredTable(
        table.shown,
        properties["externalCode"],
        tuple(
            DeclaredColumn(each["name"], each["externalCode"], each["type"])
            for each in properties["columns"]
        ),
    )
