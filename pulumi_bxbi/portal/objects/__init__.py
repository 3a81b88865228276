"""Connectors, sources and tables: how they travel, how they are read, written and found again."""
