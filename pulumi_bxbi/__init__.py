"""Pulumi provider for the BI Builder of Bitrix24."""

from pulumi_bxbi.arguments import Column, ConnectorParameter
from pulumi_bxbi.bi_connector import BiConnector
from pulumi_bxbi.bi_source import BiSource
from pulumi_bxbi.bi_table import BiTable

__version__ = "0.1.0"

__all__ = ["BiConnector", "BiSource", "BiTable", "Column", "ConnectorParameter"]
