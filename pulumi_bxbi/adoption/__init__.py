"""How what exists on a portal becomes a program, secrets of a stack, and an import file."""
