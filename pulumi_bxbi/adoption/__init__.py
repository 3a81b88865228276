"""`bxbi import`: objects of a portal become a program, secrets of a stack, and an import file."""
