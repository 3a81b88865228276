"""A user's stack as Pulumi writes it."""
