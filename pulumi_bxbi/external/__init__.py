"""The outside system behind the endpoints of a connector, as this machine reaches it."""
