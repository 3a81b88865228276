"""The resources of the plugin that does nothing."""

import os

import pulumi

from tests.bench.floor.shape import inputs

portal = pulumi.ProviderResource("nothing", "portal", {})

for n in range(int(os.environ["SOURCES"])):
    pulumi.CustomResource(
        "nothing:index:BiSource",
        f"src-{n}",
        inputs(n, os.environ["FIRST_TITLE"]),
        pulumi.ResourceOptions(provider=portal),
    )
