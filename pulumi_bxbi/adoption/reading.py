"""Reads the requested objects of a portal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_bxbi.portal import Catalog, Connector, Source, Table


class Choice(NamedTuple):
    """The ids of the requested objects, each with its dependents.

    Without any ids, all objects are requested.
    """

    connectors: frozenset[int] = frozenset()
    sources: frozenset[int] = frozenset()
    tables: frozenset[int] = frozenset()


class Found(NamedTuple):
    """Objects of a portal.

    Attributes:
        objects: The requested connectors, sources and tables, with all their details.
        all_connectors: All connectors of the application.
        missing: The requested objects that do not exist, such as ``source 42``.
    """

    objects: tuple[Sequence[Connector], Sequence[Source], Sequence[Table]]
    all_connectors: Sequence[Connector]
    missing: Sequence[str] = ()


def read(catalog: Catalog, choice: Choice) -> Found:
    """Read the requested objects.

    Args:
        catalog: The portal's objects, of a run of its own.
        choice: The ids of the requested objects.

    Raises:
        NotFound: One was deleted meanwhile.
        PortalError: They could not be read.
    """
    everything = not any(choice)
    all_connectors = list(catalog.connectors.list({}))
    connectors = [each.id for each in all_connectors if everything or each.id in choice.connectors]
    sources = [
        each.id
        for each in catalog.sources.list({})
        if everything or each.id in choice.sources or each.connector_id in connectors
    ]
    tables = [
        each.id
        for each in catalog.tables.list({})
        if everything or each.id in choice.tables or each.source_id in sources
    ]
    missing = [
        f"{kind} {object_id}"
        for kind, wanted, found in zip(
            ("connector", "source", "table"), choice, (connectors, sources, tables), strict=True
        )
        for object_id in sorted(wanted - set(found))
    ]
    whole = (
        [catalog.connectors.read_shared(each) for each in connectors],
        [catalog.sources.read_shared(each) for each in sources],
        [catalog.tables.read_shared(each) for each in tables],
    )
    return Found(whole, all_connectors, missing)
