"""The objects of a portal that are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_bxbi.portal import Catalog, Connector, Source, Table


class Choice(NamedTuple):
    """The ids of the objects that are wanted, each with all that depends on it.

    Without any everything is wanted.
    """

    connectors: frozenset[int] = frozenset()
    sources: frozenset[int] = frozenset()
    tables: frozenset[int] = frozenset()


class Found(NamedTuple):
    """Objects of a portal.

    Attributes:
        objects: The connectors, the sources and the tables that are wanted, whole.
        all_connectors: All connectors that there are.
        missing: What was wanted by its id and is not there, such as ``source 42``.
    """

    objects: tuple[Sequence[Connector], Sequence[Source], Sequence[Table]]
    all_connectors: Sequence[Connector]
    missing: Sequence[str] = ()


def read(catalog: Catalog, choice: Choice) -> Found:
    """Read the objects that are wanted.

    Args:
        catalog: The portal's objects, of a run of its own.
        choice: Which ones are wanted.

    Raises:
        NotFound: One was deleted meanwhile.
        PortalError: The portal did not say.
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
