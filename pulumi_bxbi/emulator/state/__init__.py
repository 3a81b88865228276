"""The state of a portal between two requests: objects, tokens, limits and faults."""
