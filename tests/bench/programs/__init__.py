"""The programs of the stacks: copied into the folder of a stack, where Pulumi runs them."""
