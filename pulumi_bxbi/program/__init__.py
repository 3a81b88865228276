"""What a Python program writes: the resources, their arguments and options, and lookups."""
