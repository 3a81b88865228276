"""Pulumi provider for the BI Builder of Bitrix24."""

from pulumi_bxbi.dynamic import BiSource

__version__ = "0.1.0"

__all__ = ["BiSource"]
