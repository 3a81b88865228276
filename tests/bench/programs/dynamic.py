"""Sources as dynamic resources."""

import os

import pulumi_bxbi as bxbi

for n in range(int(os.environ["SOURCES"])):
    bxbi.BiSource(
        f"src-{n}",
        title=os.environ["FIRST_TITLE"] if n == 0 else f"Source {n}",
        connector_id=123,
        settings={"login": f"user{n}", "password": "x"},
    )
