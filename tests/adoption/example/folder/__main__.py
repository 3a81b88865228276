"""Connectors, sources and tables of http://127.0.0.1:9, each kind in a module."""

import connectors  # noqa: F401
import sources  # noqa: F401
import tables  # noqa: F401
