"""The command `bxbi`."""
