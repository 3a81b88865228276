"""The native plugin ``pulumi-resource-bxbi``: the adapter for every language of Pulumi."""
