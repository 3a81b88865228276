"""The tables of an application, and their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_bxbi.portal.collection import Collection
from pulumi_bxbi.portal.errors import PortalError
from pulumi_bxbi.portal.objects import Table

if TYPE_CHECKING:
    from pulumi_bxbi.portal.client import Portal


class Tables(Collection[Table]):
    """The tables, under whichever name the portal knows them.

    A portal that does not know ``biconnector.table.*`` yet has the same objects as
    ``biconnector.dataset.*``, their former name.

    Args:
        portal: The portal.
        writers: How many threads create and update at the same time.
    """

    def __init__(self, portal: Portal, writers: int) -> None:
        super().__init__(portal, "table", Table, writers)
        self._family = "table"

    def _method(self, action: str) -> str:
        return f"biconnector.{self._family}.{action}"

    def _call(self, action: str, params: dict[str, Any], about: str) -> Any:
        """Call a method, under its former name where the portal knows no other."""
        try:
            return super()._call(action, params, about)
        except PortalError as error:
            unknown = error.code.upper() == "ERROR_METHOD_NOT_FOUND"
            if not (unknown and error.method.startswith("biconnector.table.")):
                raise
        self._family = "dataset"
        return super()._call(action, params, about)
