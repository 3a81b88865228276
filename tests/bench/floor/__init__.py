"""The engine's floor: resources of the same shape as sources, and providers that do nothing."""
