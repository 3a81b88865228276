"""Pulumi provider for the BI Builder of Bitrix24."""

from pulumi_bxbi.program.arguments import Column, ConnectorParameter
from pulumi_bxbi.program.bi_connector import BiConnector
from pulumi_bxbi.program.bi_source import BiSource
from pulumi_bxbi.program.bi_table import BiTable
from pulumi_bxbi.program.lookups import (
    get_connector,
    get_connectors,
    get_source,
    get_sources,
    get_table,
    get_tables,
)
from pulumi_bxbi.program.provider import Provider
from pulumi_bxbi.program.results import GetConnectorResult, GetSourceResult, GetTableResult
from pulumi_bxbi.version import __version__

__all__ = [
    "BiConnector",
    "BiSource",
    "BiTable",
    "Column",
    "ConnectorParameter",
    "GetConnectorResult",
    "GetSourceResult",
    "GetTableResult",
    "Provider",
    "__version__",
    "get_connector",
    "get_connectors",
    "get_source",
    "get_sources",
    "get_table",
    "get_tables",
]
