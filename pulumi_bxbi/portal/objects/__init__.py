"""Connectors, sources and tables: their models, and how they are read, written and found again."""
