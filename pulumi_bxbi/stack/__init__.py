"""A user's stack: the command `pulumi`, and the formats that Pulumi writes."""
