"""Sources of http://127.0.0.1:9."""

import pulumi
import pulumi_bxbi as bxbi

import connectors

config = pulumi.Config()

sklad_source = bxbi.BiSource(
    "sklad",
    title="Склад",
    connector_id=connectors.sklad.id,
    settings={
        "token": config.require_secret("sklad-token"),
        "year": config.require_secret("sklad-year"),
    },
    description=(
        "The warehouse in the north.\n"
        "Ask Анна «Щука» before you change the token, because three reports and a "
        "nightly job depend on it."
    ),
)

the_old_one = bxbi.BiSource(
    "the-old-one",
    title='The "old" one',
    connector_id=123,
    settings={},
    active=False,
)
