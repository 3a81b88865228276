"""The sources of a stack's own portal, and which tables of each its program has."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_bxbi.adoption.errors import NotAddedError
from pulumi_bxbi.resources.inputs import portal_id
from pulumi_bxbi.resources.misspelling import nearest
from pulumi_bxbi.resources.values import InvalidInputsError
from pulumi_bxbi.stack.urns import SOURCE, TABLE, Urn, explicit_provider_of, resource_type_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pulumi_bxbi.adoption.program_text import ProgramText, WrittenSource
    from pulumi_bxbi.stack.urns import ResourceType


@dataclass(frozen=True, slots=True)
class StateSource:
    """A source in the state of a stack.

    Attributes:
        name: The resource's name.
        id: Its id on the portal.
        written: Its declaration in the program, for others to refer to; ``None`` for none.
        table_codes: The codes of the tables that the state or the program has of it.
        unclear_codes: Further codes of tables that the program has, of which its text does not show
            whether they are of this source.
    """

    name: str
    id: int
    written: WrittenSource | None
    table_codes: frozenset[str]
    unclear_codes: frozenset[str]


def sources_of(
    resources: Iterable[Mapping[str, Any]], chosen: Collection[str], program: ProgramText
) -> list[StateSource]:
    """Return sources of a state, in the order of their names.

    Args:
        resources: The resources of the state.
        chosen: The names of the sources; empty for all.
        program: What the program declares.

    Raises:
        NotAddedError: There is none on the stack's own portal, or not one of the chosen ones, or
            one has an id that no portal gives.
    """
    present = [
        each
        for each in resources
        if each.get("id") and not each.get("delete") and not each.get("pendingReplacement")
    ]
    sources, tables = _own(present, SOURCE), _own(present, TABLE)
    names = Counter(Urn.parse(each["urn"]).name for each in sources)
    for name in chosen:
        if name not in names:
            raise _unknown(name, names, present)
    if not sources:
        raise NotAddedError(
            "the state has no source of the stack's own portal, so no outside system could be "
            "asked. Declare a source, run `pulumi up`, then this command again."
        )
    # Not those of which the state has several: what refers to one could be of either.
    shown = {each for name, each in program.sources.items() if names[name] <= 1}
    unclear = {
        each.external_code
        for each in program.tables
        if not isinstance(each.source, int) and each.source not in shown
    }
    found = []
    for each in sources:
        name = Urn.parse(each["urn"]).name
        number = _portal_id(name, each["id"])
        written = program.sources.get(name) if names[name] == 1 else None
        if not chosen or name in chosen:
            codes = {*_in_state(tables, number), *_in_program(program, number, written)}
            found.append(
                StateSource(name, number, written, frozenset(codes), frozenset(unclear - codes))
            )
    return sorted(found, key=lambda each: (each.name, each.id))


def _own(resources: Iterable[Mapping[str, Any]], kind: ResourceType) -> list[Mapping[str, Any]]:
    """Return the resources of a type, without those of explicit providers."""
    return [
        each
        for each in resources
        if resource_type_of(each["urn"]) is kind and not explicit_provider_of(each)
    ]


def _in_state(tables: Iterable[Mapping[str, Any]], source_id: int) -> Iterable[str]:
    """Yield the codes of the tables that the state has of a source."""
    for each in tables:
        known = {**(each.get("inputs") or {}), **(each.get("outputs") or {})}
        if _id(known.get("sourceId")) == source_id:
            yield str(known.get("externalCode"))


def _in_program(
    program: ProgramText, source_id: int, written: WrittenSource | None
) -> Iterable[str]:
    """Yield the codes of the tables that the text of the program has of a source."""
    for each in program.tables:
        if each.source == source_id or (written and each.source == written):
            yield each.external_code


def _portal_id(name: str, value: object) -> int:
    try:
        return portal_id(SOURCE.name, value)
    except InvalidInputsError:
        raise NotAddedError(
            f"source {name} has the id {value} in the state, and the portal's ids are positive "
            "whole numbers. Remove it from the state with `pulumi state delete`, and take it in "
            "again with `bxbi import`."
        ) from None


def _id(value: Any) -> int | None:
    """Return an id; ``None`` for anything else, such as a secret."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _unknown(
    name: str, known: Iterable[str], present: Iterable[Mapping[str, Any]]
) -> NotAddedError:
    """Return the error of a source that the state does not have, or not on the stack's portal."""
    for each in present:
        if resource_type_of(each["urn"]) is SOURCE and Urn.parse(each["urn"]).name == name:
            return NotAddedError(
                f"source {name} has a provider of its own, and only those of the stack's own "
                "portal are asked. A program can look its tables up with get_external_tables."
            )
    return NotAddedError(
        f"the state has no source {name}{nearest(name, known) or '.'} It has: "
        f"{', '.join(sorted(known)) or 'none'}."
    )
