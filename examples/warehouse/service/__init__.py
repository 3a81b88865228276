"""The data service of the warehouse: what the portal asks for, from a file of SQLite."""
