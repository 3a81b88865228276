"""Sources that the native plugin manages, because they have an explicit provider."""

import os

import pulumi

import pulumi_bxbi as bxbi

portal = bxbi.Provider("portal")

for n in range(int(os.environ["SOURCES"])):
    bxbi.BiSource(
        f"src-{n}",
        title=os.environ["FIRST_TITLE"] if n == 0 else f"Source {n}",
        connector_id=123,
        settings={"login": f"user{n}", "password": "x"},
        opts=pulumi.ResourceOptions(provider=portal),
    )
