"""Pulumi provider for the BI Builder of Bitrix24.

A name is imported when it is first used: the commands need neither the resources nor Pulumi's SDK,
which take most of a second.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pulumi_bxbi.version import __version__

if TYPE_CHECKING:
    from pulumi_bxbi.program.arguments import Column, ConnectorParameter
    from pulumi_bxbi.program.bi_connector import BiConnector
    from pulumi_bxbi.program.bi_source import BiSource
    from pulumi_bxbi.program.bi_table import BiTable
    from pulumi_bxbi.program.external_tables import get_external_table, get_external_tables
    from pulumi_bxbi.program.lookups import (
        get_connector,
        get_connectors,
        get_source,
        get_sources,
        get_table,
        get_tables,
    )
    from pulumi_bxbi.program.provider import Provider
    from pulumi_bxbi.program.results import (
        GetConnectorResult,
        GetExternalTableResult,
        GetSourceResult,
        GetTableResult,
    )

__all__ = [
    "BiConnector",
    "BiSource",
    "BiTable",
    "Column",
    "ConnectorParameter",
    "GetConnectorResult",
    "GetExternalTableResult",
    "GetSourceResult",
    "GetTableResult",
    "Provider",
    "__version__",
    "get_connector",
    "get_connectors",
    "get_external_table",
    "get_external_tables",
    "get_source",
    "get_sources",
    "get_table",
    "get_tables",
]

#: The names by the modules of ``pulumi_bxbi.program`` that define them.
_MODULES = {
    "arguments": ("Column", "ConnectorParameter"),
    "bi_connector": ("BiConnector",),
    "bi_source": ("BiSource",),
    "bi_table": ("BiTable",),
    "external_tables": ("get_external_table", "get_external_tables"),
    "lookups": (
        "get_connector",
        "get_connectors",
        "get_source",
        "get_sources",
        "get_table",
        "get_tables",
    ),
    "provider": ("Provider",),
    "results": (
        "GetConnectorResult",
        "GetExternalTableResult",
        "GetSourceResult",
        "GetTableResult",
    ),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.program.{_MODULE_OF[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
