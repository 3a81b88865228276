"""Every method of the module, by its name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pulumi_bxbi.emulator.biconnector import connector, source, table

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from pulumi_bxbi.emulator.api.editions import Api
    from pulumi_bxbi.emulator.state.portal import Call


@cache
def methods_of(api: Api) -> Mapping[str, Callable[[Call], Awaitable[object]]]:
    """Return the methods of an edition, by their names."""
    return {
        **connector.METHODS,
        **source.METHODS,
        **(table.TABLE.methods() if api.tables else {}),
        **table.DATASET.methods(),
    }
