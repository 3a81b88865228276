"""The functions of the package, which look up objects on the portal and tables outside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pulumi_bxbi.deployment.external_tables import (
    ExternalTableArguments,
    ExternalTablesArguments,
    asked_for_external,
    find_external_table,
    find_external_tables,
)
from pulumi_bxbi.deployment.lookup import asked_for_all, asked_for_one, find_all, find_one
from pulumi_bxbi.resources.secrets import with_secrets
from pulumi_bxbi.stack.secrets import secret_output
from pulumi_bxbi.stack.urns import CONNECTOR, SOURCE, TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.deployment.external_tables import ExternalTable
    from pulumi_bxbi.deployment.reader import Reader
    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.resources.lifecycle import Lifecycle
    from pulumi_bxbi.resources.values import Properties


@dataclass(frozen=True, slots=True)
class ObjectFunction:
    """A function that looks up objects on the portal.

    Attributes:
        lifecycle: The lifecycle of the objects that it finds.
        meaning: What it does, for people.
        arguments: The meaning of each argument, by its name.
        results: The property of its answer that holds a list of objects; empty where the answer is
            one object.
    """

    lifecycle: Lifecycle[Any]
    meaning: str
    arguments: Mapping[str, str]
    results: str = ""

    def call(self, arguments: Mapping[str, Any], reader: Reader) -> Properties:
        """Answer a call.

        Args:
            arguments: The arguments in plain text.
            reader: Reads the portal.

        Raises:
            LookupFailedError: There is no such object, or there are several; or the arguments are
                invalid.
            PortalError: The objects could not be read.
        """
        given = {name: arguments.get(name) for name in self.arguments}
        if self.results:
            found = find_all(self.lifecycle, reader.catalog, asked_for_all(given))
            return {self.results: [self._answer(each) for each in found]}
        asked = asked_for_one(self.lifecycle, given)
        return self._answer(find_one(self.lifecycle, reader.catalog, asked))

    def _answer(self, found: PortalObject) -> Properties:
        """Return the properties of an object; those that an older portal lacks are empty."""
        inputs = self.lifecycle.to_inputs(found)
        fields = self.lifecycle.inputs.model_fields.values()
        empty = {
            str(each.alias): each.default
            for each in fields
            if not (each.is_required() or each.alias in self.lifecycle.state_only)
        }
        return {
            "id": found.id,
            **with_secrets(self.lifecycle.inputs, {**empty, **inputs}, secret_output),
            **self.lifecycle.computed(found),
        }


@dataclass(frozen=True, slots=True)
class ExternalFunction:
    """A function that looks up tables that an outside system offers.

    Attributes:
        meaning: What it does, for people.
        arguments: The model of its arguments.
        results: The property of its answer that holds a list of tables; empty where the answer is
            one table.
    """

    meaning: str
    arguments: type[ExternalTablesArguments]
    results: str = ""

    def call(self, arguments: Mapping[str, Any], reader: Reader) -> Properties:
        """Answer a call.

        Args:
            arguments: The arguments in plain text.
            reader: Reads the portal and the outside system.

        Raises:
            LookupFailedError: There is no such table, or the endpoints gave no usable answer; or
                the arguments are invalid.
            PortalError: The source or the connector could not be read.
        """
        asked = asked_for_external(self.arguments, arguments)
        if self.results:
            found = find_external_tables(reader, asked)
            return {self.results: [_external(each) for each in found]}
        return _external(find_external_table(reader, asked))


Function: TypeAlias = ObjectFunction | ExternalFunction


def _external(found: ExternalTable) -> Properties:
    return found.model_dump(by_alias=True)


def _one(lifecycle: Lifecycle[Any]) -> ObjectFunction:
    unique = (
        "unique on the portal"
        if lifecycle.is_unique
        else f"which only one {lifecycle.kind} may have"
    )
    return ObjectFunction(
        lifecycle,
        f"Look up one {lifecycle.kind}, by its id or by its {lifecycle.label}.",
        {
            "id": "Its id on the portal.",
            lifecycle.label: f"Its exact {lifecycle.label}, {unique}.",
        },
    )


def _all(lifecycle: Lifecycle[Any]) -> ObjectFunction:
    owner = lifecycle.owner
    return ObjectFunction(
        lifecycle,
        f"Look up the {lifecycle.kind}s of the application, in the order of their ids.",
        {owner.reference: f"Only those of this {owner.kind}."} if owner else {},
        f"{lifecycle.kind}s",
    )


#: The functions by their tokens.
FUNCTIONS: Final[Mapping[str, Function]] = {
    "bxbi:index:getConnector": _one(CONNECTOR.lifecycle),
    "bxbi:index:getSource": _one(SOURCE.lifecycle),
    "bxbi:index:getTable": _one(TABLE.lifecycle),
    "bxbi:index:getConnectors": _all(CONNECTOR.lifecycle),
    "bxbi:index:getSources": _all(SOURCE.lifecycle),
    "bxbi:index:getTables": _all(TABLE.lifecycle),
    "bxbi:index:getExternalTable": ExternalFunction(
        "Look up one table that an outside system offers, with columns for a table of BI Builder.",
        ExternalTableArguments,
    ),
    "bxbi:index:getExternalTables": ExternalFunction(
        "Look up all tables that an outside system offers, with columns for tables of BI Builder.",
        ExternalTablesArguments,
        "externalTables",
    ),
}
