"""The interface for Python programs: resources, their arguments and options, and lookups."""
