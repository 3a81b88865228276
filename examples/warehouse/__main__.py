"""A warehouse of flights in BI Builder: the connector, two sources of it, and their tables.

The service beside this program answers the portal. It is started at the root of the repository,
with a token of your choice::

    export WAREHOUSE_TOKEN=...
    python -m examples.warehouse.service --port 8900

Then the stack is told where it is and which token it takes, and deployed::

    pulumi config set endpoints http://127.0.0.1:8900
    pulumi config set --secret token "$WAREHOUSE_TOKEN"
    pulumi up

That is for a local portal. One in the cloud does not call addresses of your machine: there the
service needs a public address in front of it, with TLS.
"""

import json
from pathlib import Path

import pulumi

import pulumi_bxbi as bxbi

TABLES = json.loads(Path(__file__).with_name("tables.json").read_text("utf-8"))
"""What the service serves, and therefore what this program declares."""

config = pulumi.Config()
endpoints = config.require("endpoints")
token = config.require_secret("token")

connector = bxbi.BiConnector(
    "warehouse",
    title="Flight warehouse",
    description="Flights that left New York City in 2013, with carriers, planes and weather",
    logo="logo.svg",
    url_check=f"{endpoints}/check",
    url_table_list=f"{endpoints}/tables",
    url_table_description=f"{endpoints}/columns",
    url_data=f"{endpoints}/data",
    parameters=[
        bxbi.ConnectorParameter("token", "Access token", "STRING"),
        bxbi.ConnectorParameter("airport", "Airport of departure", "STRING"),
        bxbi.ConnectorParameter("until_month", "Last month", "INT"),
    ],
)

newark = bxbi.BiSource(
    "newark",
    title="Newark",
    description="Departures from Newark, the whole year",
    connector_id=connector.id,
    settings={"token": token, "airport": "EWR", "until_month": 12},
)
kennedy = bxbi.BiSource(
    "kennedy",
    title="Kennedy",
    description="Departures from John F. Kennedy, the first half of the year",
    connector_id=connector.id,
    settings={"token": token, "airport": "JFK", "until_month": 6},
)


def table(name: str, source: bxbi.BiSource, code: str) -> None:
    """Declare a table as it is described."""
    described = TABLES[code]
    bxbi.BiTable(
        name,
        source_id=source.id,
        name=name,
        external_name=described["title"],
        external_code=code,
        columns=[bxbi.Column(**column) for column in described["columns"]],
        description=described["description"],
    )


# These are the same for every airport, so one source is enough.
table("nyc_airlines", newark, "airlines")
table("nyc_airports", newark, "airports")
table("nyc_planes", newark, "planes")

# These hold the rows of the source's airport. A name is taken once on a portal.
table("ewr_flights", newark, "flights")
table("ewr_weather", newark, "weather")
table("jfk_flights", kennedy, "flights")
table("jfk_weather", kennedy, "weather")

pulumi.export("connectorId", connector.id)
pulumi.export("sourceIds", {"newark": newark.id, "kennedy": kennedy.id})
