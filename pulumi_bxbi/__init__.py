"""Pulumi provider for the BI Builder of Bitrix24."""

__version__ = "0.1.0"
