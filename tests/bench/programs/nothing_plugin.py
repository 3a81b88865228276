"""The resources of the plugin that does nothing."""

import os

import pulumi

from tests.bench.floor.resource import NothingSource
from tests.bench.floor.shape import inputs

portal = pulumi.ProviderResource("nothing", "portal", {})

for n in range(int(os.environ["SOURCES"])):
    NothingSource(
        f"src-{n}",
        inputs(n, os.environ["FIRST_TITLE"]),
        pulumi.ResourceOptions(provider=portal),
    )
