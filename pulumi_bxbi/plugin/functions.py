"""The functions of the package, which look up objects on the portal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.deployment.lookup import asked_for_all, asked_for_one, find_all, find_one
from pulumi_bxbi.resources.secrets import with_secrets
from pulumi_bxbi.stack.secrets import secret_output
from pulumi_bxbi.stack.urns import CONNECTOR, SOURCE, TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.portal.objects.models import PortalObject
    from pulumi_bxbi.resources.lifecycle import Lifecycle
    from pulumi_bxbi.resources.values import Properties


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the package.

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

    def call(self, arguments: Mapping[str, Any], catalog: Catalog) -> Properties:
        """Answer a call.

        Args:
            arguments: The arguments in plain text.
            catalog: The portal's objects.

        Raises:
            LookupFailedError: There is no such object, or there are several; or the arguments are
                invalid.
            PortalError: The objects could not be read.
        """
        given = {name: arguments.get(name) for name in self.arguments}
        if self.results:
            found = find_all(self.lifecycle, catalog, asked_for_all(given))
            return {self.results: [self._answer(each) for each in found]}
        asked = asked_for_one(self.lifecycle, given)
        return self._answer(find_one(self.lifecycle, catalog, asked))

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


def _one(lifecycle: Lifecycle[Any]) -> Function:
    unique = (
        "unique on the portal"
        if lifecycle.is_unique
        else f"which only one {lifecycle.kind} may have"
    )
    return Function(
        lifecycle,
        f"Look up one {lifecycle.kind}, by its id or by its {lifecycle.label}.",
        {
            "id": "Its id on the portal.",
            lifecycle.label: f"Its exact {lifecycle.label}, {unique}.",
        },
    )


def _all(lifecycle: Lifecycle[Any]) -> Function:
    owner = lifecycle.owner
    return Function(
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
}
