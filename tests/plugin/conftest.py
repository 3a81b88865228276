"""The local portal."""

from tests.local_portal import portal, running_portal

__all__ = ["portal", "running_portal"]
